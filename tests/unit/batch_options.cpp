#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "src/cli/batch_parser.hpp"
#include "src/cli/run_options.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;

BatchOptions parsed(const Words& words) { return std::get<BatchOptions>(parse_batch(words)); }

std::string refusal(const Words& words) {
    try {
        parse_batch(words);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

template <class Parse>
std::string refusal_of(Parse parse, const std::string& text) {
    try {
        parse(text);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

}  // namespace

TEST_SUITE_BEGIN("batch_options");

TEST_CASE("the command and the lists follow the options") {
    const BatchOptions plain = parsed({"echo", "-n", "a"});
    CHECK(plain.job.command == Words{"echo", "-n", "a"});
    CHECK(plain.lists.empty());
    const BatchOptions lists = parsed({"-j2", "--", "echo", "{}", ":::", "a", "-j3", ":::", "b"});
    CHECK(lists.job.command == Words{"echo", "{}"});
    CHECK(lists.lists == std::vector<Words>{{"a", "-j3"}, {"b"}});
    CHECK(lists.jobs == JobsChoice{JobsChoice::Kind::number, 2});
    CHECK(parsed({"echo", ":::"}).lists == std::vector<Words>{{}});
    CHECK(refusal({":::", "a"}) == "no command given (see netrunner help batch)");
    CHECK(refusal({}) == "no command given (see netrunner help batch)");
}

TEST_CASE("lists that only GNU parallel has are refused wherever they stand") {
    const std::string hint = "'::::' is not known here: say -a FILE to read the records from FILE, or ::: VALUE...";
    for (const Words& words : std::vector<Words>{{"echo", "::::", "file"},
                                                 {"--", "echo", "::::", "file"},
                                                 {"echo", ":::", "a", "::::", "file"},
                                                 {"echo", "::::", "file", ":::", "a"},
                                                 {"--jsonl", "::::", "file"},
                                                 {"--shell-lines", "::::", "file"},
                                                 {"--shell", "echo", "::::", "file"},
                                                 {"::::", "file"}})
        CHECK_MESSAGE(refusal(words) == hint, words.front());
    for (const char* word : {":::+", "::::+"})
        CHECK(refusal({"echo", ":::", "a", word, "b"}).starts_with("'" + std::string(word) + "' is not known here: "));
    CHECK(parsed({"echo", "::", ":::::", "a::::b"}).job.command == Words{"echo", "::", ":::::", "a::::b"});
}

TEST_CASE("batch has its own -a and -o, and every other option of run for its jobs") {
    const BatchOptions options = parsed({"-a", "in", "-o", "log", "-t", "5", "-k2", "-E", "A=b", "--argv0", "x", "-C",
                                         "/tmp", "--memory-max", "1M", "--report", "r", "true"});
    CHECK(options.input_file == "in");
    CHECK(options.output_file == "log");
    CHECK(options.report == "r");
    CHECK(options.job.argv0 == "x");
    CHECK(options.job.timeout == std::chrono::seconds(5));
    CHECK(options.job.kill_after == std::chrono::seconds(2));
    CHECK(options.job.set.size() == 1);
    CHECK(options.job.directory == "/tmp");
    CHECK(options.job.cgroup.settings.size() == 1);
    CHECK(!options.job.output_file);
    CHECK(!options.job.report);
}

TEST_CASE("letters of batch and of run mix in a cluster") {
    const BatchOptions options = parsed({"-0vpj3", "true"});
    CHECK(options.nul);
    CHECK(options.verbose == 1);
    CHECK(options.job.verbose == 0);
    CHECK(options.job.preserve_status);
    CHECK(options.jobs == JobsChoice{JobsChoice::Kind::number, 3});
}

TEST_CASE("options without a meaning for a job are refused with the reason") {
    CHECK(refusal({"--pty", "true"}) == "--pty: a job of a batch has no terminal");
    CHECK(refusal({"--term=xterm", "true"}) == "--term: a job of a batch has no terminal");
    CHECK(refusal({"--report-fd", "3", "true"}) == "--report-fd: say --report FILE");
    CHECK(refusal({"--orphans", "leave", "true"}).starts_with("--orphans leave: "));
    CHECK(refusal({"--stdin", "inherit", "true"}).starts_with("--stdin: "));
    CHECK(refusal({"--stdout", "inherit", "true"}) == "--stdout inherit: say --output-mode inherit");
    CHECK(refusal({"--stderr", "log", "true"}) ==
          "--stderr log: all jobs would write to this file (say --output-mode files=TEMPLATE)");
    CHECK(refusal({"--stderr", "/dev/null", "true"}).empty());
    CHECK(refusal({"--orphans", "wait", "--stdin", "null", "--stderr", "stdout", "true"}).empty());
}

TEST_CASE("an unknown option is refused with the nearest name, also of run's") {
    CHECK(refusal({"--job", "2", "true"}) == "unknown option '--job': did you mean '--jobs'?");
    CHECK(refusal({"--timout", "2", "true"}) == "unknown option '--timout': did you mean '--timeout'?");
    CHECK(refusal({"--xyzzy", "true"}) == "unknown option '--xyzzy' (see netrunner help batch)");
    CHECK(refusal({"-x", "true"}).starts_with("unknown option '-x'"));
}

TEST_CASE("the number of jobs") {
    CHECK(jobs_value("auto") == JobsChoice{});
    CHECK(jobs_value("8") == JobsChoice{JobsChoice::Kind::number, 8});
    CHECK(jobs_value("150%") == JobsChoice{JobsChoice::Kind::percent, 150});
    for (const char* text : {"0", "0%", "", "%", "-1", "1.5", "x", "9999999999", "2 "})
        CHECK_MESSAGE(refusal_of(jobs_value, text).starts_with("invalid number of jobs"), text);
    CHECK(refusal({"-j", "0", "true"}).starts_with("--jobs: invalid number of jobs '0'"));
}

TEST_CASE("the halt policy") {
    using Kind = HaltPolicy::Kind;
    CHECK(halt_value("never") == HaltPolicy{});
    CHECK(halt_value("soon") == HaltPolicy{Kind::soon, 1, false});
    CHECK(halt_value("soon=3") == HaltPolicy{Kind::soon, 3, false});
    CHECK(halt_value("soon=20%") == HaltPolicy{Kind::soon, 20, true});
    CHECK(halt_value("now") == HaltPolicy{Kind::now, 1, false});
    CHECK(halt_value("now=2") == HaltPolicy{Kind::now, 2, false});
    for (const char* text : {"", "never=1", "soon=", "soon=0", "soon=101%", "now=5%", "later", "soon=x", "now=-1"})
        CHECK_MESSAGE(refusal_of(halt_value, text).starts_with("invalid halt policy"), text);
}

TEST_CASE("the shard") {
    using Kind = ShardChoice::Kind;
    CHECK(shard_value("2/3") == ShardChoice{Kind::position, 2, 3});
    CHECK(shard_value("hash:3/3") == ShardChoice{Kind::hash, 3, 3});
    CHECK(shard_value("auto").kind == Kind::automatic);
    for (const char* text : {"", "0/3", "4/3", "1/0", "1", "/3", "1/", "hash:", "x/3", "1/3/5", "-1/3", "hash:auto"})
        CHECK_MESSAGE(refusal_of(shard_value, text).starts_with("invalid shard"), text);
}

TEST_CASE("the output mode") {
    using Kind = OutputModeChoice::Kind;
    CHECK(output_mode_value("ordered").kind == Kind::ordered);
    CHECK(output_mode_value("inherit").kind == Kind::inherit);
    CHECK(output_mode_value("files=logs/{id}.{stream}") == OutputModeChoice{Kind::files, "logs/{id}.{stream}"});
    for (const char* text : {"", "files", "files=", "lines", "group=1"})
        CHECK_MESSAGE(refusal_of(output_mode_value, text).starts_with("invalid output mode"), text);
}

TEST_CASE("a tag without a template is the id and a tab") {
    CHECK(parsed({"--tag", "true"}).tag == "{id}\t");
    CHECK(parsed({"--tag=[{}] ", "true"}).tag == "[{}] ");
    CHECK(refusal({"--tag", "{}: ", "true"}).starts_with("--tag takes a value only after '='"));
    CHECK(!parsed({"true"}).tag);
    CHECK(parsed({"--timestamps", "true"}).timestamps == LineStamp::Clock::elapsed);
    CHECK(!parsed({"--timestamps", "true"}).job.stamp.wanted());
}

TEST_CASE("sources that exclude each other are refused") {
    for (const Words& words : std::vector<Words>{{"--jsonl", "true"},
                                                 {"--shell-lines", "true"},
                                                 {"--jsonl", "--shell-lines"},
                                                 {"--jsonl", "-n2"},
                                                 {"--jsonl", "-0"},
                                                 {"--jsonl", "--literal"},
                                                 {"--jsonl", "--shell", "x"},
                                                 {"--shell", "x", "true"},
                                                 {"-a", "f", "true", ":::", "a"},
                                                 {"-0", "true", ":::", "a"},
                                                 {"--report", "a", "--resume", "b", "true"},
                                                 {"--report", "a", "--report", "b", "true"},
                                                 {"--append", "true"},
                                                 {"--output-mode", "inherit", "--progress", "true"},
                                                 {"--output-mode", "inherit", "--tag", "true"},
                                                 {"--output-mode", "files={id}", "--timestamps", "true"},
                                                 {"--output-mode", "null", "--max-output", "1", "true"},
                                                 {"--output-mode", "null", "--idle-timeout", "1", "true"},
                                                 {"--output-mode", "inherit", "-o", "log", "true"},
                                                 {"--output-mode", "null", "-o", "log", "--show", "failed", "true"},
                                                 {"--output-mode", "line", "--show", "failed", "true"}}) {
        CHECK_MESSAGE(!refusal(words).empty(), words.front());
    }
    CHECK(refusal({"--jsonl", "true"}) == "--jsonl: each record is a command, so 'true' cannot be run");
    CHECK(parsed({"--jsonl", "-a", "f"}).jsonl);
    CHECK(parsed({"--shell-lines", "-0"}).shell_lines);
    // With a log, netrunner sees the output in these modes too.
    CHECK(parsed({"--output-mode", "null", "-o", "log", "--tag", "--max-output", "1", "true"}).tag);
    CHECK(parsed({"--output-mode", "files={id}", "-o", "log", "--timestamps", "true"}).output_file == "log");
    CHECK(parsed({"--shell", "echo \"$1\"", ":::", "a"}).lists == std::vector<Words>{{"a"}});
}

TEST_CASE("the help fits a terminal and has the options of batch and of run") {
    const std::string help = help_of_batch();
    for (const char* name : {"--jobs", "--halt", "--arg-file", "--timeout", "--argv0", "--memory-max", "--tag"})
        CHECK_MESSAGE(help.find(name) != std::string::npos, name);
    for (const char* name : {"--pty", "--report-fd", "-a,--argv0", "--summary"})
        CHECK_MESSAGE(help.find(name) == std::string::npos, name);
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(line.size() <= 80, line);
    CHECK(std::get<AskedText>(parse_batch(Words{"--help"})) == AskedText::help);
}

TEST_CASE("options of run are set by name, by the same code") {
    Options options;
    set_run_options(
        options,
        std::vector<GivenOption>{
            {"--timeout", {"5s"}}, {"--setenv", {"A=1", "B=2"}}, {"--preserve-status"}, {"--no-new-privs", {}, false}});
    CHECK(options.timeout == std::chrono::seconds(5));
    CHECK(options.set.size() == 2);
    CHECK(options.preserve_status);
    CHECK(!options.no_new_privs);
    const auto wrong = [](GivenOption given) {
        Options unused;
        return refusal_of([&](const std::string&) { set_run_options(unused, std::vector{given}); }, "");
    };
    CHECK(wrong({"--timeout", {"x"}}).starts_with("--timeout: invalid duration 'x'"));
    CHECK(wrong({"--timeout"}) == "--timeout needs a value");
    CHECK(wrong({"--timeout", {}, false}) == "--timeout needs a value");
    CHECK(wrong({"--preserve-status", {"1"}}) == "--preserve-status takes no value");
    CHECK(wrong({"--nonsense"}).starts_with("unknown option '--nonsense'"));
    CHECK(wrong({"--help"}).starts_with("unknown option '--help'"));
}

TEST_SUITE_END();
