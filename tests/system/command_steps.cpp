// Steps of --stop for the command's first process alone (command:SIGNAL): whatever asks for the stop, no other process
// gets them. (docs/decisions/0050)
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>

#include "cgroup_dir.hpp"
#include "trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

// A command that logs its signals into `near`, with a child in its process group that logs into `mate` and one in
// another session that logs into `far`.
class StepsTrial : public Trial {
  public:
    StepsTrial() {
        for (const char* name : {"near", "mate", "far"}) path(name);
    }
    // `last`: runs in the place of the command's log_signals; empty: that one.
    static std::string script(const std::string& before = "") {
        return "\"$PROGRAMS/log_signals\" mate & setsid \"$PROGRAMS/log_signals\" far & "
               "until [ -s mate ] && [ -s far ]; do sleep 0.01; done; " +
               before + "exec \"$PROGRAMS/log_signals\" near";
    }
    Process start_logging(Words options, const std::string& before = "") {
        options.insert(options.end(), {"--", "sh", "-c", script(before)});
        auto process = start_reported(runner(std::move(options)));
        wait_until_ready(process);
        return process;
    }
    void wait_until_ready(Process& process) {
        process.wait_for("the command and its children", [&] { return begins(read_text(path("near")), "ready "); });
    }

    // The numbers of the signals in a log without SIGCONT, which follows each signal of a stop, and SIGCHLD.
    std::string heard(const std::string& name) {
        std::string numbers;
        for (const auto& each : lines(read_text(path(name)))) {
            if (!begins(each, "ready") && each != "18" && each != "17") numbers += (numbers.empty() ? "" : " ") + each;
        }
        return numbers;
    }
    void check_heard(const std::string& command, const std::string& children) {
        CHECK(heard("near") == command);
        CHECK(heard("mate") == children);
        CHECK(heard("far") == children);
    }
};

// USR1 for all, so that the logs tell the two steps apart.
const Words careful{"--stop", "command:TERM,300ms,USR1,200ms,KILL"};

Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

// The steps of a report in one line: "SIGTERM command, SIGKILL tree".
std::string steps_of(const nlohmann::json& report) {
    std::string text;
    for (const auto& step : report["stop"]["steps"]) {
        text += (text.empty() ? "" : ", ") + step["signal"].get<std::string>() + " " + step["to"].get<std::string>();
    }
    return text;
}

}  // namespace

TEST_SUITE_BEGIN("command_steps");

TEST_CASE_FIXTURE(StepsTrial, "at a limit, the command alone gets its step; report and verdict say so") {
    const auto limit = std::to_string(scaled(1000ms).count()) + "ms";
    const auto check = [&](const std::string& reason, const Words& options, const std::string& before) {
        CAPTURE(reason);
        auto process = start_logging(with(careful, options), before);
        const auto result = process.finish();
        const auto report = report_of(process);
        CHECK(result.ending == exit_code(124));
        CHECK(report["reason"] == reason);
        CHECK(steps_of(report) == "SIGTERM command, SIGUSR1 tree, SIGKILL tree");
        CHECK_MESSAGE(contains(result.err, ": sent SIGTERM to the command alone, 3"), result.err);
        CHECK_MESSAGE(contains(result.err, "ms later SIGUSR1, 2"), result.err);
        check_heard("15 10", "10");
        const auto& steps = report["stop"]["steps"];
        CHECK(steps[1]["after"].get<double>() - steps[0]["after"].get<double>() >= 0.295);
        for (const char* name : {"near", "mate", "far"}) ::unlink(path(name).c_str());
    };
    check("timeout", {"-t", limit}, "");
    check("idle-timeout", {"--idle-timeout", limit}, "");
    check("output-limit", {"--max-output", "3"}, "(until [ -s near ]; do sleep 0.01; done; echo long) & ");
}

TEST_CASE_FIXTURE(StepsTrial, "an order reaches the command alone, in the place of that step") {
    for (const int signal : {SIGTERM, SIGINT}) {
        CAPTURE(signal);
        auto process = start_logging(careful);
        process.signal(signal);
        const auto result = process.finish();
        CHECK(result.ending == killed_by(signal));
        check_heard(std::to_string(signal) + " 10", "10");
        CHECK(contains(result.err, " to the command alone, 3"));
        for (const char* name : {"near", "mate", "far"}) ::unlink(path(name).c_str());
    }
}

TEST_CASE_FIXTURE(StepsTrial, "of two orders at once, both reach the command alone") {
    auto process = start_logging(careful);
    process.signal(SIGSTOP);
    CHECK(wait_until([&] { return state_of(process.pid()) == 'T'; }));
    process.signal(SIGINT);
    process.signal(SIGTERM);
    process.signal(SIGCONT);
    process.finish();
    check_heard("2 15 10", "10");
}

TEST_CASE_FIXTURE(StepsTrial, "a second order ends the whole tree at once") {
    auto process = start_logging({"--stop", "command:TERM,60s,TERM,60s,KILL"});
    process.signal(SIGTERM);
    CHECK(wait_until([&] { return heard("near") == "15"; }));
    let_pass(20ms);
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK(steps_of(report_of(process)) == "SIGTERM command, SIGKILL tree");
    check_heard("15", "");
}

TEST_CASE_FIXTURE(StepsTrial, "it holds on a pseudo-terminal, in a PID namespace and in a control group") {
    CgroupDir groups;
    std::vector<Words> ways{{"--pty"}};
    if (groups) ways.push_back({"--cgroup-base", groups.path(), "--cgroup", "a"});
    if (run({"--pid-namespace", "--", "true"}).ending == exit_code(0)) ways.push_back({"--pid-namespace"});
    for (const Words& way : ways) {
        CAPTURE(way.front());
        auto process = start_logging(with(careful, way));
        process.signal(SIGTERM);
        CHECK(process.finish().ending == killed_by(SIGTERM));
        CHECK(steps_of(report_of(process)) == "SIGTERM command, SIGUSR1 tree, SIGKILL tree");
        check_heard("15 10", "10");
        for (const char* name : {"near", "mate", "far"}) ::unlink(path(name).c_str());
    }
}

TEST_CASE_FIXTURE(StepsTrial, "a lost reader of a pseudo-terminal: HUP too is for the command alone") {
    const auto result = bash("nr --stop command:TERM,300ms,USR1,200ms,KILL --report r.json --pty -- sh -c '" +
                             script("(until [ -s near ]; do sleep 0.01; done; while echo x; do :; done) & ") +
                             "' | head -1\necho ${PIPESTATUS[0]}");
    CHECK(result.out == "x\n141\n");
    CHECK(steps_of(report_at(path("r.json"))) == "SIGHUP command, SIGTERM command, SIGUSR1 tree, SIGKILL tree");
    check_heard("1 15 10", "10");
}

TEST_CASE_FIXTURE(StepsTrial, "a lost parent: the command alone gets its step") {
    expect_strays();
    const auto report = path("r.json");
    auto parent = start(command({"sh", "-c",
                                 "\"$0\" run --die-with-parent --stop command:TERM,300ms,USR1,200ms,KILL "
                                 "--report r.json -- sh -c '" +
                                     script() + "' & wait",
                                 netrunner()}));
    wait_until_ready(parent);
    parent.signal(SIGKILL);
    parent.finish();
    CHECK(wait_until([&] { return !read_text(report).empty(); }));
    CHECK(report_at(report)["stop"]["cause"] == "parent-died");
    check_heard("15 10", "10");
    CHECK(nothing_left(5s));
}

TEST_CASE_FIXTURE(StepsTrial, "a program that ends its children itself is left to do so") {
    auto process = start_reported(
        runner({"--stop", "command:TERM,30s,TERM,5s,KILL", "--", "sh", "-c",
                "\"$PROGRAMS/log_signals\" mate 12 & setsid \"$PROGRAMS/log_signals\" far 12 & "
                "until [ -s mate ] && [ -s far ]; do sleep 0.01; done; "
                "trap 'kill -12 $(sed -n s/ready.//p mate far); wait; wait; exit 7' TERM; echo go; wait"}));
    process.wait_for_output("go\n");
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(7));
    CHECK_WALL(result, 0, 6000);
    CHECK(steps_of(report_of(process)) == "SIGTERM command");
    CHECK(contains(result.err, "sh: cancelled by SIGTERM: sent SIGTERM to the command alone\n"));
    CHECK(heard("mate") == "12");
    CHECK(heard("far") == "12");
}

TEST_CASE_FIXTURE(StepsTrial, "if the command ends and leaves processes, the next step for the tree comes at once") {
    const auto limit = scaled(500ms).count();  // by then the shell has started its child
    for (const std::string ladder :
         {"command:TERM,60s,TERM,60s,KILL", "command:TERM,60s,command:INT,infinity,TERM,60s,KILL",
          "command:KILL,60s,TERM", "command:TERM,infinity"}) {
        CAPTURE(ladder);
        auto [result, report] =
            run_reported({"-t", std::to_string(limit) + "ms", "--stop", ladder, "--", "sh", "-c", "sleep 60 & wait"});
        CHECK(result.ending == exit_code(124));
        CHECK_WALL(result, limit, 4000);
        const std::string first = contains(ladder, "command:KILL") ? "SIGKILL" : "SIGTERM";
        const std::string second = contains(ladder, ",TERM") ? "SIGTERM" : "SIGKILL";
        CHECK(steps_of(report) == first + " command, " + second + " tree");
        CHECK(report["signal"] == first);
        REQUIRE(report["orphans"].size() == 1);
        CHECK(report["orphans"][0]["ended_by"] == second);
    }
}

TEST_CASE_FIXTURE(StepsTrial, "orphans get the steps for the tree, without the graces of the others") {
    auto [result, report] =
        run_reported({"--stop", "command:TERM,60s,USR1,200ms,command:INT,60s,KILL", "--", "sh", "-c",
                      "setsid \"$PROGRAMS/log_signals\" far & until [ -s far ]; do sleep 0.01; done; exit 4"});
    CHECK(result.ending == exit_code(4));
    CHECK_WALL(result, 200, 4000);
    CHECK(heard("far") == "10");
    CHECK(steps_of(report) == "SIGUSR1 tree, SIGKILL tree");
    CHECK(!contains(result.err, "alone"));
}

TEST_CASE_FIXTURE(StepsTrial, "an order while orphans are waited for goes to them") {
    auto process = start_reported(
        runner({"--orphans", "wait", "--stop", "command:TERM,60s,KILL", "--", "sh", "-c",
                "setsid \"$PROGRAMS/log_signals\" far 2 & until [ -s far ]; do sleep 0.01; done; echo go; exit 4"}));
    process.wait_for_output("go\n");
    CHECK(wait_until([&] {
        const auto below = descendants_of(process.pid());
        return std::none_of(below.begin(), below.end(), [](pid_t pid) { return name_of(pid) == "sh"; });
    }));
    process.signal(SIGINT);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(4));
    CHECK(heard("far") == "2");
    CHECK(steps_of(report_of(process)) == "SIGINT tree");
}

TEST_CASE_FIXTURE(StepsTrial, "a stopped command is continued, so that it acts on its step") {
    const auto result = run({"-t", "300ms", "--stop", "command:TERM,20s,KILL", "--", "sh", "-c", "kill -STOP $$"});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 300, 3000);
    CHECK(contains(result.err, "sent SIGTERM to the command alone\n"));
}

TEST_CASE_FIXTURE(StepsTrial, "if netrunner is killed, the guard takes the same steps") {
    expect_strays();
    auto process = start_logging(careful);
    process.signal(SIGKILL);
    process.finish();
    CHECK(nothing_left(5s));
    check_heard("15 10", "10");
}

TEST_CASE_FIXTURE(StepsTrial, "the guard too goes on at once when the command has ended") {
    expect_strays();
    auto process = start(runner({"--stop", "command:TERM,60s,command:INT,60s,USR1,200ms,KILL", "--", "sh", "-c",
                                 "setsid \"$PROGRAMS/log_signals\" far & until [ -s far ]; do sleep 0.01; done; "
                                 "echo go; wait"}));
    process.wait_for_output("go\n");
    process.signal(SIGKILL);
    process.finish();
    CHECK(nothing_left(5s));
    CHECK(heard("far") == "10");
}

TEST_CASE_FIXTURE(StepsTrial, "if the guard or the shepherd is killed, netrunner takes the same steps") {
    for (const bool guard : {true, false}) {
        CAPTURE(guard);
        auto process = start_logging(careful);
        const pid_t shepherd = child_running(process.pid(), "netrunner-shepherd");
        ::kill(guard ? child_running(shepherd, "netrunner-shepherd") : shepherd, SIGKILL);
        const auto result = process.finish();
        CHECK(result.ending == exit_code(125));
        const auto steps = steps_of(report_of(process));
        if (guard) {
            // The kernel kills the command when the guard dies (PR_SET_PDEATHSIG). A step for the command alone is
            // skipped once the shepherd has reaped it.
            CHECK(steps.ends_with("SIGUSR1 tree, SIGKILL tree"));
        } else {
            CHECK(steps == "SIGTERM command, SIGUSR1 tree, SIGKILL tree");
            check_heard("15 10", "10");
        }
        for (const char* name : {"near", "mate", "far"}) ::unlink(path(name).c_str());
    }
}

TEST_CASE_FIXTURE(StepsTrial, "if netrunner and the guard are killed, the shepherd takes the steps for the tree") {
    expect_strays();
    auto process = start_logging(careful);
    const pid_t shepherd = child_running(process.pid(), "netrunner-shepherd");
    const pid_t guard = child_running(shepherd, "netrunner-shepherd");
    ::kill(shepherd, SIGSTOP);
    ::kill(guard, SIGKILL);
    process.signal(SIGKILL);
    ::kill(shepherd, SIGCONT);
    process.finish();
    CHECK(nothing_left(5s));
    CHECK(heard("far") == "10");
}

TEST_CASE_FIXTURE(StepsTrial, "malformed steps are refused") {
    for (const auto& [ladder, part] :
         {std::pair{"command:", "invalid step 'command:': expected a signal after command:"},
          std::pair{"cmd:TERM", "invalid step 'cmd:TERM': expected a signal, or command: and a signal"},
          std::pair{"command:5s", "invalid signal '5s'"},
          std::pair{"TERM,command:TERM", "expected a duration before 'command:TERM'"},
          std::pair{"command:command:TERM", "invalid signal 'command:TERM'"}}) {
        CHECK_REFUSED(run({"--stop", ladder, "--", "true"}), part);
    }
    CHECK_REFUSED(run({"-s", "command:TERM", "--", "true"}), "--signal: invalid signal 'command:TERM'");
}

TEST_SUITE_END();
