#include "src/cli/cli.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "src/cli/option_names.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

Request parse(std::vector<std::string> words) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    return parse_command_line(pointers);
}

Options options(std::vector<std::string> words) {
    words.insert(words.begin(), "run");
    return std::get<Options>(parse(std::move(words)));
}

std::string complaint(std::vector<std::string> words) {
    try {
        parse(std::move(words));
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "accepted";
}

using Words = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("cli");

TEST_CASE("options end at -- or at the first word that is no option") {
    CHECK(options({"-q", "--", "-q", "x"}).command == Words{"-q", "x"});
    CHECK(options({"-q", "echo", "-q", "--"}).command == Words{"echo", "-q", "--"});
    CHECK(options({"--", "--", "x"}).command == Words{"--", "x"});
    CHECK(options({"-", "x"}).command == Words{"-", "x"});
    CHECK(options({"--", "--pty"}).command == Words{"--pty"});
}

TEST_CASE("the command's words stay as they are") {
    const Words strange{"", "[a,b]", "a=b", "--", "\xff\xfe", "new\nline", "{x}"};
    Words words{"--", "cmd"};
    words.insert(words.end(), strange.begin(), strange.end());
    const Words parsed = options(words).command;
    words.erase(words.begin());
    CHECK(parsed == words);
}

TEST_CASE("values come with a blank, an equals sign, or attached to the letter") {
    for (const Words& words : {Words{"-t", "5", "x"}, Words{"-t5", "x"}, Words{"--timeout", "5", "x"},
                               Words{"--timeout=5", "x"}, Words{"-qt5", "x"}, Words{"-qt", "5", "x"}}) {
        CHECK(options(words).timeout == 5s);
        CHECK(options(words).command == Words{"x"});
    }
}

TEST_CASE("a value may look like an option") {
    CHECK(options({"-a", "--", "--", "x"}).argv0 == "--");
    CHECK(options({"-E", "A=[1,2]", "x"}).set.front().value == "[1,2]");
    CHECK(options({"--argv0=", "x"}).argv0 == "");
    CHECK(options({"--nice", "-5", "x"}).nice == -5);
    CHECK(complaint({"run", "-k", "-1", "x"}) ==
          "--kill-after: invalid duration '-1': expected a number with ms, s, m, h or d");
}

TEST_CASE("the last of a repeated option counts; variables and limits add up") {
    CHECK(options({"-t1", "-t2", "x"}).timeout == 2s);
    CHECK(options({"-E", "A=1", "-E", "B=2", "x"}).set.size() == 2);
    CHECK(options({"-u", "A", "--unset", "B", "x"}).unset == Words{"A", "B"});
    CHECK(options({"--rlimit", "nofile=5", "--rlimit", "core=0", "x"}).limits.size() == 2);
    CHECK(options({"-vv", "-v", "x"}).verbose == 3);
}

TEST_CASE("every option sets what it names") {
    const Options o = options({"--stdin",
                               "null",
                               "--stdout",
                               "inherit",
                               "--stderr",
                               "stdout",
                               "-o",
                               "f",
                               "--append",
                               "--max-output",
                               "1K",
                               "--max-output-action",
                               "drop",
                               "--pipe-size",
                               "4096",
                               "--idle-timeout",
                               "3",
                               "--cpu-time",
                               "1m",
                               "-s",
                               "int",
                               "-k",
                               "2",
                               "--stop",
                               "KILL",
                               "-p",
                               "--spare",
                               "sccache",
                               "--spare=/usr/bin/java",
                               "--orphans",
                               "wait",
                               "--retries",
                               "3",
                               "--retry-on",
                               "timeout,exit:2,exit:4-6",
                               "--retry-delay",
                               "0",
                               "--retry-timeout",
                               "1m",
                               "--keep-signals",
                               "-C",
                               "/",
                               "-i",
                               "--uid",
                               "nobody",
                               "--gid",
                               "4",
                               "--groups",
                               "1,2",
                               "--umask",
                               "27",
                               "--no-new-privs",
                               "--report",
                               "r",
                               "--report-fd",
                               "4",
                               "--events",
                               "5",
                               "--control",
                               "sock",
                               "--summary",
                               "--prefix",
                               "> ",
                               "--output-stamped",
                               "--output-format",
                               "plain",
                               "--on-timeout",
                               "true",
                               "--on-stop",
                               "false",
                               "--junit",
                               "j",
                               "--junit-name",
                               "case",
                               "--heartbeat",
                               "7",
                               "--progress",
                               "-q",
                               "x"});
    CHECK(o.standard_input->mode == StreamChoice::Mode::null);
    CHECK(o.standard_output.mode == StreamChoice::Mode::inherit);
    CHECK(o.standard_error.mode == StreamChoice::Mode::merge);
    CHECK(o.output_file == "f");
    CHECK(o.append);
    CHECK(o.max_output == 1024);
    CHECK(o.retries == 3);
    REQUIRE(o.retry_on.size() == 3);
    CHECK(o.retry_on[0].word == "timeout");
    CHECK(o.retry_on[1].word == "exit");
    CHECK(o.retry_on[1].first == 2);
    CHECK(o.retry_on[1].last == 2);
    CHECK(o.retry_on[2].first == 4);
    CHECK(o.retry_on[2].last == 6);
    CHECK(o.retry_delay == 0s);
    CHECK(o.retry_timeout == 60s);
    CHECK(o.output_action == Options::OutputAction::drop);
    CHECK(o.pipe_size == 4096);
    CHECK(o.idle_timeout == 3s);
    CHECK(o.cpu_time == 1min);
    CHECK(o.signal == SIGINT);
    CHECK(o.kill_after == 2s);
    CHECK(o.stop->size() == 1);
    CHECK(o.preserve_status);
    CHECK(o.spare == std::vector<std::string>{"sccache", "/usr/bin/java"});
    CHECK(o.orphans == OrphanPolicy::wait);
    CHECK(o.keep_signals);
    CHECK(o.directory == "/");
    CHECK(o.ignore_environment);
    CHECK(o.user == "nobody");
    CHECK(o.group == "4");
    CHECK(o.groups->size() == 2);
    CHECK(o.umask == 027);
    CHECK(o.no_new_privs);
    CHECK(o.report == "r");
    CHECK(o.report_fd == 4);
    CHECK(o.events->descriptor == 5);
    CHECK(o.control->path == "sock");
    CHECK(options({"--events", "/dev/stdout", "x"}).events->descriptor == 1);
    CHECK(options({"--events", "/dev/fd/7", "x"}).events->descriptor == 7);
    CHECK(options({"--events", "./7", "x"}).events->path == "./7");
    CHECK(complaint({"run", "--events", "-7", "x"}).starts_with("--events: invalid descriptor '-7'"));
    CHECK(o.summary);
    CHECK(o.stamp.prefix == "> ");
    CHECK(o.output_stamped);
    CHECK(o.output_plain);
    CHECK(o.on_timeout == "true");
    CHECK(o.on_stop == "false");
    CHECK(o.junit == "j");
    CHECK(o.junit_name == "case");
    CHECK(o.heartbeat == 7s);
    CHECK(o.progress);
    CHECK(o.quiet);
}

TEST_CASE("an unknown option is refused with the nearest name, never taken for the command") {
    CHECK(complaint({"run", "--tiemout", "5", "x"}) == "unknown option '--tiemout': did you mean '--timeout'?");
    CHECK(complaint({"run", "--sumary", "x"}) == "unknown option '--sumary': did you mean '--summary'?");
    CHECK(complaint({"run", "--frobnicate", "x"}) == "unknown option '--frobnicate' (see netrunner help run)");
    CHECK(complaint({"run", "-Z", "x"}) == "unknown option '-Z' (see netrunner help run)");
    CHECK(complaint({"run", "-qZ", "x"}) == "unknown option '-Z' (see netrunner help run)");
    CHECK(complaint({"run", "--tiemout=5", "x"}).starts_with("unknown option '--tiemout'"));
    CHECK(complaint({"run", "--out", "x"}) == "unknown option '--out': did you mean '--output'?");
}

TEST_CASE("an option that other programs have is refused with its name here") {
    const std::vector<std::pair<std::string, std::string>> names{
        {"--cwd", "--chdir"},         {"--workdir", "--chdir"},  {"--user", "--uid"},
        {"--memory", "--memory-max"}, {"--mem", "--memory-max"}, {"--time-limit", "--timeout"},
        {"--env", "--setenv"},        {"--tty", "--pty"},        {"--working-dir", "--chdir"}};
    for (const auto& [typed, meant] : names) {
        CHECK(complaint({"run", typed, "x"}) == "unknown option '" + typed + "': did you mean '" + meant + "'?");
    }
    const std::string help = std::get<ShowText>(parse({"help", "run"})).text;
    for (const Synonym& synonym : synonyms()) {
        CAPTURE(synonym.typed);
        const std::string name(synonym.name);
        CHECK((help.find(name + " ") != std::string::npos || help.find(name + "\n") != std::string::npos));
        CHECK(complaint({"run", std::string(synonym.typed), "x"}).ends_with("did you mean '" + name + "'?"));
    }
}

TEST_CASE("an invalid value is refused with its option, what was expected, and the nearest word") {
    struct Slip {
        std::string option, value, message;
    };
    const std::string duration = "invalid duration '5x': unknown unit 'x' (expected ms, s, m, h or d)";
    const std::string size = "invalid size '5x': unknown unit 'x' (expected K, M, G, T, KiB to TiB or KB to TB)";
    const std::string no_file = "invalid file '': expected a name";
    const std::vector<Slip> slips{
        {"--winsize", "80", "invalid size '80': expected columns and rows, such as 80x24"},
        {"--stdin", "", "invalid mode '': expected inherit, null, pipe, pty, control, or a file"},
        {"--stdout", "", "invalid mode '': expected auto, pipe, inherit, null, control, or a file"},
        {"--stderr", "", "invalid mode '': expected auto, pipe, inherit, null, stdout, control, or a file"},
        {"--output", "", no_file},
        {"--timestamps", "Elapsed", "invalid mode 'Elapsed': expected elapsed, iso or delta; did you mean 'elapsed'?"},
        {"--prefix", "a\n", "invalid prefix 'a\n': expected text without newlines or carriage returns"},
        {"--max-output", "5x", size},
        {"--max-output-action", "dorp", "invalid action 'dorp': expected stop or drop; did you mean 'drop'?"},
        {"--pipe-size", "5mib",
         "invalid size '5mib': unknown unit 'mib' (expected K, M, G, T, KiB to TiB or KB to TB); "
         "did you mean '5MiB'?"},
        {"--timeout", "5x", duration},
        {"--idle-timeout", "5min",
         "invalid duration '5min': unknown unit 'min' (expected ms, s, m, h or d); did you "
         "mean '5m'?"},
        {"--on-timeout", "", "invalid command '': expected a command for a shell"},
        {"--on-stop", "", "invalid command '': expected a command for a shell"},
        {"--kill-after", "5x", duration},
        {"--signal", "SIGTRM",
         "invalid signal 'SIGTRM': expected a name such as TERM or SIGTERM, or a number from 1 to "
         "64; did you mean 'SIGTERM'?"},
        {"--signal", "USR3",
         "invalid signal 'USR3': expected a name such as TERM or SIGTERM, or a number from 1 to "
         "64; did you mean 'USR1'?"},
        {"--stop", "TERM,KILL", "invalid stop sequence 'TERM,KILL': expected a duration before 'KILL'"},
        {"--retries", "-1", "invalid number '-1': expected how often to try again, from 0 to 100000"},
        {"--retry-on", "failure,",
         "invalid end '': expected failure, exited, signaled, timeout, idle-timeout, output-limit, cpu-limit, "
         "memory-limit, process-limit, "
         "no-input, oom, "
         "spawn-failed or exit:CODE"},
        {"--retry-on", "exit:4-2",
         "invalid end 'exit:4-2': expected exit:CODE or exit:FIRST-LAST with codes from 0 to 255"},
        {"--retry-delay", "infinity", "invalid duration 'infinity': expected a time that ends"},
        {"--retry-timeout", "5x", duration},
        {"--spare", "", "invalid program '': expected a name or the path of a file"},
        {"--orphans", "kil", "invalid policy 'kil': expected kill, wait or leave; did you mean 'kill'?"},
        {"--chdir", "", no_file},
        {"--setenv", "=b", "invalid variable '=b': expected NAME or NAME=VALUE"},
        {"--unset", "A=b", "invalid variable 'A=b': expected a name without '='"},
        {"--groups", "a,,b", "invalid list 'a,,b': expected names or numbers separated by commas"},
        {"--umask", "8", "invalid umask '8': expected an octal number up to 777"},
        {"--nice", "20", "invalid nice value '20': expected a number from -20 to 19"},
        {"--rlimit", "nofiles=5",
         "invalid limit 'nofiles=5': expected one of as core cpu data fsize locks memlock "
         "msgqueue nice nofile nproc rss rtprio rttime sigpending stack before the '='; did "
         "you mean 'nofile'?"},
        {"--cgroup", "/a", "invalid group '/a': expected a path relative to the base (see --cgroup-base)"},
        {"--cgroup-base", "rot",
         "invalid base 'rot': expected root, self or an absolute directory; did you mean 'root'?"},
        {"--memory-max", "5x", size},
        {"--memory-high", "5x", size},
        {"--swap-max", "5x", size},
        {"--pids-max", "x", "invalid number 'x': expected 0 to 4194304, or max"},
        {"--cpu-max", "x", "invalid share 'x': expected CPUs (1.5) or a percentage (150%), at least 0.001"},
        {"--cpu-weight", "0", "invalid weight '0': expected 1 to 10000"},
        {"--cpuset", "x", "invalid list 'x': expected CPUs such as 0-3,8"},
        {"--io-max", "8:0", "invalid limit '8:0': expected a device and limits, such as '8:0 wbps=1M'"},
        {"--cgroup-set", "low", "invalid setting 'low': expected FILE=VALUE"},
        {"--report", "", no_file},
        {"--report-fd", "x", "invalid descriptor 'x': expected the number of an open descriptor"},
        {"--junit", "", no_file},
        {"--events", "", no_file},
        {"--control", "", no_file},
        {"--heartbeat", "5x", duration},
    };
    for (const Slip& slip : slips) {
        CHECK(complaint({"run", slip.option + "=" + slip.value, "x"}) == slip.option + ": " + slip.message);
    }
}

TEST_CASE("an optional value is only taken after an equals sign") {
    CHECK(options({"--timestamps", "x"}).stamp.clock == LineStamp::Clock::elapsed);
    CHECK(options({"--timestamps", "x"}).command == Words{"x"});
    CHECK(options({"--timestamps=iso", "x"}).stamp.clock == LineStamp::Clock::iso);
    CHECK(options({"--timestamps=iso", "--timestamps", "-q", "--", "x"}).stamp.clock == LineStamp::Clock::elapsed);
    CHECK(complaint({"run", "--timestamps=", "x"}).starts_with("--timestamps: invalid mode ''"));
    CHECK(complaint({"run", "-q", "--timestamps", "iso", "--", "x"}) ==
          "--timestamps takes a value only after '=': say --timestamps=iso, or --timestamps -- iso to run 'iso'");
    CHECK(options({"--timestamps", "--", "iso"}).command == Words{"iso"});
    CHECK(options({"--timestamps", "-q", "iso"}).command == Words{"iso"});
    CHECK(std::get<ShowText>(parse({"help", "run"})).text.find("--timestamps[=MODE]") != std::string::npos);
}

TEST_CASE("missing and surplus words are reported") {
    CHECK(complaint({}).starts_with("no command given"));
    CHECK(complaint({"run"}).starts_with("no command given"));
    CHECK(complaint({"run", "-q"}).starts_with("no command given"));
    CHECK(complaint({"run", "--"}).starts_with("no command given"));
    CHECK(complaint({"run", "-t"}) == "-t needs a value");
    CHECK(complaint({"run", "--timeout"}) == "--timeout needs a value");
    CHECK(complaint({"run", "--quiet=yes", "x"}) == "--quiet takes no value");
    CHECK(complaint({"run", "--timeout=", "x"}).starts_with("--timeout: invalid duration ''"));
    CHECK(complaint({"walk"}) == "unknown command 'walk': say 'netrunner run -- walk'");
    const std::vector<std::pair<std::string, std::string>> slips{
        {"rnu", "run"}, {"Run", "run"},     {"doctr", "doctor"}, {"version", "--version"},
        {"gcc", "gc"},  {"bacth", "batch"}, {"rep", "report"}};
    for (const auto& [typed, meant] : slips) {
        CHECK(complaint({typed}) == "unknown command '" + typed + "': did you mean 'netrunner " + meant +
                                        "'? (to run a program '" + typed + "': netrunner run -- " + typed + ")");
    }
    CHECK(complaint({"help", "doctr"}).ends_with("; did you mean 'doctor'?"));
    CHECK(complaint({"--timeout", "5"}) == "unknown option '--timeout': options come after 'run' or 'batch'");
}

TEST_CASE("help and version are asked for in the usual ways") {
    for (const Words& words : {Words{"--help"}, Words{"-h"}, Words{"help"}}) {
        CHECK(std::get<ShowText>(parse(words)).text.find("Usage: netrunner run") != std::string::npos);
    }
    for (const Words& words : {Words{"help", "run"}, Words{"run", "--help"}, Words{"run", "-qh", "x"}}) {
        CHECK(std::get<ShowText>(parse(words)).text.find("--idle-timeout DURATION") != std::string::npos);
    }
    for (const Words& words : {Words{"--version"}, Words{"-V"}, Words{"run", "--version"}, Words{"run", "-qV", "x"},
                               Words{"doctor", "--version"}, Words{"gc", "-V"}, Words{"batch", "-V"},
                               Words{"report", "-V"}, Words{"report", "merge", "--version"}}) {
        CHECK(std::get<ShowText>(parse(words)).text.starts_with("netrunner 0."));
    }
    CHECK(options({"x", "--version"}).command == Words{"x", "--version"});
    CHECK(options({"--", "--help"}).command == Words{"--help"});
    CHECK(complaint({"help", "walk"}).starts_with("no help for 'walk'"));
    for (const Words& words : {Words{"help", "batch"}, Words{"batch", "--help"}, Words{"batch", "-qh", "x"}}) {
        CHECK(std::get<ShowText>(parse(words)).text.starts_with("Usage: netrunner batch "));
    }
    for (const Words& words : {Words{"help", "report"}, Words{"report", "-h"}, Words{"report", "merge", "--help"}}) {
        CHECK(std::get<ShowText>(parse(words)).text.starts_with("Usage: netrunner report show "));
    }
}

TEST_CASE("report needs a word, and files") {
    const std::string help = " (see netrunner help report)";
    CHECK(complaint({"report"}) == "report: say what to do: netrunner report show FILE" + help);
    CHECK(complaint({"report", "merg", "x"}) ==
          "report: unknown word 'merg': it is show, html, markdown, junit, trace or merge; did you mean 'merge'?");
    CHECK(std::get<MergeRequest>(parse({"report", "merge", "a", "b"})).reports == Words{"a", "b"});
    const auto show = std::get<ShowRequest>(parse({"report", "html", "a", "--", "-b"}));
    CHECK(show.form == ShowRequest::Form::html);
    CHECK(show.reports == Words{"a", "-b"});
    CHECK(std::get<ShowRequest>(parse({"report", "trace", "-"})).form == ShowRequest::Form::trace);
    CHECK(complaint({"report", "show"}) == "report show: no report given (say: netrunner report show FILE)");
    CHECK(complaint({"report", "trace", "a", "b"}) == "report trace: only one report can be given");
}

TEST_CASE("gc takes a base and a path") {
    CHECK(std::get<CollectGarbage>(parse({"gc"})).path.empty());
    CHECK(!std::get<CollectGarbage>(parse({"gc"})).base);
    for (const Words& words : {Words{"gc", "--cgroup-base", "self", "a/b"}, Words{"gc", "a/b", "--cgroup-base=self"}}) {
        const auto asked = std::get<CollectGarbage>(parse(words));
        CHECK(asked.base == "self");
        CHECK(asked.path == "a/b");
    }
    CHECK(std::get<ShowText>(parse({"gc", "-h"})).text.starts_with("Usage: netrunner gc"));
    CHECK(complaint({"gc", "--cgroup-base"}) == "gc: --cgroup-base needs a value");
    CHECK(complaint({"gc", "a", "b"}) == "gc: unexpected argument 'b': only one PATH can be given");
    CHECK(complaint({"gc", "/a"}).starts_with("invalid group '/a'"));
    CHECK(complaint({"gc", "--cgroup-base", "x"}).starts_with("invalid base 'x'"));
}

TEST_CASE("doctor takes the checks that are required, with long or short names") {
    CHECK(std::get<AskDoctor>(parse({"doctor"})).required.empty());
    CHECK(
        std::get<AskDoctor>(parse({"doctor", "--require", "memory,cgroup.pids", "--json", "--require=run"})).required ==
        Words{"cgroup.memory", "cgroup.pids", "run"});
    CHECK(complaint({"doctor", "--require"}) == "doctor: --require needs a value");
    CHECK(complaint({"doctor", "--require", "run,memroy"}) ==
          "doctor: --require: no check 'memroy': expected names of run proc pidfd pty cgroup memory pids cpu cpuset io "
          "pid-namespace; did you mean 'memory'?");
    CHECK(complaint({"doctor", "--require="}).starts_with("doctor: --require: no check ''"));
    CHECK(complaint({"doctor", "--require=run,"}).starts_with("doctor: --require: no check ''"));
}

TEST_CASE("doctor takes --json and --help") {
    CHECK(!std::get<AskDoctor>(parse({"doctor"})).as_json);
    CHECK(std::get<AskDoctor>(parse({"doctor", "--json"})).as_json);
    for (const Words& words : {Words{"help", "doctor"}, Words{"doctor", "--help"}, Words{"doctor", "--json", "-h"}}) {
        CHECK(std::get<ShowText>(parse(words)).text.starts_with("Usage: netrunner doctor"));
    }
    CHECK(complaint({"doctor", "--xml"}) == "doctor: unknown option '--xml' (see netrunner help doctor)");
}

TEST_CASE("an option that names a file to write is refused if it is given twice") {
    CHECK(complaint({"run", "--report", "a", "--report", "b", "x"}) ==
          "--report: 'a' and 'b' are given, but only one can be written");
    CHECK(complaint({"run", "-o", "a", "--output=a", "x"}).starts_with("--output: 'a' and 'a' are given"));
    CHECK(complaint({"run", "--junit", "a", "--junit", "b", "x"}).starts_with("--junit: "));
    CHECK(complaint({"run", "--report-fd", "3", "--report-fd", "4", "x"}).starts_with("--report-fd: '3' and '4'"));
}

TEST_CASE("--retry-on knows every reason of the report after which another attempt may go better") {
    std::ifstream file(SOURCE_DIR "/docs/report.schema.json");
    const auto schema = nlohmann::json::parse(file);
    for (const std::string reason : schema["properties"]["reason"]["enum"]) {
        CAPTURE(reason);
        const bool ends_it_all = reason == "cancelled" || reason == "lost";
        CHECK((complaint({"run", "--retries", "1", "--retry-on", reason, "x"}) == "accepted") == !ends_it_all);
    }
}

TEST_CASE("the help fits a terminal of 80 columns") {
    std::string text = std::get<ShowText>(parse({"help"})).text;
    for (const char* command : {"run", "batch", "report", "doctor", "gc", "ps", "ctl"})
        text += std::get<ShowText>(parse({"help", command})).text;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = text.find('\n', at);
        CHECK_MESSAGE(end - at <= 80, text.substr(at, end - at));
        at = end + 1;
    }
}

TEST_SUITE_END();
