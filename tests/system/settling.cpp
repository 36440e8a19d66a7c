// Processes that outlive the command only to finish its work (`exec > >(tee log)`): they may finish, however slow the
// reader is, and no output is lost. Orphans that do nothing: orphans.cpp.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>

#include "trial.hpp"

using namespace support;

namespace {

// What `exec > >(tee ...)` needs: a shell with process substitution.
std::vector<std::string> bash_command(std::vector<std::string> options, const std::string& script) {
    options.insert(options.end(), {"--", "bash", "-c", script});
    return options;
}

}  // namespace

TEST_SUITE_BEGIN("settling");

TEST_CASE_FIXTURE(Trial, "no byte of a process substitution is lost behind a slow reader") {
    const auto expected = bash("(seq 1 100000; echo LAST) | cksum").out;
    for (const std::string options : {"", "--stdout inherit ", "--pty ", "-o copy "}) {
        CAPTURE(options);
        path("copy"), path("tee.log"), path("r.json");
        const auto result = bash("nr --report r.json " + options +
                                 "-- bash -c 'exec > >(tee tee.log); seq 1 100000; echo LAST' | "
                                 "\"$PROGRAMS/slow_cat\" 8192 15000 | cksum; echo ${PIPESTATUS[0]}; cksum <tee.log");
        CHECK(result.out == expected + "0\n" + expected);
        CHECK(result.err.empty());
        const auto report = report_at(path("r.json"));
        CHECK(report["orphans"].empty());
        CHECK(report["stdout"]["truncated"] != true);
    }
}

TEST_CASE_FIXTURE(Trial, "a process that the command has fed works its input off") {
    for (const std::string option : {"--stdout=pipe", "--stdout=inherit", "--pty"}) {
        CAPTURE(option);
        auto [result, report] =
            run_reported(bash_command({option}, "exec > >(sort -n | sort -nr >sorted); seq 1 400000"));
        CHECK(result.ending == exit_code(0));
        CHECK(result.err.empty());
        CHECK(report["orphans"].empty());
        const auto sorted = lines(read_text(path("sorted")));
        REQUIRE(sorted.size() == 400000);
        CHECK(sorted.back() == "1");
    }
}

TEST_CASE_FIXTURE(Trial, "a fed process that does not end has the grace") {
    auto [result, report] = run_reported(bash_command({"-k", "700ms"}, "exec > >(exec sleep 60); echo x"));
    CHECK(result.ending == exit_code(0));
    CHECK_WALL(result, 700, 4000);
    CHECK(contains(result.err, "ended 1 orphan: sleep"));
    CHECK(report["stdout"]["truncated"] == false);
}

TEST_CASE_FIXTURE(Trial, "input that netrunner was given does not delay the end of an orphan") {
    for (const std::string option : {"--stdin=inherit", "--stdin=pipe"}) {
        CAPTURE(option);
        const auto result =
            bash("echo x | nr -k 20s " + option + " -- sh -c '(setsid sleep 60 &) ; sleep 0.2'; echo ${PIPESTATUS[1]}");
        CHECK(result.out == "0\n");
        CHECK(contains(result.err, "ended 1 orphan: sleep"));
        CHECK_WALL(result, 0, 4000);
    }
}

TEST_CASE_FIXTURE(Trial, "an orphan that writes without end has the grace, and its output counts as truncated") {
    // On a busy machine an ordinary process can wait longer for a processor than netrunner waits for the next output.
    const std::string writer = "sh -c 'while :; do echo x; sleep 0.01; done' & exit 3";
    const std::string prompt = ::geteuid() == 0 ? "chrt -r 1 " : "";
    auto [result, report] = run_reported({"-k", "500ms", "--", "sh", "-c", prompt + writer});
    CHECK(result.ending == exit_code(3));
    CHECK_WALL(result, 500, 4000);
    CHECK(report["stdout"]["truncated"] == true);
    REQUIRE(!report["orphans"].empty());
}

TEST_CASE_FIXTURE(Trial, "an orphan whose reader is stopped can be ended by an order") {
    auto process = start(runner({"-k", "20s", "--", "sh", "-c", "yes & sleep 0.2"}));
    const auto commands = [&](const char* name) {
        for (const pid_t pid : descendants_of(process.pid())) {
            if (name_of(pid) == name) return pid;
        }
        return pid_t{0};
    };
    REQUIRE(wait_until([&] { return commands("sh") != 0; }));
    REQUIRE(wait_until([&] { return commands("yes") != 0 && commands("sh") == 0; }));
    CHECK(!wait_until([&] { return commands("yes") == 0; }, 500ms));
    process.signal(SIGTERM);
    const auto result = process.finish_unread();
    CHECK(result.left.empty());
}

TEST_SUITE_END();
