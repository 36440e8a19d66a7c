// Output of a command with --pty: every byte, unchanged, in time, and with no more delay than through a pipe.
#include <doctest/doctest.h>
#include <fcntl.h>

#include <csignal>

#include "pattern.hpp"
#include "terminal_shell.hpp"

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

std::string repeated(int count) { return std::to_string(times(count, 20 * count)); }

}  // namespace

TEST_SUITE_BEGIN("pty_output");

TEST_CASE_FIXTURE(Trial, "output that was written just before the exit is complete, whatever its size") {
    for (const std::string size : {"1", "4095", "4096", "4097", "66000"}) {
        CAPTURE(size);
        const auto result = bash("for i in $(seq " + repeated(20) +
                                 "); do\n"
                                 "  [ \"$(nr --pty -- sh -c 'head -c " +
                                 size + " /dev/zero | tr \\\\0 x' | wc -c)\" = " + size +
                                 " ] || exit 1\n"
                                 "done");
        CHECK(result.ending == exit_code(0));
        CHECK(result.err.empty());
    }
}

TEST_CASE_FIXTURE(Trial, "the one line of a command that exits at once is never lost") {
    const auto result =
        bash("for i in $(seq " + repeated(50) + "); do [ \"$(nr --pty -- echo hi)\" = hi ] || exit 1; done");
    CHECK(result.ending == exit_code(0));
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "eight at once: every byte arrives every time") {
    const auto result = bash(
        "want=$(seq 5000 | cksum)\n"
        "for j in 1 2 3 4 5 6 7 8; do\n"
        "  (for i in $(seq " +
            std::to_string(times(10, 250)) +
            "); do\n"
            "    [ \"$(nr --pty -- sh -c 'seq 5000' | cksum)\" = \"$want\" ] || echo lost\n"
            "  done) &\n"
            "done; wait",
        300s);
    CHECK(result.out.empty());
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "output that a command wrote while netrunner was stopped is complete") {
    const auto done = path("done");
    for (const std::size_t size : {1U, 4097U, 7000U}) {
        CAPTURE(size);
        ::unlink(done.c_str());
        auto setup = runner({"--pty", "--", "sh", "-c",
                             "echo go; read x; head -c $0 /dev/zero | tr \\\\0 x; echo >done", std::to_string(size)});
        setup.in = piped();
        setup.hold_input = true;
        auto process = start(setup);
        process.wait_for_output("go\n");
        process.signal(SIGSTOP);
        REQUIRE(wait_until([&] { return state_of(process.pid()) == 'T'; }));
        process.feed("x\n");
        process.wait_for("the command's end", [&] { return ::access(done.c_str(), F_OK) == 0; });
        process.signal(SIGCONT);
        process.close_input();
        const auto result = process.finish();
        CHECK(result.out == "go\n" + std::string(size, 'x'));
        CHECK(result.ending == exit_code(0));
    }
}

TEST_CASE_FIXTURE(Trial, "a process that keeps the terminal open does not keep netrunner") {
    const auto killed = run({"-q", "--pty", "--", "sh", "-c", "setsid sleep 60 & echo hi"});
    CHECK(killed.out == "hi\n");
    CHECK(killed.ending == exit_code(0));
    CHECK_WALL(killed, 0, 1500);

    expect_strays();
    auto setup = runner({"--pty", "--orphans", "leave", "--", "sh", "-c", "setsid sleep 60 & echo hi"});
    setup.leaves_processes = true;
    const auto result = complete(setup);
    CHECK(result.out == "hi\n");
    CHECK(result.err.empty());
    CHECK(result.ending == exit_code(0));
    CHECK_WALL(result, 0, 1500);
    end_leftovers();
}

TEST_CASE_FIXTURE(Trial, "output is complete for a reader that starts late") {
    CHECK(bash("nr --pty -- seq 200000 | (sleep 0.7; tail -1)").out == "200000\n");
}

TEST_CASE_FIXTURE(Trial, "line ends stay as the command wrote them") {
    CHECK(run({"--pty", "--", "printf", "a\\nb\\n"}).out == "a\nb\n");
    CHECK(run({"--pty", "--", "printf", "a\\nb\\r\\nc\\rd\\n\\tx"}).out == "a\nb\r\nc\rd\n\tx");
}

TEST_CASE_FIXTURE(Trial, "bytes of every value pass unchanged") {
    const auto result = run({"--pty", "--", program("write_bytes"), "1000000", "100000", "6"});
    CHECK(result.ending == exit_code(6));
    CHECK(result.out == pattern(1000000, 1));
    CHECK(result.err == pattern(100000, 2));
}

TEST_CASE_FIXTURE(Trial, "the command's output is a terminal") {
    auto setup = runner({"--pty", "--", "sh", "-c", "[ -t 1 ] && [ -t 2 ] && echo both; echo err >&2"});
    setup.err = merged();
    CHECK(complete(setup).out == "both\nerr\n");
}

TEST_CASE_FIXTURE(Trial, "a separate standard error stays separate") {
    const auto script = "echo out; echo err >&2; [ -t 2 ] && echo terminal; exit 0";
    const auto separate = run({"--pty", "--", "sh", "-c", script});
    CHECK(separate.out == "out\n");
    CHECK(separate.err == "err\n");

    const auto log = path("log");
    auto to_file = runner({"--pty", "--", "sh", "-c", script});
    to_file.err = file(log, O_WRONLY | O_CREAT);
    CHECK(complete(to_file).out == "out\n");
    CHECK(read_text(log) == "err\n");
    to_file.err = null_device();
    CHECK(complete(to_file).out == "out\n");
}

TEST_CASE_FIXTURE(Trial, "a standard error that is the same file as standard output is the terminal, in order") {
    const auto script = "for i in 0 1 2; do echo o$i; echo e$i >&2; done; [ -t 2 ] && echo terminal";
    const std::string wanted = "o0\ne0\no1\ne1\no2\ne2\nterminal\n";
    auto setup = runner({"--pty", "--", "sh", "-c", script});
    setup.err = merged();
    CHECK(complete(setup).out == wanted);

    const auto log = path("log");
    setup.out = file(log, O_WRONLY | O_CREAT | O_APPEND);
    setup.err = file(log, O_WRONLY | O_CREAT | O_APPEND);  // another open file description of the same file
    complete(setup);
    CHECK(read_text(log) == wanted);
}

TEST_CASE_FIXTURE(Trial, "standard error can be sent elsewhere by option") {
    const auto log = path("log");
    const std::vector<std::string> speak{"--", "sh", "-c", "echo out; echo err >&2"};
    const auto with = [&](const std::string& mode) {
        auto setup = runner({"--pty", "--stderr", mode});
        setup.argv.insert(setup.argv.end(), speak.begin(), speak.end());
        return complete(setup);
    };
    CHECK(with(log).out == "out\n");
    CHECK(read_text(log) == "err\n");
    const auto null = with("null");
    CHECK(null.out == "out\n");
    CHECK(null.err.empty());
    CHECK(with("stdout").out == "out\nerr\n");
    const auto pipe = with("pipe");
    CHECK(pipe.out == "out\n");
    CHECK(pipe.err == "err\n");
}

TEST_CASE_FIXTURE(Trial, "only netrunner has the terminal's master side") {
    auto process = start(runner({"--pty", "--", "sh", "-c", "sleep 60 & echo go; wait"}));
    process.wait_for_output("go\n");
    const auto masters = [](pid_t pid) {
        int count = 0;
        for (const auto& [number, target] : descriptors_of(pid)) count += contains(target, "ptmx") ? 1 : 0;
        return count;
    };
    CHECK(masters(process.pid()) >= 1);
    const auto shepherd = child_running(process.pid(), "netrunner-shepherd");
    REQUIRE(shepherd > 0);
    CHECK(wait_until([&] { return masters(shepherd) == 0; }, 3s));
    const auto commands = descendants_of(shepherd);
    CHECK(commands.size() >= 2);
    for (const pid_t pid : commands) CHECK(masters(pid) == 0);
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(Trial, "`yes | head -1` gives 141 at once and says nothing") {
    const auto result = bash("nr --pty -- yes | head -1; echo ${PIPESTATUS[0]}");
    CHECK(result.out == "y\n141\n");
    CHECK(result.err.empty());
    CHECK_WALL(result, 0, 1500);
}

TEST_CASE_FIXTURE(Trial, "with SIGPIPE ignored at entry a closed reader gives one line and exit 1") {
    auto setup =
        command({"/bin/bash", "-c", "trap '' PIPE; \"$NR\" run --pty -- yes | head -1; echo ${PIPESTATUS[0]}"});
    setup.ignored = {SIGPIPE};
    const auto result = complete(setup);
    CHECK(result.out == "y\n1\n");
    CHECK(lines(result.err).size() == 1);
    CHECK(begins(result.err, "netrunner: cannot write to standard output: "));
    CHECK(contains(result.err, "roken pipe"));
    CHECK_WALL(result, 0, 1500);
}

TEST_CASE_FIXTURE(Trial, "a command that exits by itself when its reader is gone keeps its status") {
    const auto result = bash(
        "nr --report r.json --pty -- sh -c 'trap \"exit 3\" HUP; while :; do echo x; done' | head -1\n"
        "echo ${PIPESTATUS[0]}");
    CHECK(result.out == "x\n3\n");
    CHECK_WALL(result, 0, 2000);
    const auto report = report_at(path("r.json"));
    CHECK(report["exit_code"] == 3);
    CHECK(report["status"] == 3);
}

TEST_CASE_FIXTURE(Trial, "a command that ignores HUP when its reader is gone is ended by the ladder") {
    const auto result = bash(
        "nr -k 300ms --report r.json --pty -- sh -c 'trap \"\" HUP TERM; while :; do echo x; done' | head -1\n"
        "echo ${PIPESTATUS[0]}");
    CHECK(result.out == "x\n141\n");
    CHECK_WALL(result, 300, 4000);
    const auto report = report_at(path("r.json"));
    CHECK(report["signal"] == "SIGKILL");
    CHECK(report["status"] == 141);
}

TEST_CASE_FIXTURE(Trial, "a reader that goes away is a hang-up: a silent command gets HUP, and may ignore it") {
    const auto silent = bash("nr --pty -- sh -c 'exec >&-; sleep 60' | true; echo ${PIPESTATUS[0]}");
    CHECK(silent.out == "141\n");
    CHECK(silent.err.empty());
    CHECK_WALL(silent, 0, 1500);
    const auto result = bash(
        "nr --pty -- sh -c 'trap \"\" HUP; echo go; exec >&-; sleep 0.5; exit 5' | head -1; echo ${PIPESTATUS[0]}");
    CHECK(result.out == "go\n5\n");
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "the whole pipeline inside is ended when the reader is gone") {
    const auto result = bash("nr --pty -- sh -c 'yes | cat' | head -1; echo ${PIPESTATUS[0]}");
    CHECK(result.out == "y\n141\n");
    CHECK_WALL(result, 0, 1500);
}

TEST_CASE_FIXTURE(Trial, "a full disk under standard output gives one line and a failure, and the command is ended") {
    auto setup = runner({"--pty", "--", "yes"});
    setup.out = file("/dev/full", O_WRONLY);
    const auto result = complete(setup);
    CHECK(result.ending.shell_status() != 0);
    CHECK(lines(result.err).size() == 1);
    CHECK(begins(result.err, "netrunner: "));
    CHECK(contains(result.err, "o space left on device"));
    CHECK_WALL(result, 0, 2000);
}

TEST_CASE_FIXTURE(Trial, "the command sleeps in its write while the reader is stopped, and memory is flat") {
    auto process = start(runner({"--pty", "--", "yes"}));
    REQUIRE(wait_until([&] { return descendant_named(process.pid(), "yes") != 0; }));
    const pid_t yes = descendant_named(process.pid(), "yes");
    REQUIRE(settles([&] { return bytes_written(yes); }, 300ms));
    const long written = bytes_written(yes);
    const long memory = resident_of_both(process.pid());
    const double cpu = cpu_seconds(process.pid());
    CHECK(written < 4L << 20);
    CHECK(settles([&] { return bytes_written(yes); }, Millis{amount(700, 60000)}, Millis{amount(10, 90) * 1000}));
    CHECK(bytes_written(yes) == written);
    CHECK(resident_of_both(process.pid()) - memory < 1L << 20);
    const long most = sanitized ? 128L << 20 : 16L << 20;  // includes the sanitizer's shadow memory
    CHECK(resident_of_both(process.pid()) < most);
    CHECK(cpu_seconds(process.pid()) - cpu < 0.1);
    process.signal(SIGTERM);
    CHECK(process.finish_unread().ending == killed_by(SIGTERM));
}

TEST_CASE_FIXTURE(Trial, "memory stays small while much passes, and all of it arrives") {
    auto process = start(runner({"--pty", "--", "sh", "-c", "head -c 50000000 /dev/zero; read x"}));
    process.wait_for(
        "all of it", [&] { return process.out().size() == 50000000U || !process.running(); }, 60s);
    const auto result = process.finish();
    CHECK(result.out == std::string(50000000U, '\0'));
    auto [flood, report] = run_reported({"--pty", "--max-output", "20000000", "-q", "--", "yes"});
    CHECK(flood.out.size() == 20000000U);
}

TEST_CASE_FIXTURE(Trial, "the file of --output has the same bytes as the stream") {
    const auto where = path("out");
    const auto result = run({"--pty", "-o", where, "--", program("write_bytes"), "300000", "0", "9"});
    CHECK(result.ending == exit_code(9));
    CHECK(result.out == pattern(300000, 1));
    CHECK(read_text(where) == result.out);
    run({"--pty", "-o", where, "--", "echo", "first"});
    run({"--pty", "-o", where, "--append", "--", "echo", "second"});
    CHECK(read_text(where) == "first\nsecond\n");
}

TEST_CASE_FIXTURE(Trial, "exactly the allowed output is passed on, then the command is stopped") {
    auto [result, report] = run_reported({"--pty", "--max-output", "100", "--", "yes"});
    CHECK(result.ending == exit_code(124));
    CHECK(result.out.size() == 100);
    CHECK(lines(result.err).size() == 1);
    CHECK(report["reason"] == "output-limit");
    CHECK(report["stdout"]["truncated"] == true);
    CHECK(report["stdout"]["bytes"] == 100);
    const auto enough = run({"--pty", "--max-output", "100", "--", "sh", "-c", "head -c 100 /dev/zero; exit 3"});
    CHECK(enough.ending == exit_code(3));
    CHECK(enough.out.size() == 100);
}

TEST_CASE_FIXTURE(Trial, "the time limit stops the whole tree on the terminal") {
    auto [result, report] = run_reported({"--pty", "-t", "300ms", "--", "sh", "-c", "echo part; sleep 99 & wait"});
    CHECK(result.ending == exit_code(124));
    CHECK(result.out == "part\n");
    CHECK_WALL(result, 300, 2500);
    CHECK(begins(result.err, "netrunner: sh: timed out after 300ms"));
    CHECK(lines(result.err).size() == 1);
    CHECK(report["reason"] == "timeout");
    CHECK(report["stop"]["steps"][0]["signal"] == "SIGTERM");

    const auto stubborn =
        run({"-q", "--pty", "-t", "200ms", "-k", "200ms", "--", program("ignore_signals"), "-", "15", "1"});
    CHECK(stubborn.ending == exit_code(124));
    CHECK_WALL(stubborn, 400, 3000);
}

TEST_CASE_FIXTURE(Trial, "silence longer than the idle limit stops the command, a byte restarts the limit") {
    auto [result, report] = run_reported({"--pty", "--idle-timeout", "400ms", "--", "sh", "-c", "echo a; sleep 60"});
    CHECK(result.ending == exit_code(124));
    CHECK(result.out == "a\n");
    CHECK_WALL(result, 400, 3000);
    CHECK(report["reason"] == "idle-timeout");
    const std::string limit = std::to_string(static_cast<int>(600 * slowness())) + "ms";
    const auto chatty =
        run({"--pty", "--idle-timeout", limit, "--", "sh", "-c", "for i in 1 2 3 4; do sleep 0.2; echo x; done"});
    CHECK(chatty.ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "the report has the mode and counts the bytes") {
    auto [result, report] = run_reported({"--pty", "--", program("write_bytes"), "12345", "678"});
    CHECK(report["mode"] == "pty");
    CHECK(report["reason"] == "exited");
    CHECK(report["stdout"]["mode"] == "pty");
    CHECK(report["stdout"]["bytes"] == 12345);
    CHECK(report["stdout"]["truncated"] == false);
    CHECK(report["stderr"]["mode"] == "pipe");
    CHECK(report["stderr"]["bytes"] == 678);
    CHECK(report["stdin"]["mode"] == "inherit");
    CHECK(report["stdin"]["bytes"].is_null());
    CHECK(result.out.size() == 12345);

    const auto last = run({"--pty", "--report", "-", "--", "echo", "last"}).out;
    CHECK(begins(last, "last\n{"));
    const auto summary = run({"--pty", "--summary", "--", "printf", "12345"});
    CHECK(summary.out == "12345");
    CHECK(!summary.err.empty());
}

TEST_CASE_FIXTURE(Trial, "the report has orphans as without a terminal") {
    auto [result, report] = run_reported({"--pty", "--", "sh", "-c", "sleep 60 & exit 4"});
    CHECK(result.ending == exit_code(4));
    CHECK(report["mode"] == "pty");
    REQUIRE(report["orphans"].size() == 1);
    CHECK(contains(report["orphans"][0]["command"], "sleep"));
    CHECK(begins(result.err, "netrunner: ended 1 orphan"));
}

TEST_CASE_FIXTURE(Trial, "the user's terminal keeps its line ends while standard output goes to a file") {
    const auto out = path("out");
    TerminalShell shell(*this, dash_shell);
    const auto before = shell.modes();
    shell.enter("\"$NR\" run --pty -- sh -c 'printf \"a\\nb\\n\"; read x; echo got-$x' >out");
    REQUIRE(shell.becomes_raw());
    CHECK((shell.modes().c_oflag & OPOST) != 0);
    CHECK((shell.modes().c_oflag & ONLCR) != 0);
    // Output of another process on the terminal still gets its carriage returns.
    CHECK(::write(shell.slave(), "one\ntwo\n", 8) == 8);
    shell.expect("one\r\ntwo\r\n");
    shell.type("this\r");
    shell.prompts();
    CHECK(same_modes(shell.modes(), before));
    CHECK(contains(read_text(out), "a\nb\n"));
    CHECK(contains(read_text(out), "got-this\n"));
    CHECK(!contains(read_text(out), "\r\n"));
}

TEST_CASE_FIXTURE(Trial, "on the user's terminal lines end with a carriage return, once") {
    TerminalShell shell(*this, dash_shell);
    CHECK(shell.answer("\"$NR\" run --pty -- printf 'a\\nb\\n'") == "a\r\nb\r\n");
    // Descriptor 0 is not the terminal, so the terminal is not raw.
    CHECK(shell.answer("\"$NR\" run --pty -- printf 'a\\nb\\n' </dev/null") == "a\r\nb\r\n");
}

TEST_CASE_FIXTURE(Trial, "the file of --output has bare newlines also where the terminal needs carriage returns") {
    TerminalShell shell(*this, dash_shell);
    CHECK(shell.answer("\"$NR\" run -o log --pty -- printf 'a\\nb\\n'") == "a\r\nb\r\n");
    CHECK(read_text(path("log")) == "a\nb\n");
}

TEST_CASE_FIXTURE(Trial, "netrunner's own lines on a raw terminal end with a carriage return") {
    TerminalShell shell(*this, dash_shell);
    const auto text = shell.answer("\"$NR\" run -v -t 300ms --pty -- sh -c 'echo go; sleep 60'");
    CHECK(contains(text, "timed out after 300ms"));
    CHECK(contains(text, "started sh"));
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
        CAPTURE(text);
        CHECK((at > 0 && text[at - 1] == '\r'));
    }
}

TEST_SUITE_END();
