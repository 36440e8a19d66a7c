// The command line: words that netrunner does not understand are refused in one line and never used as the command.
#include <doctest/doctest.h>

#include "trial.hpp"

using namespace support;

TEST_SUITE_BEGIN("command_line");

TEST_CASE_FIXTURE(Trial, "help and version go to standard output") {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"--help"}, {"help"}, {"help", "run"}, {"run", "--help"}}) {
        CAPTURE(words.back());
        auto argv = words;
        argv.insert(argv.begin(), netrunner());
        const auto result = complete(command(argv));
        CHECK(result.ending == exit_code(0));
        CHECK(contains(result.out, "netrunner run"));
        CHECK(result.err.empty());
    }
    const auto version = complete(command({netrunner(), "--version"}));
    CHECK(version.ending == exit_code(0));
    CHECK(contains(version.out, "0.1.0"));
    CHECK(lines(version.out).size() == 1);
}

TEST_CASE_FIXTURE(Trial, "the help of run names the options") {
    const auto help = complete(command({netrunner(), "run", "--help"})).out;
    for (const std::string option : {"--stdin",
                                     "--stdout",
                                     "--stderr",
                                     "--output",
                                     "--append",
                                     "--max-output",
                                     "--pipe-size",
                                     "--timeout",
                                     "--idle-timeout",
                                     "--signal",
                                     "--kill-after",
                                     "--stop",
                                     "--preserve-status",
                                     "--orphans",
                                     "--keep-signals",
                                     "--chdir",
                                     "--setenv",
                                     "--unset",
                                     "--ignore-environment",
                                     "--argv0",
                                     "--uid",
                                     "--gid",
                                     "--groups",
                                     "--umask",
                                     "--nice",
                                     "--rlimit",
                                     "--no-new-privs",
                                     "--report",
                                     "--report-fd",
                                     "--events",
                                     "--control",
                                     "--summary",
                                     "--quiet",
                                     "--verbose"}) {
        CHECK_MESSAGE(contains(help, option), option, " is not in the help");
    }
}

TEST_CASE_FIXTURE(Trial, "an unknown option is refused with the nearest known one") {
    const std::vector<std::pair<std::string, std::string>> slips{
        {"--timeot", "--timeout"}, {"--sumary", "--summary"},       {"--kill-afer", "--kill-after"},
        {"--orphan", "--orphans"}, {"--max-ouput", "--max-output"}, {"--no-new-priv", "--no-new-privs"},
        {"--reprot", "--report"},  {"--stdn", "--stdin"},           {"--quite", "--quiet"}};
    for (const auto& [typed, meant] : slips) {
        CAPTURE(typed);
        const auto result = run({typed, "5", "--", "touch", directory() + "/started"});
        CHECK_REFUSED(result, "'" + typed + "'");
        CHECK_MESSAGE(contains(result.err, "'" + meant + "'"), "stderr: ", result.err);
    }
}

TEST_CASE_FIXTURE(Trial, "the name that another program has for an option is refused with netrunner's name") {
    for (const auto& [typed, meant] : std::vector<std::pair<std::string, std::string>>{
             {"--cwd", "--chdir"}, {"--mem", "--memory-max"}, {"--user", "--uid"}, {"--time", "--timeout"}}) {
        CAPTURE(typed);
        const auto result = run({typed, "/", "--", "touch", directory() + "/started"});
        CHECK_REFUSED(result, "'" + typed + "': did you mean '" + meant + "'?");
    }
}

TEST_CASE_FIXTURE(Trial, "a subcommand that is not quite right is refused with the nearest subcommand") {
    CHECK_REFUSED(complete(command({netrunner(), "rnu", "true"})), "did you mean 'netrunner run'?");
    CHECK_REFUSED(complete(command({netrunner(), "version"})), "did you mean 'netrunner --version'?");
    CHECK(complete(command({netrunner(), "run", "--version"})).out ==
          complete(command({netrunner(), "--version"})).out);
}

TEST_CASE_FIXTURE(Trial, "the value of --timestamps after a blank is not taken for the command") {
    CHECK_REFUSED(run({"--timestamps", "iso", "--", "touch", directory() + "/started"}), "--timestamps=iso");
}

TEST_CASE_FIXTURE(Trial, "an unknown option that resembles no other is refused without a suggestion") {
    CHECK_REFUSED(run({"--zzzzzzzzzzzz", "true"}), "--zzzzzzzzzzzz");
    CHECK_REFUSED(run({"-Z", "true"}), "-Z");
    CHECK_REFUSED(run({"--timeout=1", "--zzzzzzzzzzzz=5", "true"}), "--zzzzzzzzzzzz");
}

TEST_CASE_FIXTURE(Trial, "options can be written in every usual way") {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"-t", "5"}, {"-t5"}, {"--timeout", "5"}, {"--timeout=5"}, {"-qt5"}, {"-pqt", "5"}}) {
        CAPTURE(words.front());
        auto arguments = words;
        arguments.insert(arguments.end(), {"--", "echo", "ok"});
        CHECK(run(arguments).out == "ok\n");
    }
}

TEST_CASE_FIXTURE(Trial, "options end at the first operand") {
    CHECK(run({"-t", "5", "echo", "-t", "x", "--zzz"}).out == "-t x --zzz\n");
}

TEST_CASE_FIXTURE(Trial, "a missing command, value or subcommand is refused") {
    CHECK_REFUSED(run({}), "command");
    CHECK_REFUSED(run({"-t", "5"}), "command");
    CHECK_REFUSED(run({"-t", "5", "--"}), "command");
    CHECK_REFUSED(run({"--timeout"}), "--timeout");
    CHECK(complete(command({netrunner()})).ending == exit_code(125));
    const auto unknown = complete(command({netrunner(), "rnu", "true"}));
    CHECK_REFUSED(unknown, "rnu");
    CHECK_REFUSED(complete(command({netrunner(), "help", "rnu"})), "rnu");
}

TEST_CASE_FIXTURE(Trial, "malformed durations are refused at once, and the message quotes them") {
    for (const std::string duration :
         {"5x", "x", "-1", "", "1s1", "1.2.3", "s", "1 s", "1e3", "0x10", "nan", "1h-5m", "+5"}) {
        CAPTURE(duration);
        const auto result = run({"--timeout=" + duration, "--", "touch", directory() + "/started"});
        CHECK_REFUSED(result, "invalid duration '" + duration + "'");
        CHECK_WALL(result, 0, 500);
    }
    for (const std::string option : {"--kill-after", "--idle-timeout"}) {
        CHECK_REFUSED(run({option, "5x", "--", "true"}), "invalid duration '5x'");
    }
    CHECK_REFUSED(run({"-k", "-1", "--", "true"}), "-1");
}

TEST_CASE_FIXTURE(Trial, "every form of a duration is accepted") {
    for (const std::string duration :
         {"5", "5s", "1.5s", "1h30m", "1d", "500ms", ".5h", "infinity", "0", "2m30s500ms"}) {
        CAPTURE(duration);
        CHECK(run({"-t", duration, "-k", duration, "--idle-timeout", duration, "--", "true"}).ending == exit_code(0));
    }
}

TEST_CASE_FIXTURE(Trial, "malformed sizes are refused, and the message quotes them") {
    for (const std::string size : {"5q", "x", "-1", "", "1KiBs", "99999999999999999999", "1 K", "K"}) {
        CAPTURE(size);
        CHECK_REFUSED(run({"--max-output=" + size, "--", "touch", directory() + "/started"}),
                      "invalid size '" + size + "'");
    }
    CHECK_REFUSED(run({"--pipe-size", "5q", "--", "true"}), "5q");
}

TEST_CASE_FIXTURE(Trial, "sizes have binary and decimal units") {
    const std::vector<std::pair<std::string, std::size_t>> sizes{{"1000", 1000}, {"2K", 2048},    {"2KiB", 2048},
                                                                 {"2KB", 2000},  {"1M", 1048576}, {"1MB", 1000000}};
    for (const auto& [text, bytes] : sizes) {
        CAPTURE(text);
        CHECK(run({"--max-output", text, "--", "yes"}).out.size() == bytes);
    }
    for (const std::string none : {"max", "infinity"}) {
        CHECK(run({"--max-output", none, "--", "echo", "ok"}).out == "ok\n");
    }
}

TEST_CASE_FIXTURE(Trial, "unknown signals and malformed ladders are refused") {
    for (const std::string name : {"NOSUCH", "999", "-5", "", "SIG"}) {
        CAPTURE(name);
        CHECK_REFUSED(run({"--signal=" + name, "--", "true"}), "'" + name + "'");
    }
    for (const std::string ladder : {"TERM,", "TERM,5x,KILL", "5s", "TERM,NOSUCH", "", "TERM,,KILL"}) {
        CAPTURE(ladder);
        CHECK(run({"--stop=" + ladder, "--", "true"}).ending == exit_code(125));
    }
}

TEST_CASE_FIXTURE(Trial, "a value that is none of the choices is refused, and the choices are listed") {
    CHECK_REFUSED(run({"--orphans", "keep", "--", "true"}), "leave");
    CHECK_REFUSED(run({"--orphans", "keep", "--", "true"}), "keep");
}

TEST_SUITE_END();
