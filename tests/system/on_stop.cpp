// --on-stop runs a command before the first signal of every stop. How it is bounded and ended is tested with
// --on-timeout, which is the same. (docs/decisions/0051)
#include <doctest/doctest.h>

#include <csignal>

#include "terminal.hpp"
#include "trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

class HookTrial : public Trial {
  public:
    HookTrial() { path("told"), path("log"); }

    // Says in a file why and for whom it runs, and whether the command has heard a signal by then.
    static std::string hook() {
        return "sleep 0.1; kill -0 $NETRUNNER_PID && echo $NETRUNNER_REASON $(grep -vc -e ready -e 18 log) >>told; "
               "echo shown";
    }
    Process start_logging(Words options, const std::string& last = "0") {
        options.insert(options.end(), {"--", program("log_signals"), "log", last, "7"});
        auto process = start_reported(runner(options));
        ready(process, path("log"));
        return process;
    }
    std::string told() { return read_text(path("told")); }
    // The numbers of the signals that the command has heard, without SIGCONT.
    std::string heard() {
        std::string numbers;
        for (const auto& each : lines(read_text(path("log")))) {
            if (!begins(each, "ready") && each != "18") numbers += (numbers.empty() ? "" : " ") + each;
        }
        return numbers;
    }
};

}  // namespace

TEST_SUITE_BEGIN("on_stop");

TEST_CASE_FIXTURE(HookTrial, "--on-stop runs before the signal of an order reaches the command") {
    for (const int signal : {SIGTERM, SIGINT}) {
        auto process = start_logging({"--on-stop", hook()}, std::to_string(signal));
        process.signal(signal);
        const auto result = process.finish();
        const auto report = report_of(process);
        CHECK(result.ending == exit_code(7));
        CHECK(told() == "cancelled 0\n");
        CHECK(heard() == std::to_string(signal));
        CHECK(lines(result.err).front() == "shown");
        CHECK(report["on_stop"]["status"] == 0);
        CHECK(report["on_stop"]["output"] == "shown\n");
        CHECK(report["on_stop"]["truncated"] == false);
        CHECK(report["on_stop"]["duration"] >= 0.1);
        CHECK(report["stop"]["steps"].size() == 1);
        for (const char* name : {"told", "log"}) ::unlink(path(name).c_str());
    }
}

TEST_CASE_FIXTURE(HookTrial, "--on-stop runs at every limit, and gets its name") {
    const std::string hook = "echo $NETRUNNER_REASON >>told";
    const auto reason_at = [&](const Words& options, const std::string& script) {
        Words words{"--on-stop", hook};
        words.insert(words.end(), options.begin(), options.end());
        words.insert(words.end(), {"--", "sh", "-c", script});
        auto [result, report] = run_reported(words);
        CHECK(result.ending == exit_code(124));
        const std::string said = told();
        ::unlink(path("told").c_str());
        CHECK(said == report["stop"]["cause"].get<std::string>() + "\n");
        return said;
    };
    CHECK(reason_at({"-t", "300ms"}, "sleep 60") == "timeout\n");
    CHECK(reason_at({"--idle-timeout", "300ms"}, "sleep 60") == "idle-timeout\n");
    CHECK(reason_at({"--max-output", "1"}, "echo more; sleep 60") == "output-limit\n");
    CHECK(reason_at({"--cpu-time", "100ms"}, "while :; do :; done") == "cpu-limit\n");
}

TEST_CASE_FIXTURE(HookTrial,
                  "--on-stop runs when the reader of a pseudo-terminal, the terminal or the parent is gone") {
    const auto reader =
        bash("nr --on-stop 'echo $NETRUNNER_REASON >>told' --pty -- yes | head -1; echo ${PIPESTATUS[0]}");
    CHECK(reader.out == "y\n141\n");
    CHECK(told() == "no-reader\n");

    expect_strays();
    path("r.json");
    auto parent =
        start(command({"sh", "-c",
                       "\"$0\" run --die-with-parent --on-stop 'echo $NETRUNNER_REASON >>told' --report r.json "
                       "-- sh -c 'echo >log; exec sleep 60' & wait",
                       netrunner()}));
    CHECK(wait_until([&] { return !read_text(path("log")).empty(); }));
    parent.signal(SIGKILL);
    parent.finish();
    CHECK(wait_until([&] { return !read_text(path("r.json")).empty(); }));
    CHECK(report_at(path("r.json"))["on_stop"]["status"] == 0);
    CHECK(told() == "no-reader\nparent-died\n");
    CHECK(nothing_left(5s));
}

TEST_CASE_FIXTURE(HookTrial, "--on-stop does not run without a stop, for a forwarded signal, or for orphans") {
    for (const std::string script : {"exit 0", "kill -TERM $$", "sleep 60 & exit 0"}) {
        CAPTURE(script);
        auto [result, report] = run_reported({"--on-stop", "echo never", "--", "sh", "-c", script});
        CHECK(!contains(result.err, "never"));
        CHECK(report["on_stop"].is_null());
    }
    auto process = start_logging({"--on-stop", "echo never"}, std::to_string(SIGQUIT));
    for (const int signal : {SIGHUP, SIGUSR1, SIGQUIT}) process.signal(signal);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(7));
    CHECK(result.err.empty());
    CHECK(contains(heard(), "3"));
}

TEST_CASE_FIXTURE(HookTrial, "a typed Ctrl-C is only delivered, and --on-stop does not run") {
    Terminal terminal;
    auto process = start(terminal.leader(
        *this, {netrunner(), "run", "--on-stop", "echo >told", "--", program("log_signals"), path("log"), "2", "7"}));
    process.wait_for("the command", [&] { return begins(read_text(path("log")), "ready "); });
    terminal.type("\x03");
    CHECK(process.finish().ending == exit_code(7));
    CHECK(heard() == "2");
    CHECK(told().empty());
}

TEST_CASE_FIXTURE(HookTrial, "with both options, --on-timeout has the time limits and --on-stop the other stops") {
    const Words both{"-t", "500ms", "--on-timeout", "echo slow", "--on-stop", "echo stopped"};
    const auto with = [&](const Words& more) {
        Words words = both;
        words.insert(words.end(), more.begin(), more.end());
        return run_reported(words).report["on_stop"]["output"].get<std::string>();
    };
    CHECK(with({"--", "sleep", "60"}) == "slow\n");
    CHECK(with({"--max-output", "1", "--", "sh", "-c", "echo more; sleep 60"}) == "stopped\n");
}

TEST_CASE_FIXTURE(HookTrial, "a second TERM does not wait for --on-stop") {
    auto process = start_logging({"--on-stop", "echo begun; sleep 60"});
    process.signal(SIGTERM);
    process.wait_for("the output of --on-stop", [&] { return contains(process.err(), "begun\n"); });
    let_pass(20ms);
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK_WALL(result, 0, 6000);
    CHECK(heard() == "");
    const auto report = report_of(process);
    REQUIRE(report["stop"]["steps"].size() == 1);
    CHECK(report["stop"]["steps"][0]["signal"] == "SIGKILL");
}

TEST_CASE_FIXTURE(HookTrial, "two orders at once wait for --on-stop, and both reach the command after it") {
    auto process = start_logging({"--on-stop", hook()}, "15");
    process.signal(SIGSTOP);
    CHECK(wait_until([&] { return state_of(process.pid()) == 'T'; }));
    process.signal(SIGINT);
    process.signal(SIGTERM);
    process.signal(SIGCONT);
    CHECK(process.finish().ending == exit_code(7));
    CHECK(told() == "cancelled 0\n");
    CHECK(heard() == "2 15");
}

TEST_CASE_FIXTURE(HookTrial, "after --on-stop the ladder begins with its step for the command alone") {
    auto process = start_logging({"--on-stop", hook(), "--stop", "command:TERM,60s,KILL"}, "15");
    process.signal(SIGTERM);
    CHECK(process.finish().ending == exit_code(7));
    CHECK(told() == "cancelled 0\n");
    const auto report = report_of(process);
    REQUIRE(report["stop"]["steps"].size() == 1);
    CHECK(report["stop"]["steps"][0]["to"] == "command");
}

TEST_CASE_FIXTURE(HookTrial, "if netrunner or the guard is killed, --on-stop does not run") {
    expect_strays();
    auto killed = start_logging({"--on-stop", "echo >told"}, "15");
    killed.signal(SIGKILL);
    killed.finish();
    CHECK(nothing_left(8s));
    ::unlink(path("log").c_str());
    auto lost = start_logging({"--on-stop", "echo >told"}, "15");
    const pid_t shepherd = child_running(lost.pid(), "netrunner-shepherd");
    ::kill(child_running(shepherd, "netrunner-shepherd"), SIGKILL);
    CHECK(lost.finish().ending == exit_code(125));
    CHECK(told().empty());
}

TEST_CASE_FIXTURE(HookTrial, "an empty command is refused") {
    CHECK_REFUSED(run({"--on-stop", " ", "--", "true"}), "--on-stop: invalid command");
}

TEST_SUITE_END();
