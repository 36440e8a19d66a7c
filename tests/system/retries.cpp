// --retries: a failed command is run again, each time when no process of the attempt before is left.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "cgroup_dir.hpp"
#include "chain.hpp"
#include "terminal_shell.hpp"
#include "trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

constexpr const char* says_status = "; echo status=$((0+$?))";

// A script that fails with 2 until it has run `times` times, and prints its number each time.
std::string counting(const std::string& file, int times) {
    return "echo x >>" + file + "; n=$(wc -l <" + file + "); echo $n; test $n -ge " + std::to_string(times) +
           " || exit 2";
}

Words reasons_of(const nlohmann::json& report) {
    Words reasons;
    for (const auto& attempt : report["attempts"]) reasons.push_back(attempt["reason"]);
    return reasons;
}

// A run that waits for its second attempt: the first has ended, and the next begins in an hour.
struct WaitingTrial : Trial {
    Process start_waiting(Words more = {}) {
        Words words{"--retries", "5", "--retry-delay", "1h"};
        words.insert(words.end(), more.begin(), more.end());
        words.insert(words.end(), {"--", "sh", "-c", "exit 2"});
        auto process = start_reported(runner(words));
        process.wait_for("the delay", [&] { return contains(process.err(), "trying again"); });
        return process;
    }
};

}  // namespace

TEST_SUITE_BEGIN("retries");

TEST_CASE_FIXTURE(Trial, "a command that fails is run again until it succeeds, with a line for each further attempt") {
    auto [result, report] = run_reported(
        {"--retries", "5", "--retry-delay", "10ms", "-o", path("log"), "--", "sh", "-c", counting(path("count"), 3)});
    CHECK(result.ending == exit_code(0));
    CHECK(result.out == "1\n2\n3\n");
    CHECK(read_text(path("log")) == result.out);
    CHECK(result.err ==
          "netrunner --retries: sh: attempt 1 of 6: exited with 2; trying again in 10ms\n"
          "netrunner --retries: sh: attempt 2 of 6: exited with 2; trying again in 10ms\n");
    CHECK(report["reason"] == "exited");
    CHECK(report["exit_code"] == 0);
    CHECK(report["message"].is_null());
    CHECK(report["stdout"]["bytes"] == 2);
    REQUIRE(report["attempts"].size() == 3);
    CHECK(report["attempts"][0]["exit_code"] == 2);
    CHECK(report["attempts"][0]["status"] == 2);
    CHECK(report["attempts"][2]["status"] == 0);
    CHECK(report["attempts"][2]["started_at"] == report["started_at"]);
    CHECK(report["attempts"][0]["ended_at"] <= report["attempts"][1]["started_at"]);
    CHECK(run_reported({"--", "false"}).report["attempts"].empty());
}

TEST_CASE_FIXTURE(Trial, "after the last attempt its status counts, and one line says that there is no further one") {
    const auto result = run({"--retries", "2", "--retry-delay", "0", "--", "sh", "-c", counting(path("count"), 9)});
    CHECK(result.ending == exit_code(2));
    CHECK(result.out == "1\n2\n3\n");
    CHECK(lines(result.err).size() == 3);
    CHECK(contains(result.err, "attempt 2 of 3: exited with 2; trying again\n"));
    CHECK(contains(result.err, "netrunner: sh: gave up after 3 attempts\n"));
    const auto quiet = run({"-q", "--retries", "1", "--retry-delay", "0", "--", "false"});
    CHECK(quiet.ending == exit_code(1));
    CHECK(quiet.err.empty());
    CHECK(run({"--retries", "0", "--", "false"}).err.empty());
}

TEST_CASE_FIXTURE(Trial, "an attempt begins when no process of the one before is left") {
    // The first attempt leaves a process that ignores SIGTERM.
    const std::string script = "if [ -e " + path("pid") + " ]; then kill -0 $(cat " + path("pid") +
                               ") 2>/dev/null && exit 9; exit 0; fi; (trap '' TERM; exec sleep 60) & echo $! >" +
                               path("pid") + "; exit 1";
    const auto result = run({"--retries", "1", "--retry-delay", "0", "-k", "200ms", "--", "sh", "-c", script});
    CHECK(result.ending == exit_code(0));
    CHECK(lines(result.err).size() == 2);
    CHECK(contains(result.err, "netrunner --retries: sh: attempt 1 of 2: ended 1 orphan: sleep"));

    const std::string waited = "if [ -e " + path("done") + " ]; then exit 0; fi; test ! -e " + path("begun") +
                               " || exit 9; (sleep 0.4; : >" + path("done") + ") & : >" + path("begun") + "; exit 1";
    CHECK(run({"-q", "--retries", "1", "--retry-delay", "0", "--orphans", "wait", "--", "sh", "-c", waited}).ending ==
          exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "a spared daemon does not keep the next attempt from beginning, and lives on") {
    expect_strays();
    auto setup = runner({"-q", "--retries", "1", "--retry-delay", "0", "--spare", "ignore_signals", "--", "sh", "-c",
                         "\"$PROGRAM\" " + path("ready") + " 15 >/dev/null 2>&1 & until [ -s " + path("ready") +
                             " ]; do sleep 0.02; done; mv " + path("ready") + " " + path("old") + "; cat " +
                             path("old") + "; exit 1"});
    setup.environment["PROGRAM"] = program("ignore_signals");
    setup.leaves_processes = true;
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(1));
    const auto daemons = lines(result.out);
    REQUIRE(daemons.size() == 2);
    for (const std::string& line : daemons) {
        const pid_t daemon = std::atoi(line.c_str() + std::string("ready ").size());
        CHECK(is_running(daemon));
        ::kill(daemon, SIGKILL);
        CHECK(wait_until([&] { return !is_running(daemon); }));
    }
}

TEST_CASE_FIXTURE(Trial, "only the ends in the list are tried again, and limits count for each attempt") {
    auto [listed, timeouts] = run_reported(
        {"--retries", "2", "--retry-delay", "0", "--retry-on", "timeout,exit:7", "-t", "300ms", "--", "sh", "-c",
         "echo x >>" + path("n") + "; test $(wc -l <" + path("n") + ") -lt 3 || exit 0; exec sleep 60"});
    CHECK(listed.ending == exit_code(0));
    CHECK(reasons_of(timeouts) == Words{"timeout", "timeout", "exited"});
    CHECK(timeouts["attempts"][0]["status"] == 124);
    CHECK(timeouts["attempts"][0]["signal"] == "SIGTERM");
    CHECK(contains(listed.err, "sh: attempt 1 of 3: timed out after 300ms: sent SIGTERM; trying again\n"));
    CHECK_WALL(listed, 600, 5000);

    auto [other, once] = run_reported({"--retries", "2", "--retry-on", "exit:7", "-t", "200ms", "--", "sleep", "60"});
    CHECK(other.ending == exit_code(124));
    CHECK(reasons_of(once) == Words{"timeout"});
    CHECK(lines(other.err).size() == 1);

    const auto until_failure = run({"-q", "--retries", "9", "--retry-delay", "0", "--retry-on", "exit:0", "--", "sh",
                                    "-c", "echo x >>" + path("m") + "; test $(wc -l <" + path("m") + ") -lt 4"});
    CHECK(until_failure.ending == exit_code(1));
    CHECK(lines(read_text(path("m"))).size() == 4);
    CHECK(run_reported({"-q", "--retries", "1", "--retry-delay", "0", "--", "sh", "-c", "kill -SEGV $$"})
              .report["attempts"]
              .size() == 2);
}

TEST_CASE_FIXTURE(Trial, "a command that was not found is tried again only if the list says so") {
    auto [once, one] = run_reported({"--retries", "3", "--", "/nonexistent"});
    CHECK(once.ending == exit_code(127));
    CHECK(reasons_of(one) == Words{"spawn-failed"});
    auto [twice, two] =
        run_reported({"--retries", "1", "--retry-delay", "0", "--retry-on", "spawn-failed", "--", "/nonexistent"});
    CHECK(twice.ending == exit_code(127));
    CHECK(reasons_of(two) == Words{"spawn-failed", "spawn-failed"});
    CHECK(contains(twice.err, "attempt 1 of 2: cannot run '/nonexistent': no such file or directory; trying again\n"));
}

TEST_CASE_FIXTURE(Trial, "an order to end during an attempt ends it all") {
    auto process = start_reported(runner(
        {"--retries", "5", "--retry-delay", "0", "--", "sh", "-c", "trap 'exit 3' TERM; echo go; sleep 60 & wait"}));
    process.wait_for_output("go\n");
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(3));
    const auto report = report_of(process);
    CHECK(report["reason"] == "cancelled");
    CHECK(reasons_of(report) == Words{"cancelled"});
    CHECK(lines(result.err).size() == 1);
}

TEST_CASE_FIXTURE(WaitingTrial, "an order to end between two attempts ends it at once, by that signal") {
    for (const int signal : {SIGTERM, SIGINT}) {
        CAPTURE(signal);
        auto process = start_waiting();
        process.signal(SIGUSR1);  // no command runs that could get it
        process.signal(signal);
        const auto result = process.finish();
        CHECK(result.ending == killed_by(signal));
        CHECK_WALL(result, 0, 5000);
        CHECK(lines(result.err).size() == 2);
        CHECK(contains(result.err, std::string("netrunner: sh: cancelled by SIG") +
                                       (signal == SIGTERM ? "TERM" : "INT") + " before attempt 2\n"));
        const auto report = report_of(process);
        CHECK(report["reason"] == "cancelled");
        CHECK(report["status"] == 128 + signal);
        CHECK(report["exit_code"] == 2);
        CHECK(report["stop"]["cause"] == "cancelled");
        CHECK(report["stop"]["steps"].empty());
        CHECK(reasons_of(report) == Words{"exited"});
    }
}

TEST_CASE_FIXTURE(WaitingTrial, "between two attempts netrunner is the only process, and SIGKILL leaves nothing") {
    auto process = start_waiting();
    CHECK(descendants_of(process.pid()).empty());
    process.signal(SIGKILL);
    CHECK(process.finish().ending == killed_by(SIGKILL));
    CHECK(nothing_left(10s));
}

TEST_CASE_FIXTURE(Trial, "the time in which netrunner is suspended between two attempts counts for nothing") {
    auto process = start(runner({"--retries", "1", "--retry-delay", "1s", "--retry-timeout", "3s", "--", "sh", "-c",
                                 counting(path("count"), 2)}));
    process.wait_for("the delay", [&] { return contains(process.err(), "trying again"); });
    process.signal(SIGSTOP);
    let_pass(4s);
    process.signal(SIGCONT);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(0));
    CHECK_WALL(result, 4500, 12000);  // the rest of the delay is waited for
}

TEST_CASE_FIXTURE(Trial, "a start that comes to nothing is the only attempt") {
    auto [result, report] = run_reported({"--retries", "3", "-C", "/nonexistent", "--", "true"});
    CHECK(result.ending == exit_code(125));
    CHECK(reasons_of(report) == Words{"spawn-failed"});
}

TEST_CASE_FIXTURE(WaitingTrial, "between two attempts the heartbeat goes on") {
    auto process = start_waiting({"--heartbeat", "100ms"});
    process.wait_for("a heartbeat",
                     [&] { return contains(process.err(), "netrunner --heartbeat: attempt 2 of 6 begins in "); });
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
}

TEST_CASE_FIXTURE(Trial, "the end of the parent between two attempts ends it all") {
    expect_strays();
    auto parent = start(command({"sh", "-c",
                                 "\"$0\" run --retries 5 --retry-delay 1h --die-with-parent --report " +
                                     path("r.json") + " -- false & echo runner-$!-; wait",
                                 netrunner()}));
    parent.wait_for("the delay",
                    [&] { return contains(parent.err(), "trying again") && contains(parent.out(), "-\n"); });
    const pid_t runner = std::atoi(parent.out().c_str() + parent.out().find('-') + 1);
    parent.signal(SIGKILL);
    parent.finish();
    CHECK(wait_until([&] { return !is_running(runner); }));
    const auto report = report_at(path("r.json"));
    CHECK(report["reason"] == "cancelled");
    CHECK(report["stop"]["cause"] == "parent-died");
    CHECK(reasons_of(report) == Words{"exited"});
}

TEST_CASE_FIXTURE(Trial, "the time for all attempts together stops an attempt and begins no further one") {
    auto [stopped, report] = run_reported({"--retries", "9", "--retry-delay", "0", "--retry-timeout", "900ms", "-t",
                                           "400ms", "--", "sh", "-c", "echo x; exec sleep 60"});
    CHECK(stopped.ending == exit_code(124));
    CHECK(report["reason"] == "timeout");
    CHECK(contains(report["message"], "sh: timed out after 900ms (--retry-timeout): sent SIGTERM"));
    CHECK(report["attempts"].size() > 1);
    // An attempt may be stopped before it writes its line.
    CHECK(lines(stopped.out).size() <= report["attempts"].size());
    CHECK(lines(stopped.out).size() + 1 >= report["attempts"].size());
    CHECK_WALL(stopped, 900, 6000);

    auto [early, one] =
        run_reported({"--retries", "9", "--retry-delay", "1h", "--retry-timeout", "30m", "--", "false"});
    CHECK(early.ending == exit_code(1));
    CHECK(one["attempts"].size() == 1);
    CHECK(early.err == "netrunner: false: gave up after 1 attempt: the next would begin after --retry-timeout 30m\n");
}

TEST_CASE_FIXTURE(Trial, "each attempt reads the file of --stdin from its start, and inherited input where it stands") {
    std::ofstream(path("input")) << "one\ntwo\n";
    const Words retries{"-q", "--retries", "1", "--retry-delay", "0"};
    const auto with = [&](Words more) {
        Words words = retries;
        words.insert(words.end(), more.begin(), more.end());
        words.insert(words.end(), {"--", "sh", "-c", "read line; echo $line; exit 1"});
        return words;
    };
    CHECK(run(with({"--stdin", path("input")})).out == "one\none\n");
    auto inherits = runner(with({}));
    inherits.in = file(path("input"), O_RDONLY);
    CHECK(complete(inherits).out == "one\ntwo\n");
    const auto log = path("out");
    run(with({"--stdout", log, "--stdin", path("input")}));
    CHECK(read_text(log) == "one\none\n");
}

TEST_CASE_FIXTURE(Trial, "descriptors above 2 reach every attempt") {
    const auto result = bash("echo text >" + path("seven") +
                             "\nnr -q --retries 2 --retry-delay 0 -- sh -c "
                             "'cat /dev/fd/7; exit 1' 7<" +
                             path("seven") + "; echo $?");
    CHECK(result.out == "text\ntext\ntext\n1\n");
}

TEST_CASE_FIXTURE(Trial, "if the reader of the output has gone, there is no further attempt") {
    const auto result = bash("nr --retries 9 --retry-delay 0 --report " + path("r.json") +
                             " -- yes | head -n 1; echo ${PIPESTATUS[0]}");
    CHECK(result.out == "y\n141\n");
    CHECK(result.err.empty());
    CHECK(report_at(path("r.json"))["attempts"].size() == 1);
}

TEST_CASE_FIXTURE(Trial, "a helper that is killed ends it all") {
    expect_strays();
    auto process =
        start_reported(runner({"--retries", "9", "--retry-delay", "0", "--", program("ignore_signals"), "-"}));
    process.wait_for_output("\n");
    ::kill(links_of(process).shepherd, SIGKILL);
    CHECK(process.finish().ending == exit_code(125));
    CHECK(reasons_of(report_of(process)) == Words{"lost"});
}

TEST_CASE_FIXTURE(Trial, "each attempt has a terminal of its own with --pty") {
    const auto result =
        run({"-q", "--retries", "1", "--retry-delay", "0", "--pty", "--", "sh", "-c", "test -t 1 && echo tty; exit 3"});
    CHECK(result.ending == exit_code(3));
    CHECK(result.out == "tty\ntty\n");
}

TEST_CASE_FIXTURE(Trial, "each attempt has its control group, with counters of its own, and the group is removed") {
    const CgroupDir groups;
    if (!groups) return;
    for (const bool exists : {false, true}) {
        CAPTURE(exists);
        if (exists) groups.make("g");
        auto [result, report] =
            run_reported({"-q", "--retries", "2", "--retry-delay", "0", "--cgroup-base", groups.path(), "--cgroup", "g",
                          "--", "sh", "-c", counting(path(exists ? "a" : "b"), 3) + "; grep ^0: /proc/self/cgroup"});
        CHECK(result.ending == exit_code(0));
        CHECK(contains(result.out, "/g\n"));
        CHECK(report["attempts"].size() == 3);
        CHECK(report["cgroup"]["path"] == groups.path("g"));
        CHECK(report["cgroup"]["cpu_usage"] > 0.0);
        CHECK(groups.has("g") == exists);
        CHECK(!groups.is_populated("g"));
        if (exists) groups.end("g");
    }
}

TEST_CASE_FIXTURE(Trial, "the JUnit file has one case, the last attempt") {
    run({"-q", "--retries", "1", "--retry-delay", "0", "--junit", path("j.xml"), "--", "sh", "-c",
         "echo x >>" + path("n") + "; echo attempt-$(wc -l <" + path("n") + "); exit 1"});
    const auto xml = read_text(path("j.xml"));
    CHECK(contains(xml, "tests=\"1\""));
    CHECK(contains(xml, "attempt-2"));
    CHECK(!contains(xml, "attempt-1"));
}

TEST_CASE_FIXTURE(Trial, "an outer run that stops a waiting one tells why, and it ends at once") {
    const auto result =
        run({"-t", "400ms", "--", netrunner(), "run", "--retries", "3", "--retry-delay", "1h", "--", "false"});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 400, 4000);
    CHECK(lines(result.err).size() == 2);
    CHECK(contains(result.err, "trying again in 1h\nnetrunner: netrunner: timed out after 400ms: sent SIGTERM"));
}

TEST_CASE_FIXTURE(Trial, "Ctrl-C during an attempt ends it all, also if the command exits with its own status") {
    TerminalShell shell(*this);
    for (const std::string command : {"sh -c 'trap \"exit 7\" INT; echo go-$((1+1)); while :; do sleep 0.02; done'",
                                      "sh -c 'echo go-$((1+1)); exec sleep 60'"}) {
        shell.enter("nr --retries 3 --retry-delay 0 -- " + command + says_status);
        shell.expect("go-2\r\n");
        shell.type(ctrl_c);
        if (contains(command, "trap")) {
            shell.expect("status=7\r\n");
        } else {
            shell.prompts();
        }
        CHECK(!contains(shell.printed(), "trying again"));
    }
}

TEST_CASE_FIXTURE(Trial, "Ctrl-C that only the command receives ends it all if it dies of it, or says so") {
    TerminalShell shell(*this);
    for (const std::string command : {"sh -c 'trap \"exit 130\" INT; read x; exit 9'", "cat"}) {
        for (const std::string pty : {"", "--pty "}) {
            CAPTURE(command + pty);
            shell.enter("nr " + pty + "--retries 3 --retry-delay 0 -- " + command);
            if (pty.empty()) {
                REQUIRE(shell.foreground_is(contains(command, "read") ? "read x" : "cat"));
            } else {
                REQUIRE(shell.becomes_raw());
            }
            shell.type(ctrl_c);
            shell.prompts();
            CHECK(!contains(shell.printed(), "trying again"));
        }
    }
}

TEST_CASE_FIXTURE(Trial, "Ctrl-Z between two attempts stops netrunner, and the delay goes on after fg") {
    TerminalShell shell(*this);
    shell.enter("rm -f n; nr --retries 1 --retry-delay 1s -- sh -c 'test -e n || { : >n; exit 2; }'");
    shell.expect("trying again in 1s");
    shell.type(ctrl_z);
    REQUIRE(shell.says_stopped());
    shell.enter("sleep 1.5; fg >/dev/null; echo status=$((0+$?))");
    shell.expect("status=0\r\n");
    path("n");
}

TEST_CASE_FIXTURE(Trial, "Ctrl-C between two attempts ends it at once") {
    TerminalShell shell(*this);
    shell.enter("nr --retries 1 --retry-delay 1h -- false");
    shell.expect("trying again in 1h");
    shell.type(ctrl_c);
    REQUIRE(shell.prompts());
    CHECK(contains(shell.printed(), "netrunner: false: cancelled by SIGINT before attempt 2"));
    CHECK(shell.status() == 130);
}

TEST_CASE_FIXTURE(Trial, "what cannot be tried again is refused") {
    CHECK_REFUSED(run({"--retry-on", "failure", "--", "true"}), "--retry-on needs --retries");
    CHECK_REFUSED(run({"--retry-delay", "1s", "--", "true"}), "--retry-delay needs --retries");
    CHECK_REFUSED(run({"--retry-timeout", "1s", "--", "true"}), "--retry-timeout needs --retries");
    CHECK_REFUSED(run({"--retries", "1", "--stdin", "pipe", "--", "true"}), "--stdin FILE");
    CHECK_REFUSED(run({"--retries", "1", "--pty", "--stdin", "pty", "--", "true"}), "--stdin FILE");
    CHECK_REFUSED(run({"--retries", "1", "--orphans", "leave", "--", "true"}), "--orphans leave");
    ::mkfifo(path("fifo").c_str(), 0600);
    CHECK_REFUSED(run({"--retries", "1", "--stdin", path("fifo"), "--", "true"}), "can be read only once");
    CHECK_REFUSED(run({"--retries", "-1", "--", "true"}), "expected how often");
    CHECK_REFUSED(run({"--retries", "1", "--retry-on", "timeouts", "--", "true"}), "did you mean 'timeout'?");
    CHECK_REFUSED(run({"--retries", "1", "--retry-on", "exit:300", "--", "true"}), "codes from 0 to 255");
    CHECK_REFUSED(run({"--retries", "1", "--retry-delay", "infinity", "--", "true"}), "expected a time that ends");
}

TEST_SUITE_END();
