// How a batch ends: its status, its last lines, signals, Ctrl-C and Ctrl-Z in a terminal, and limits of its jobs.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "batch_trial.hpp"
#include "terminal_shell.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

struct StoppingTrial : BatchTrial {
    std::string report = path("report.jsonl");

    // Waits for `count` lines in the file `name`.
    void await_lines(Process& process, const std::string& name, std::size_t count) {
        process.wait_for(std::to_string(count) + " lines in " + name,
                         [&] { return lines(text_of(name)).size() >= count; });
    }
    std::size_t count_of(const std::string& name, const std::string& line) {
        const auto all = lines(text_of(name));
        return static_cast<std::size_t>(std::ranges::count(all, line));
    }
    nlohmann::json trailer() {
        const auto found = reported(report, "trailer");
        REQUIRE(found.size() == 1);
        return found.front();
    }
};

constexpr const char* says_status = "; echo status=$((0+$?))";

// Notes `start`, and each signal that comes. Ends 0.2 s after an INT.
const std::string noting_signals =
    "trap 'echo INT $1 >>log; sleep 0.2; exit 3' INT; trap 'echo TERM $1 >>log; exit 4' TERM; echo start $1 >>log; "
    "while :; do sleep 0.02; done";

}  // namespace

TEST_SUITE_BEGIN("batch_stopping");

TEST_CASE_FIXTURE(StoppingTrial, "the last lines count, and show the first failure with its output and the slowest") {
    const auto result = run_batch(
        {"-j1", "--report", report, "--output-mode", "null", "--", "sh", "-c",
         "sleep 0.$((($1 * 7) % 10)); for i in 1 2 3; do echo line $i of $1; done; [ $1 != 4 ] && [ $1 != 6 ]", "sh",
         ":::", "1", "2", "3", "4", "5", "6", "7"});
    CHECK(result.ending == exit_code(1));
    CHECK(counts_in(result.err) == "5 succeeded, 2 failed");
    const auto shown = run_batch(
        {"-j1", "--", "sh", "-c",
         "sleep 0.$((($1 * 7) % 10)); for i in 1 2 3; do echo line $i of $1; done; [ $1 != 4 ] && [ $1 != 6 ]", "sh",
         ":::", "1", "2", "3", "4", "5", "6", "7"});
    CHECK(contains(shown.err, "the first failure: job 4"));
    CHECK(contains(shown.err, "line 3 of 4"));
    CHECK(!contains(shown.err, "line 3 of 6"));
    // Seconds: 1 0.7, 2 0.4, 3 0.1, 4 0.8, 5 0.5, 6 0.2, 7 0.9.
    const auto at = shown.err.find("the slowest: ");
    REQUIRE(at != std::string::npos);
    const std::string slowest = shown.err.substr(at, shown.err.find('\n', at) - at);
    for (const std::string part : {" 7 (", " 4 (", " 1 (", " 5 (", " 2 ("}) CHECK(contains(slowest, part));
    CHECK(!contains(slowest, " 3 ("));
    CHECK(slowest.find(" 7 (") < slowest.find(" 2 ("));
    CHECK(contains(result.err, "--resume " + report));
}

TEST_CASE_FIXTURE(StoppingTrial, "a lost job makes the status 125, also if others failed") {
    expect_strays();
    auto process = start(batch({"-j2", "-k", "1", "--report", report, "--", "sh", "-c",
                                "[ $1 = 1 ] && exit 1; echo $PPID >guard; exec sleep 60", "sh", ":::", "1", "2"}));
    process.wait_for("the first job", [&] { return jobs_reported(report) == 1 && text_of("guard").ends_with('\n'); });
    ::kill(std::stoi(text_of("guard")), SIGKILL);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(125));
    CHECK(job_in(report, 2).at("reason") == "lost");
    CHECK(trailer().at("status") == 125);
}

TEST_CASE_FIXTURE(StoppingTrial,
                  "--batch-timeout is status 124, also in the report, and jobs that were not started are counted") {
    const auto result =
        run_batch({"-j1", "--report", report, "--batch-timeout", "300ms", "--", "sleep", ":::", "0", "60", "61"});
    CHECK(result.ending == exit_code(124));
    CHECK(trailer().at("status") == 124);
    CHECK(jobs_reported(report) == 2);
    CHECK(job_in(report, 2).at("status") != 0);
    CHECK(run_batch({"--batch-timeout", "60", "--", "true", ":::", "1"}).ending == exit_code(0));
}

TEST_CASE_FIXTURE(StoppingTrial, "--batch-timeout climbs the ladder: TERM, then KILL after the grace") {
    const auto begun = Clock::now();
    const auto result = run_batch({"-j2", "--batch-timeout", "300ms", "-k", "300ms", "--", "sh", "-c",
                                   "trap 'echo TERM >>log' TERM; while :; do sleep 0.02; done", "sh", ":::", "1", "2"});
    CHECK(result.ending == exit_code(124));
    CHECK(Clock::now() - begun >= 600ms);
    CHECK(count_of("log", "TERM") == 2);
}

TEST_CASE_FIXTURE(StoppingTrial, "--halt soon lets running jobs end, --halt now stops them") {
    auto result = run_batch(
        {"-j2", "--halt", "soon", "--report", report, "--", "sh", "-c",
         "[ $1 = 1 ] && exit 1; until [ -s report.jsonl ] && grep -q '\"number\":1' report.jsonl; do sleep 0.02; done; "
         "sleep 0.1; echo end $1 >>log",
         "sh", ":::", "1", "2", "3", "4"});
    CHECK(result.ending == exit_code(1));
    CHECK(text_of("log") == "end 2\n");
    CHECK(jobs_reported(report) == 2);
    std::filesystem::remove(report);
    write("log", "");
    result = run_batch({"-j3", "--halt", "now=2", "--report", report, "--", "sh", "-c",
                        "case $1 in 1 | 2) exit 1 ;; esac; sleep 60", "sh", ":::", "1", "2", "3", "4", "5"});
    CHECK(result.ending == exit_code(1));
    CHECK(job_in(report, 3).at("reason") == "cancelled");
    CHECK(result.wall < scaled(15s));
}

TEST_CASE_FIXTURE(StoppingTrial, "--halt soon=N ends the starts after N failures, never goes on") {
    Words jobs{"--", "sh", "-c", "exit 1", "sh", ":::"};
    for (int i = 0; i < 10; ++i) jobs.push_back(std::to_string(i));
    const auto with = [&](const std::string& policy) {
        Words words{"-j1", "--halt", policy};
        words.insert(words.end(), jobs.begin(), jobs.end());
        return counts_in(run_batch(words).err);
    };
    CHECK(with("never") == "0 succeeded, 10 failed");
    CHECK(with("soon=1") == "0 succeeded, 1 failed");
    CHECK(with("soon=3") == "0 succeeded, 3 failed");
    CHECK(with("now=4") == "0 succeeded, 4 failed");
    for (const char* policy : {"", "later", "soon=0", "soon=", "now=0", "now=x", "never=1", "soon=101%"}) {
        CAPTURE(policy);
        CHECK_REFUSED(run_batch({std::string("--halt=") + policy, "--", "true"}), policy);
    }
}

TEST_CASE_FIXTURE(StoppingTrial, "limits of run apply to each job: its time, its silence, its output, its ladder") {
    const auto reason_with = [&](Words options, const std::string& script) {
        std::filesystem::remove(report);
        options.insert(options.end(), {"-j2", "--report", report, "--output-mode", "null", "--", "sh", "-c", script,
                                       "sh", ":::", "1", "2"});
        CHECK(run_batch(options).ending == exit_code(1));
        CHECK(job_in(report, 1).at("reason") == job_in(report, 2).at("reason"));
        return job_in(report, 1).at("reason").get<std::string>();
    };
    CHECK(reason_with({"-t", "100ms"}, "sleep 60") == "timeout");
    CHECK(reason_with({"--cpu-time", "100ms"}, "while :; do :; done") == "cpu-limit");
    const auto begun = Clock::now();
    CHECK(reason_with({"-t", "100ms", "--stop", "TERM,200ms,KILL"}, "trap '' TERM; sleep 60; sleep 60") == "timeout");
    CHECK(Clock::now() - begun >= 300ms);
    std::filesystem::remove(report);
    CHECK(run_batch({"-j2", "--report", report, "--idle-timeout", "200ms", "--", "sleep", ":::", "60", "61"}).ending ==
          exit_code(1));
    CHECK(job_in(report, 1).at("reason") == "idle-timeout");
}

TEST_CASE_FIXTURE(StoppingTrial, "SIGUSR1 prints the running jobs, and the batch goes on") {
    auto process = start(batch({"-j2", "--", "sh", "-c", "echo start >>log; until [ -e go ]; do sleep 0.02; done", "sh",
                                ":::", "first", "second", "third"}));
    await_lines(process, "log", 2);
    process.signal(SIGUSR1);
    process.wait_for("the running jobs", [&] { return contains(process.err(), "second"); });
    const auto said = lines(process.err());
    REQUIRE(said.size() == 3);
    CHECK(said[0] == "netrunner: 2 running, 0 succeeded, 0 failed");
    CHECK(begins(said[1], "netrunner: job 1 has run for "));
    CHECK(begins(said[2], "netrunner: job 2 has run for "));
    CHECK(contains(said[2], "second"));
    CHECK(!contains(process.err(), "third"));
    let_go();
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(StoppingTrial, "SIGUSR2 starts no more jobs and lets the running ones end") {
    for (const int status : {0, 1}) {
        std::filesystem::remove(path("go"));
        std::filesystem::remove(report);
        write("log", "");
        auto process =
            start(batch({"-j2", "--report", report, "--", "sh", "-c",
                         "echo start >>log; until [ -e go ]; do sleep 0.02; done; exit " + std::to_string(status), "sh",
                         ":::", "1", "2", "3", "4"}));
        await_lines(process, "log", 2);
        process.signal(SIGUSR2);
        // Its arrival is seen by a signal after it.
        process.signal(SIGUSR1);
        process.wait_for("an answer", [&] { return contains(process.err(), "running"); });
        let_go();
        const auto result = process.finish();
        CHECK(result.ending == exit_code(status));
        CHECK(jobs_reported(report) == 2);
        CHECK(trailer().at("status") == status);
        CHECK(trailer().at("counts").at("not_started") == 2);
        CHECK(contains(result.err, "--resume"));
    }
}

TEST_CASE_FIXTURE(StoppingTrial, "INT begins the ladder with INT, TERM and HUP with themselves, to each job once") {
    const std::string script =
        "for s in INT TERM HUP; do trap \"echo $s >>log; exit 0\" $s; done; echo start >>log; while :; do sleep 0.02; "
        "done";
    for (const auto& [signal, name] : {std::pair{SIGINT, "INT"}, {SIGTERM, "TERM"}, {SIGHUP, "HUP"}}) {
        write("log", "");
        std::filesystem::remove(report);
        auto process =
            start(batch({"-j3", "--report", report, "--", "sh", "-c", script, "sh", ":::", "1", "2", "3", "4"}));
        await_lines(process, "log", 3);
        process.signal(signal);
        const auto result = process.finish();
        CHECK(result.ending == killed_by(signal));
        CHECK(count_of("log", "start") == 3);
        CHECK(count_of("log", name) == 3);
        CHECK(lines(text_of("log")).size() == 6);
        CHECK(trailer().at("status") == 128 + signal);
    }
}

TEST_CASE_FIXTURE(StoppingTrial, "after INT comes the grace, then KILL") {
    auto process = start(
        batch({"-j2", "-k", "400ms", "--", "sh", "-c",
               "trap 'echo INT >>log' INT; trap 'echo TERM >>log' TERM; echo start >>log; while :; do sleep 0.02; done",
               "sh", ":::", "1", "2"}));
    await_lines(process, "log", 2);
    const auto begun = Clock::now();
    process.signal(SIGINT);
    const auto result = process.finish();
    const auto took = Clock::now() - begun;
    CHECK(result.ending == killed_by(SIGINT));
    CHECK(took >= 400ms);
    CHECK(took < scaled(5s));
    CHECK(count_of("log", "INT") == 2);
    CHECK(count_of("log", "TERM") == 0);
}

TEST_CASE_FIXTURE(StoppingTrial, "signals that netrunner inherits as ignored do not cancel the batch") {
    auto setup =
        batch({"-j1", "--", "sh", "-c", "echo start >>log; until [ -e go ]; do sleep 0.02; done", "sh", ":::", "1"});
    setup.ignored = {SIGHUP};
    auto process = start(setup);
    await_lines(process, "log", 1);
    process.signal(SIGHUP);
    process.signal(SIGUSR1);
    process.wait_for("an answer", [&] { return contains(process.err(), "running"); });
    let_go();
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(StoppingTrial, "an order to end while netrunner waits for input ends the batch at once") {
    auto setup = batch_of("1\n", {"-j4", "--report", report, "--", "echo"});
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("1\n");
    process.wait_for("the object", [&] { return jobs_reported(report) == 1; });
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
    CHECK(trailer().at("counts").at("succeeded") == 1);
}

TEST_CASE_FIXTURE(StoppingTrial, "jobs start as their records arrive") {
    auto setup = batch_of("1\n", {"-j2", "--", "echo"});
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("1\n");
    process.feed("2\n");
    process.wait_for_output("2\n");
    process.close_input();
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(StoppingTrial, "Ctrl-C in a terminal: each job sees one INT, and the shell sees a death by INT") {
    TerminalShell shell(*this);
    write("job.sh", noting_signals);
    shell.enter("\"$NR\" batch -j3 -- sh -c '. ./job.sh' sh ::: 1 2 3 4 5");
    REQUIRE(wait_until([&] { return lines(text_of("log")).size() == 3; }));
    shell.type(ctrl_c);
    shell.expect("READY> $");
    const auto log = lines(text_of("log"));
    CHECK(log.size() == 6);
    for (const std::string job : {"1", "2", "3"}) {
        CHECK(count_of("log", "start " + job) == 1);
        CHECK(count_of("log", "INT " + job) == 1);
    }
    CHECK(shell.status() == 130);
}

TEST_CASE_FIXTURE(StoppingTrial, "Ctrl-C stops a loop around the batch") {
    TerminalShell shell(*this);
    shell.enter(
        "for i in 1 2 3; do \"$NR\" batch -j2 -- sh -c 'echo start >>log; exec sleep 60' sh ::: 1 2; echo "
        "turn-$((i+10)); done");
    REQUIRE(wait_until([&] { return lines(text_of("log")).size() == 2; }));
    shell.type(ctrl_c);
    shell.expect("READY> $");
    CHECK(!contains(shell.printed(), "turn-12"));
    CHECK(lines(text_of("log")).size() == 2);
    // The same in a script.
    write("log", "");
    write("script",
          "for i in 1 2 3; do \"$NR\" batch -j2 -- sh -c 'echo start >>log; exec sleep 60' sh ::: 1 2; done; echo "
          "never >>log\n");
    shell.enter(std::string("bash ./script") + says_status);
    REQUIRE(wait_until([&] { return lines(text_of("log")).size() == 2; }));
    shell.type(ctrl_c);
    shell.expect("READY> $");
    CHECK(lines(text_of("log")).size() == 2);
}

namespace {

/// Types Ctrl-C. Returns how long it took until none of `processes` ran.
Millis time_to_end(TerminalShell& shell, const std::vector<pid_t>& processes) {
    const auto typed = Clock::now();
    shell.type(ctrl_c);
    REQUIRE(wait_until([&] { return std::ranges::none_of(processes, is_running); }));
    return std::chrono::duration_cast<Millis>(Clock::now() - typed);
}

Millis median(std::vector<Millis> times) {
    std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
    return times[times.size() / 2];
}

}  // namespace

TEST_CASE_FIXTURE(StoppingTrial, "a second Ctrl-C kills within 100 ms, and the loop around the batch ends with 130") {
    TerminalShell shell(*this);
    write("job.sh", "trap 'echo INT >>log' INT; trap '' TERM; echo $$ >>log; while :; do sleep 0.02; done\n");
    std::vector<Millis> of_batch;
    std::vector<Millis> of_sleep;
    for (int round = 0; round < 5; ++round) {
        // What the terminal and this machine take: one Ctrl-C for a process that dies of it.
        std::filesystem::remove(path("log"));
        shell.enter("sh -c 'echo $$ >log; exec sleep 60'");
        REQUIRE(wait_until(
            [&] { return text_of("log").ends_with('\n') && name_of(std::stoi(text_of("log"))) == "sleep"; }));
        of_sleep.push_back(time_to_end(shell, {std::stoi(text_of("log"))}));
        REQUIRE(shell.prompts());
        write("log", "");
        shell.enter(
            "for i in 1 2; do \"$NR\" batch -j3 -k 60 -- sh -c '. ./job.sh' sh ::: 1 2 3 4; echo turn-$((i+10)); done");
        REQUIRE(wait_until([&] { return lines(text_of("log")).size() == 3; }));
        std::vector<pid_t> jobs;
        for (const std::string& line : lines(text_of("log"))) jobs.push_back(std::stoi(line));
        shell.type(ctrl_c);
        REQUIRE(wait_until([&] { return count_of("log", "INT") == 3; }));
        let_pass(20ms);  // two signals within 10 ms are one order
        of_batch.push_back(time_to_end(shell, jobs));
        REQUIRE(shell.prompts());
        CHECK(!contains(shell.printed(), "turn-11"));
        CHECK(shell.status() == 130);
        CHECK(count_of("log", "INT") == 3);
        CHECK(lines(text_of("log")).size() == 6);
    }
    // Between the key and the death are netrunner, a guard and a job, so a busy machine delays it three times.
    const Millis limit = scaled(100ms) + 3 * median(of_sleep);
    MESSAGE("after the second Ctrl-C: ", median(of_batch).count(), " ms; sleep takes ", median(of_sleep).count(),
            " ms");
    CHECK(median(of_batch) < limit);
}

TEST_CASE_FIXTURE(StoppingTrial, "Ctrl-Z stops all jobs and netrunner, timers pause, and fg continues them") {
    TerminalShell shell(*this);
    // A shell that starts a program may be stopped in the middle of vfork(2), where its state is not T.
    REQUIRE(::mkfifo(path("fifo").c_str(), 0600) == 0);
    write("job.sh", "echo $$ >>log; read x <fifo; exit 0\n");
    shell.enter(std::string("\"$NR\" batch -j2 -t 4 --batch-timeout 5 -- sh -c '. ./job.sh' sh ::: 1 2") + says_status);
    REQUIRE(wait_until([&] { return lines(text_of("log")).size() == 2; }));
    shell.type(ctrl_z);
    shell.expect("Stopped[^\n]*\r\n");
    for (const std::string& job : lines(text_of("log"))) {
        const pid_t pid = std::stoi(job);
        CHECK(wait_until([&] { return state_of(pid) == 'T'; }));
    }
    shell.enter("sleep 5.5; echo slept-$((1+1))");
    shell.expect("slept-2\r\n");
    shell.enter("fg >/dev/null; echo status=$((0+$?))");
    for (const std::string& job : lines(text_of("log"))) {
        const pid_t pid = std::stoi(job);
        CHECK(wait_until([&] { return state_of(pid) != 'T' && is_running(pid); }));
    }
    const int fifo = ::open(path("fifo").c_str(), O_RDWR | O_CLOEXEC);
    CHECK(::write(fifo, "1\n2\n", 4) == 4);
    shell.expect("status=0\r\n");
    ::close(fifo);
}

TEST_CASE_FIXTURE(StoppingTrial, "a job has no terminal, and a job that stops itself does not stop the batch") {
    TerminalShell shell(*this);
    shell.enter(std::string("\"$NR\" batch -j2 -- sh -c '(: </dev/tty) 2>/dev/null || echo none' sh ::: 1") +
                says_status);
    shell.expect("none\r\n");
    shell.expect("status=0\r\n");
    shell.enter(std::string("\"$NR\" batch -j2 -- sh -c '[ $1 = 2 ] && exit; echo $$ >pid; kill -TSTP $$; echo on' sh "
                            "::: 1 2") +
                says_status);
    REQUIRE(wait_until([&] { return text_of("pid").ends_with('\n'); }));
    const pid_t job = std::stoi(text_of("pid"));
    REQUIRE(wait_until([&] { return state_of(job) == 'T'; }));
    ::kill(job, SIGCONT);
    shell.expect("on\r\n");
    shell.expect("status=0\r\n");
    CHECK(!contains(shell.printed(), "Stopped"));
}

TEST_CASE_FIXTURE(StoppingTrial, "Ctrl-Z without a shell that can continue the batch stops nothing for long") {
    auto process = start(batch(
        {"-j2", "--", "sh", "-c", "echo start >>log; until [ -e go ]; do sleep 0.02; done", "sh", ":::", "1", "2"}));
    await_lines(process, "log", 2);
    process.signal(SIGTSTP);
    process.signal(SIGCONT);
    let_go();
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(StoppingTrial, "two signals within 10 ms are one order, and a third kills") {
    auto process =
        start(batch({"-j2", "-k", "60", "--", "sh", "-c",
                     "trap 'echo INT >>log' INT; trap '' TERM; echo start >>log; while :; do sleep 0.02; done", "sh",
                     ":::", "1", "2"}));
    await_lines(process, "log", 2);
    process.signal(SIGINT);
    process.signal(SIGTERM);
    await_lines(process, "log", 4);
    let_pass(20ms);
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGINT));
    CHECK(result.wall < scaled(20s));
}

TEST_CASE_FIXTURE(StoppingTrial, "a command line that is wrong is refused with 125 and starts nothing") {
    for (const Words& words :
         std::vector<Words>{{"--pty", "--", "touch", "ran", ":::", "1"},
                            {"--orphans", "leave", "--", "touch", "ran", ":::", "1"},
                            {"--report-fd", "3", "--", "touch", "ran", ":::", "1"},
                            {"--output-mode", "inherit", "--progress", "--", "touch", "ran", ":::", "1"},
                            {"--stdin", "inherit", "--", "touch", "ran", ":::", "1"},
                            {"--no-such-option", "--", "touch", "ran", ":::", "1"}}) {
        CAPTURE(words.front());
        CHECK_REFUSED(run_batch(words), words.front());
    }
}

TEST_CASE_FIXTURE(StoppingTrial, "-q is silent about failures of jobs, and not about failures of netrunner") {
    CHECK(run_batch({"-q", "--", "false", ":::", "1"}).err.empty());
    auto setup = batch({"-q", "--", "echo", ":::", "1"});
    setup.out = file("/dev/full", 1);
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(125));
    CHECK(contains(result.err, "o space left"));
}

TEST_CASE_FIXTURE(StoppingTrial, "a reader that has stopped does not hold up the end of a stop") {
    path("status");
    for (const std::string mode : {"group", "ordered", "line"}) {
        CAPTURE(mode);
        const auto result =
            bash("(SECONDS=0; \"$NR\" batch -k 1s --batch-timeout 500ms --output-mode " + mode +
                 " -- yes ::: 1 2 2>said; echo $? $((SECONDS < 6)) >status) | sleep 8; cat status said");
        CHECK(begins(result.out, "124 1\n"));
        if (mode != "line") CHECK(contains(result.out, "netrunner: the reader of the output has taken nothing"));
        path("said");
    }
}

TEST_CASE_FIXTURE(StoppingTrial, "records without a job hold up no signal") {
    for (const std::string command : {
             "seq 100000000 | timeout -k 5 0.3 \"$NR\" batch -q --shard 1/4000000 -- true",
             "yes '{bad' | timeout -k 5 0.3 \"$NR\" batch -q --jsonl",
             "yes | timeout -k 5 0.3 \"$NR\" batch -q -n 99999999999 -- echo '{#}'",
         }) {
        CAPTURE(command);
        CHECK(bash(command + " >/dev/null; echo ${PIPESTATUS[1]}").out == "124\n");
    }
}

TEST_CASE_FIXTURE(StoppingTrial, "no message names its job, its line or its option twice") {
    write("jsonl",
          "{}\nno JSON\n"
          R"({"command": ["true"], "timeout": "x"})"
          "\n"
          R"({"command": ["true"], "id": ""})"
          "\n"
          R"({"command": ["true"], "cwd": 3})"
          "\n"
          R"({"command": ["true"], "uid": "no-such-user"})"
          "\n"
          R"({"command": ["true"], "stdin": "none"})"
          "\n");
    const std::string long_word(300, 'x');
    const std::vector<Words> ways{{"--jsonl", "-a", path("jsonl"), "--report", report},
                                  {"--report", report, "-n2", "--", "echo", "{2}", ":::", "1"},
                                  {"--report", report, "--", "no-such-program", ":::", "1"},
                                  {"--report", report, "--retries", "1", "-v", "--", "false", ":::", "1"},
                                  {"--report", report, "--output-mode", "files={}", "--", "true", ":::", "/a", ""},
                                  {"--report", report, "--chdir", "none", "--", "true", ":::", "1"},
                                  {"--report", report, "--shard", "x", "--", "true"},
                                  {"--report", report, "--shard", "auto", "--", "true"},
                                  {"--report", report, "-j", "0", "--", "true"},
                                  {"--report", report, "--tag=" + long_word, "--", "true"},
                                  {"--resume", path("jsonl"), "--", "true"},
                                  {"-a", "none", "--", "true"}};
    static const std::regex twice("((?:[a-z-]+ )?[^ :]+: )\\1|((?:job|line|record) [0-9]+: ).*\\2");
    for (const Words& way : ways) {
        CAPTURE(way.back());
        std::filesystem::remove(report);
        const auto result = run_batch(way);
        for (const std::string& line : lines(result.err)) CHECK_MESSAGE(!std::regex_search(line, twice), line);
        if (!std::filesystem::exists(report)) continue;
        for (const auto& job : reported(report, "job")) {
            const std::string message = job.at("message").is_string() ? job.at("message").get<std::string>() : "";
            CHECK_MESSAGE(!std::regex_search(message, twice), message);
        }
    }
    // The number of a job that comes from `:::` is said once.
    CHECK(contains(run_batch({"-n2", "--", "echo", "{2}", ":::", "1"}).err,
                   "the first failure: job 1: {2}: the job has 1 of the values that its command needs\n"));
}

TEST_SUITE_END();
