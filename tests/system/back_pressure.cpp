// A slow or stopped reader: memory stays bounded, no byte is lost, and signals and limits still work.
#include <doctest/doctest.h>

#include <csignal>

#include "pattern.hpp"
#include "trial.hpp"

using namespace support;

namespace {

// Of netrunner and its shepherd, without the command.
long resident_of_both(pid_t runner) {
    return resident_bytes(runner) + resident_bytes(child_running(runner, "netrunner-shepherd"));
}

pid_t descendant_named(pid_t runner, const std::string& name) {
    for (const pid_t pid : descendants_of(runner)) {
        if (name_of(pid) == name) return pid;
    }
    return 0;
}

// Starts `yes` under netrunner with a reader that never reads, and waits until no more bytes move.
Process blocked_run(Trial& trial, std::vector<std::string> options) {
    options.insert(options.end(), {"--", "yes"});
    auto process = trial.start(trial.runner(options));
    REQUIRE(wait_until([&] { return descendant_named(process.pid(), "yes") != 0; }));
    const pid_t yes = descendant_named(process.pid(), "yes");
    REQUIRE(settles([&] { return bytes_written(yes); }, 300ms));
    REQUIRE(wait_until([&] { return state_of(yes) == 'S'; }));
    return process;
}

}  // namespace

TEST_SUITE_BEGIN("back_pressure");

TEST_CASE_FIXTURE(Trial, "the command sleeps in its write while the reader is stopped, and memory is flat") {
    auto process = blocked_run(*this, {});
    const pid_t yes = descendant_named(process.pid(), "yes");
    const long written = bytes_written(yes);
    const long memory = resident_of_both(process.pid());
    const double cpu = cpu_seconds(process.pid());
    CHECK(written < 4L << 20);
    CHECK(settles([&] { return bytes_written(yes); }, Millis{amount(1500, 60000)}, Millis{amount(10, 90) * 1000}));
    CHECK(bytes_written(yes) == written);
    CHECK(resident_of_both(process.pid()) - memory < 1L << 20);
    const long most = sanitized ? 128L << 20 : 16L << 20;  // includes the sanitizer's shadow memory
    CHECK(resident_of_both(process.pid()) < most);
    CHECK(cpu_seconds(process.pid()) - cpu < 0.1);
    process.signal(SIGTERM);
    CHECK(process.finish_unread().ending == killed_by(SIGTERM));
}

TEST_CASE_FIXTURE(Trial, "TERM ends a run whose reader is stopped within the grace") {
    auto process = blocked_run(*this, {"-k", "3s"});
    const auto asked = Clock::now();
    process.signal(SIGTERM);
    const auto result = process.finish_unread();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK(Clock::now() - asked < scaled(3s));
    CHECK(result.left.empty());
}

TEST_CASE_FIXTURE(Trial, "the time limit holds while the reader is stopped") {
    const auto setup = runner({"-t", "500ms", "-k", "1s", "--", "yes"});
    auto process = start(setup);
    const auto result = process.finish_unread();
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 500, 4000);
    CHECK(result.left.empty());
}

TEST_CASE_FIXTURE(Trial, "a stopped reader of one stream does not hold up the other") {
    auto process = start(runner({"--", "sh", "-c", "yes & sleep 0.3; echo err >&2; wait"}));
    process.skip_output();
    process.wait_for("standard error", [&] { return contains(process.err(), "err\n"); });
    process.signal(SIGTERM);
    CHECK(process.finish_unread().ending == killed_by(SIGTERM));
}

TEST_CASE_FIXTURE(Trial, "memory stays small and flat while much passes") {
    auto setup = runner({"--", "sh", "-c", "\"$PROGRAMS/write_bytes\" 67108864 16777216; echo end; read line"});
    setup.in = piped();
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for(
        "the last byte", [&] { return process.out().size() == 67108864U + 4 && process.err().size() == 16777216U; },
        60s);
    const pid_t shepherd = child_running(process.pid(), "netrunner-shepherd");
    REQUIRE(shepherd > 0);
    if (slowness() < 2) CHECK(peak_resident_bytes(process.pid()) + peak_resident_bytes(shepherd) < 16L << 20);
    process.close_input();
    const auto result = process.finish();
    CHECK(result.out.substr(0, 67108864U) == pattern(67108864U, 1));
    CHECK(result.err == pattern(16777216U, 2));
}

TEST_CASE_FIXTURE(Trial, "a slow reader gets every byte, and the report says how long the reader blocked it") {
    const auto result = bash(
        "nr --report r.json -- \"$PROGRAMS/write_bytes\" 3000000 | (sleep 2; cksum)\n"
        "\"$PROGRAMS/write_bytes\" 3000000 | cksum");
    const auto sums = lines(result.out);
    REQUIRE(sums.size() == 2);
    CHECK(sums[0] == sums[1]);
    auto report = report_at(path("r.json"));
    CHECK(report["stdout"]["blocked"] >= 0.3);
    CHECK(report["stdout"]["blocked"] < 5.0 * slowness());
    CHECK(report["stderr"]["blocked"] == 0.0);
}

TEST_CASE_FIXTURE(Trial, "the idle limit does not count the time in which the reader holds the command up") {
    path("copy");
    for (const std::string options : {"", "--pty ", "-o copy "}) {
        CAPTURE(options);
        const auto result = bash("nr --idle-timeout 500ms " + options +
                                 "-- sh -c 'seq 1 300000; echo LAST' | (sleep 2; tail -1); echo ${PIPESTATUS[0]}");
        CHECK(result.err.empty());
        CHECK(lines(result.out) == std::vector<std::string>{"LAST", "0"});
    }
}

TEST_CASE_FIXTURE(Trial, "a command that is silent after its reader has caught up is stopped by the idle limit") {
    const auto result = bash(
        "nr --idle-timeout 500ms -- sh -c 'seq 1 300000; echo LAST; exec sleep 60' | (sleep 1; tail -1); "
        "echo ${PIPESTATUS[0]}");
    CHECK(lines(result.out) == std::vector<std::string>{"LAST", "124"});
    CHECK(begins(result.err, "netrunner: sh: no output for 500ms"));
}

TEST_CASE_FIXTURE(Trial, "a storm of signals changes no byte") {
    auto setup =
        runner({"--", "sh", "-c", "trap '' USR1; echo go; read line; exec \"$PROGRAMS/write_bytes\" 100000000"});
    setup.in = piped();
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("go\n");
    const pid_t shepherd = child_running(process.pid(), "netrunner-shepherd");
    REQUIRE(shepherd > 0);
    process.feed("\n");
    int sent = 0;
    process.wait_for(
        "the last byte",
        [&] {
            constexpr int bursts = 50;  // at each look, because a fast relay allows few looks
            for (int burst = 0; burst < bursts && sent < 1000; ++burst) {
                for (const int number : {SIGUSR1, SIGWINCH, SIGCONT}) {
                    if (!is_running(shepherd)) break;
                    process.signal(number);
                    ::kill(shepherd, number);  // a child of our unreaped child, seen running just now
                    ++sent;
                }
            }
            return !process.running();
        },
        60s);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(0));
    CHECK(result.out == "go\n" + pattern(100000000, 1));
    CHECK(sent > (sanitized ? 10 : 100));
}

TEST_SUITE_END();
