// Job control of a run with --pty: it stops, continues, goes to the background and comes back as the command alone
// would, in every shell. A run is never left stopped if no shell can continue it.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "terminal_shell.hpp"

using namespace support;

namespace {

const std::string go = "echo go-$((1+1)); ";  // the terminal echoes what is typed, so only the result has go-2

// Runs `test` in every shell that is installed.
template <typename Test>
void in_each_shell(const std::vector<std::vector<std::string>>& shells, Test test) {
    for (const auto& shell : shells) {
        if (!installed(shell[0])) continue;
        CAPTURE(shell[0]);
        INFO("shell: ", shell[0]);
        test(shell);
    }
}

const std::vector<std::vector<std::string>> all_shells{bash_shell, dash_shell, zsh_shell};

pid_t number_in(const std::string& file) { return static_cast<pid_t>(std::atoi(read_text(file).c_str())); }

int occurrences(const std::string& text, const std::string& part) {
    int count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
    return count;
}

}  // namespace

TEST_SUITE_BEGIN("pty_job_control");

TEST_CASE_FIXTURE(Trial, "Ctrl-Z stops the run, fg continues it, Ctrl-D ends its input") {
    in_each_shell(all_shells, [&](const auto& argv) {
        TerminalShell shell(*this, argv);
        const auto before = shell.modes();
        shell.enter("\"$NR\" run --pty -- cat");
        REQUIRE(shell.becomes_raw());
        shell.type("one\r");
        shell.expect("one\r\none\r\n");
        shell.type(ctrl_z);
        REQUIRE(shell.says_stopped());
        if (argv[0] == "dash") CHECK(same_modes(shell.modes(), before));  // bash and zsh set other modes
        CHECK(shell.has_stopped_job());
        shell.enter("fg >/dev/null");
        REQUIRE(shell.becomes_raw());
        shell.type("two\r");
        shell.expect("two\r\ntwo\r\n");
        shell.type(ctrl_d);
        shell.prompts();
        CHECK(shell.status() == 0);
    });
}

TEST_CASE_FIXTURE(Trial, "the same in fish") {
    if (!installed("fish")) return;
    TerminalShell shell(*this, fish_shell);
    shell.enter("$NR run --pty -- sh -c 'echo go-$((1+1)); exec cat'");
    shell.expect("go-2\r\n");
    shell.type("one\r");
    shell.expect("one\r\none\r\n");
    shell.type(ctrl_z);
    REQUIRE(shell.says_stopped());
    shell.enter("fg 2>/dev/null");
    REQUIRE(shell.foreground_is("netrunner"));
    REQUIRE(shell.becomes_raw());
    shell.type("two\r");
    shell.expect("two\r\ntwo\r\n");
    shell.type(ctrl_d);
    shell.prompts();
    CHECK(shell.status() == 0);
}

TEST_CASE_FIXTURE(Trial, "a run can be stopped and continued many times") {
    TerminalShell shell(*this, dash_shell);
    const auto before = shell.modes();
    shell.enter("\"$NR\" run --pty -- cat");
    for (int i = times(5, 50); i > 0; --i) {
        REQUIRE(shell.becomes_raw());
        shell.forget();
        shell.type("line\r");
        shell.expect("line\r\nline\r\n");
        shell.type(ctrl_z);
        REQUIRE(shell.says_stopped());
        CHECK(same_modes(shell.modes(), before));
        shell.enter("fg >/dev/null");
    }
    REQUIRE(shell.becomes_raw());
    shell.type(ctrl_d);
    shell.prompts();
    CHECK(shell.status() == 0);
}

TEST_CASE_FIXTURE(Trial, "a background child lives on under --orphans leave, and is ended otherwise") {
    const auto child = path("child");
    CHECK(run({"-q", "--pty", "--", "sh", "-c", "sleep 300 & echo $! >child"}).ending == exit_code(0));
    CHECK(!is_running(number_in(child)));

    // Repeat, because of a race: the terminal must not close before the session leader has taken the foreground.
    expect_strays();
    std::vector<pid_t> sleepers;
    for (int i = times(30, 300); i > 0; --i) {
        auto setup = runner({"--pty", "--orphans", "leave", "--", "sh", "-c", "sleep 300 & echo $! >child"});
        setup.leaves_processes = true;
        const auto result = complete(setup);
        CHECK(result.ending == exit_code(0));
        CHECK(result.err.empty());
        sleepers.push_back(number_in(child));
    }
    const auto dead = [&] { return std::count_if(sleepers.begin(), sleepers.end(), std::not_fn(is_running)); };
    wait_until([&] { return dead() > 0; }, 300ms);
    CHECK_MESSAGE(dead() == 0, dead(), " of ", sleepers.size(), " background children died");
    end_leftovers();
}

TEST_CASE_FIXTURE(Trial, "Ctrl-C and Ctrl-\\ end the command with 130 and 131, a handler runs once") {
    in_each_shell(all_shells, [&](const auto& argv) {
        TerminalShell shell(*this, argv);
        shell.enter("\"$NR\" run --pty -- sh -c '" + go + "exec sleep 60'");
        shell.expect("go-2\r\n");
        shell.type(ctrl_c);
        shell.prompts();
        CHECK(shell.status() == 130);
        shell.enter("\"$NR\" run --pty -- sh -c 'ulimit -c 0; " + go + "exec sleep 60'");
        shell.expect("go-2\r\n");
        shell.type(ctrl_backslash);
        shell.prompts();
        CHECK(shell.status() == 131);
        shell.enter("\"$NR\" run --pty -- sh -c 'n=0; trap \"n=\\$((n+1))\" INT; " + go +
                    "while [ $n = 0 ]; do sleep 0.02; done; sleep 0.3; exit $((40+n))'");
        shell.expect("go-2\r\n");
        shell.type(ctrl_c);
        shell.prompts();
        CHECK(shell.status() == 41);
    });
}

TEST_CASE_FIXTURE(Trial, "bg continues a stopped run in the background, and its output appears") {
    in_each_shell(all_shells, [&](const auto& argv) {
        TerminalShell shell(*this, argv);
        const auto more = path("more" + argv[0]);
        REQUIRE(::mkfifo(more.c_str(), 0666) == 0);
        shell.enter("\"$NR\" run --pty -- sh -c '" + go + "read y <" + more +
                    "; echo more-$((1+1)); read x; echo got-$x'");
        shell.expect("go-2\r\n");
        shell.type(ctrl_z);
        REQUIRE(shell.says_stopped());
        shell.answer("bg >/dev/null");
        shell.enter("echo >" + more);
        shell.expect("more-2\r\n");
        // Its read then stops it, because the shell has the foreground.
        CHECK(shell.has_stopped_job());
        shell.enter("fg >/dev/null");
        REQUIRE(shell.becomes_raw());
        shell.type("that\r");
        shell.expect("got-that\r\n");
        shell.prompts();
    });
}

TEST_CASE_FIXTURE(Trial, "netrunner stopped by SIGSTOP gives the terminal back, fg takes it again, Ctrl-C works") {
    in_each_shell(all_shells, [&](const auto& argv) {
        TerminalShell shell(*this, argv);
        const auto sane = shell.modes();
        shell.enter("\"$NR\" run --pty -- sh -c '" + go + "cat; echo over'");
        shell.expect("go-2\r\n");
        REQUIRE(shell.becomes_raw());
        ::kill(shell.foreground(), SIGSTOP);
        // Every shell prompts with the modes that it finds. Only bash restores them; in other shells the user has to.
        shell.expect("([Ss]topped|suspended)");
        shell.expect("READY> $");
        if (argv.front() != "bash") shell.set_modes(sane);
        shell.enter("fg >/dev/null");
        REQUIRE(shell.foreground_is("netrunner"));
        REQUIRE(shell.becomes_raw());
        REQUIRE(wait_until([&] { return state_of(shell.foreground()) != 'T'; }));
        shell.forget();
        shell.type("two\r");
        shell.expect("two\r\ntwo\r\n");
        shell.type(ctrl_c);
        shell.prompts();
        CHECK(shell.status() == 130);
    });
}

TEST_CASE_FIXTURE(Trial, "a command that another process stops is a stopped job, and fg continues it") {
    in_each_shell(all_shells, [&](const auto& argv) {
        TerminalShell shell(*this, argv);
        const auto child = path("child");
        for (const int signal : {SIGSTOP, SIGTSTP}) {
            CAPTURE(signal);
            std::filesystem::remove(child);
            shell.enter("\"$NR\" run --pty -- sh -c 'echo $$ >child; " + go + "exec cat'");
            shell.expect("go-2\r\n");
            REQUIRE(number_in(child) > 0);
            REQUIRE(wait_until([&] { return name_of(number_in(child)) == "cat"; }));
            ::kill(number_in(child), signal);
            REQUIRE(shell.says_stopped());
            shell.enter("fg >/dev/null");
            REQUIRE(shell.becomes_raw());
            shell.type("one\r");
            shell.expect("one\r\none\r\n");
            shell.type(ctrl_d);
            shell.prompts();
            CHECK(shell.status() == 0);
        }
    });
}

TEST_CASE_FIXTURE(Trial, "TSTP that is sent to netrunner stops the command too") {
    TerminalShell shell(*this, bash_shell);
    const auto child = path("child");
    shell.enter("nr --pty -- sh -c 'echo $$ >child; " + go + "exec cat'");
    shell.expect("go-2\r\n");
    REQUIRE(wait_until([&] { return name_of(number_in(child)) == "cat"; }));
    ::kill(shell.foreground(), SIGTSTP);
    REQUIRE(shell.says_stopped());
    CHECK(wait_until([&] { return state_of(number_in(child)) == 'T'; }));
    shell.enter("fg >/dev/null");
    REQUIRE(shell.becomes_raw());
    shell.type(ctrl_d);
    shell.prompts();
    CHECK(shell.status() == 0);
}

TEST_CASE_FIXTURE(Trial, "a command that ignores TSTP goes on") {
    TerminalShell shell(*this, bash_shell);
    shell.enter("nr --pty -- sh -c 'trap \"\" TSTP; " + go + "read x; echo got-$x'");
    shell.expect("go-2\r\n");
    REQUIRE(shell.becomes_raw());
    shell.type(ctrl_z);
    shell.type("this\r");
    shell.expect("got-this\r\n");
    shell.prompts();
    CHECK(!contains(shell.printed(), "Stopped"));
}

TEST_CASE_FIXTURE(Trial, "TERM to a stopped job ends it once it is continued") {
    in_each_shell(all_shells, [&](const auto& argv) {
        TerminalShell shell(*this, argv);
        const auto child = path("child");
        const auto report = path("r.json");
        std::filesystem::remove(report);
        shell.enter("\"$NR\" run --report r.json --pty -- sh -c 'echo $$ >child; " + go + "exec sleep 60'");
        shell.expect("go-2\r\n");
        const pid_t runner = shell.foreground();
        shell.type(ctrl_z);
        REQUIRE(shell.says_stopped());
        ::kill(runner, SIGTERM);
        CHECK(!wait_until([&] { return !is_running(runner); }, 200ms));
        shell.enter("kill %1; kill -CONT %1");
        CHECK(wait_until([&] { return !is_running(runner) && !is_running(number_in(child)); }));
        CHECK(report_at(report)["status"] == 143);
    });
}

TEST_CASE_FIXTURE(Trial, "TERM ends a run whose command was stopped by another process") {
    auto process = start(runner({"-k", "4s", "--pty", "--", "sh", "-c", "echo $$; exec sleep 60"}));
    process.wait_for_output("\n");
    const pid_t child = std::atoi(process.out().c_str());
    REQUIRE(child > 0);
    ::kill(child, SIGSTOP);
    REQUIRE(wait_until([&] { return state_of(child) == 'T'; }));
    const auto asked = Clock::now();
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
    CHECK(Clock::now() - asked < scaled(3s));
}

TEST_CASE_FIXTURE(Trial, "a stop that no shell can end is ended at once") {
    for (const std::string signal : {"TSTP", "TTIN", "TTOU"}) {
        CAPTURE(signal);
        const std::string script = "kill -" + signal + " $$; echo resumed-$((1+1))";
        // Without a terminal.
        const auto result = run({"-t", "10", "--pty", "--", "sh", "-c", script});
        CHECK(result.out == "resumed-2\n");
        CHECK(result.ending == exit_code(0));
        // netrunner leads the session: no shell has job control over it.
        Terminal terminal;
        auto process =
            start(terminal.leader(*this, {netrunner(), "run", "-t", "10", "--pty", "--", "sh", "-c", script}));
        terminal.expect("resumed-2\r\n");
        CHECK(process.finish().ending == exit_code(0));
    }
    const auto quoted = bash(
        "script -qec 'exec \"$NR\" run -t 10 --pty -- sh -c \"kill -TSTP \\$\\$; echo resumed\"' /dev/null </dev/null");
    CHECK(contains(quoted.out, "resumed"));
}

TEST_CASE_FIXTURE(Trial, "Ctrl-Z does not lock the terminal if netrunner leads the session") {
    Terminal terminal;
    auto process = start(terminal.leader(*this, {netrunner(), "run", "--pty", "--", "cat"}));
    REQUIRE(terminal.becomes_raw());
    terminal.type("one\r");
    terminal.expect("one\r\none\r\n");
    terminal.type(ctrl_z);
    terminal.type("two\r");
    terminal.expect("two\r\n(.*\n)*two\r\n");
    terminal.type(ctrl_d);
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "SIGSTOP of a command without a terminal is respected until another process continues it") {
    auto process = start(runner({"--pty", "--", "sh", "-c", "echo $$; kill -STOP $$; echo resumed"}));
    process.wait_for_output("\n");
    const pid_t child = std::atoi(process.out().c_str());
    REQUIRE(wait_until([&] { return state_of(child) == 'T'; }));
    CHECK(!wait_until([&] { return state_of(child) != 'T'; }, 300ms));
    ::kill(child, SIGCONT);
    if (state_of(process.pid()) == 'T') process.signal(SIGCONT);
    const auto result = process.finish();
    CHECK(contains(result.out, "resumed\n"));
    CHECK(result.ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "a run in the background is stopped only when its command reads the keyboard") {
    in_each_shell(all_shells, [&](const auto& argv) {
        TerminalShell shell(*this, argv);
        ::unlink(path("there").c_str());
        shell.enter("\"$NR\" run --pty -- sh -c 'echo t-$((1+1)); echo >there; read x; echo got $x' &");
        shell.expect("t-2\r\n");
        CHECK(wait_until([&] { return ::access(path("there").c_str(), F_OK) == 0; }));
        CHECK(shell.has_stopped_job());
        shell.enter("fg >/dev/null");
        REQUIRE(shell.foreground_is("netrunner"));
        REQUIRE(shell.becomes_raw());
        shell.forget();
        shell.type("hello\r");
        shell.expect("^(.*\n)*hello\r\ngot hello\r\n");
        shell.prompts();
        CHECK(occurrences(shell.printed(), "hello\r\n") == 2);  // its echo and its answer
    });
}

TEST_CASE_FIXTURE(Trial, "in the background, a command that reads nothing is never stopped and costs nothing") {
    TerminalShell shell(*this, bash_shell);
    for (const std::string mode : {"", "--pty "}) {
        CAPTURE(mode);
        shell.enter("\"$NR\" run " + mode + "-- sleep 1 & echo pid-$!-");
        shell.expect("pid-[0-9]+-\r\n");
        const auto at = shell.printed().rfind("pid-") + 4;
        const pid_t runner = std::atoi(shell.printed().c_str() + at);
        REQUIRE(runner > 0);
        double cpu = 0;
        CHECK(wait_until([&] {
            if (is_running(runner)) cpu = std::max(cpu, cpu_seconds(runner));
            return !is_running(runner);
        }));
        CHECK(cpu < 0.15 * slowness());
        shell.answer("wait");
        CHECK(!contains(shell.printed(), "Stopped"));
    }
}

TEST_CASE_FIXTURE(Trial, "with tostop a background run that prints is stopped, without tostop it prints") {
    in_each_shell({bash_shell, dash_shell}, [&](const auto& argv) {
        TerminalShell shell(*this, argv);
        shell.enter("\"$NR\" run --pty -- echo x-$((1+1)) &");
        shell.expect("x-2\r\n");
        shell.answer("wait");
        shell.answer("stty tostop");
        shell.answer("\"$NR\" run --pty -- sh -c 'echo x-$((1+2))' &");
        CHECK(shell.has_stopped_job());
        CHECK(!contains(shell.printed(), "x-3"));
        shell.answer("stty -tostop");
        shell.enter("fg >/dev/null");
        shell.expect("x-3\r\n");
        shell.prompts();
    });
}

TEST_CASE_FIXTURE(Trial, "one Ctrl-C ends a loop around netrunner, in a shell and in a script, in both modes") {
    const auto script = path("loop");
    for (const std::string mode : {"", "--pty "}) {
        const std::string loop =
            "for i in 1 2 3; do \"$NR\" run " + mode + "-- sh -c '" + go + "exec sleep 30'; echo turn-$((i+10)); done";
        std::ofstream{script} << loop << "\n";
        for (const auto& argv : {bash_shell, dash_shell}) {
            for (const bool in_script : {false, true}) {
                CAPTURE(mode);
                CAPTURE(argv[0]);
                CAPTURE(in_script);
                TerminalShell shell(*this, argv);
                shell.enter(in_script ? argv[0] + " ./loop" : loop);
                shell.expect("go-2\r\n");
                if (!mode.empty()) REQUIRE(shell.becomes_raw());
                shell.type(ctrl_c);
                CHECK(shell.prompts());
                CHECK(shell.status() == 130);
                CHECK(!contains(shell.printed(), "turn-1"));
            }
        }
    }
}

TEST_CASE_FIXTURE(Trial, "a loop whose command handles Ctrl-C goes on") {
    const auto script = path("loop");
    std::ofstream{script} << "for i in 1 2; do \"$NR\" run --pty -- sh -c 'trap \"exit 0\" INT; " << go
                          << "while :; do sleep 0.02; done'; echo turn-$((i+10)); done\n";
    for (const auto& argv : {bash_shell, dash_shell}) {
        CAPTURE(argv[0]);
        TerminalShell shell(*this, argv);
        shell.enter(argv[0] + " ./loop");
        shell.expect("go-2\r\n");
        shell.type(ctrl_c);
        shell.expect("turn-11\r\n");
        shell.expect("turn-11\r\n(.*\n)*go-2\r\n");
        shell.type(ctrl_c);
        shell.expect("turn-12\r\n");
        shell.prompts();
    }
}

TEST_CASE_FIXTURE(Trial, "limits do not count the time in which the run was stopped") {
    TerminalShell shell(*this, bash_shell);
    shell.enter("nr -t 2 --pty -- sh -c '" + go + "exec sleep 1'");
    shell.expect("go-2\r\n");
    shell.type(ctrl_z);
    REQUIRE(shell.says_stopped());
    shell.answer("sleep 2.5");
    shell.enter("fg >/dev/null");
    shell.prompts();
    CHECK(shell.status() == 0);
}

TEST_CASE_FIXTURE(Trial, "netrunner inside netrunner stops, continues and ends as one") {
    in_each_shell({bash_shell, dash_shell}, [&](const auto& argv) {
        TerminalShell shell(*this, argv);
        const auto before = shell.modes();
        shell.enter("\"$NR\" run --pty -- \"$NR\" run --pty -- sh -c '" + go + "exec cat'");
        shell.expect("go-2\r\n");
        shell.type("one\r");
        shell.expect("one\r\none\r\n");
        shell.type(ctrl_z);
        REQUIRE(shell.says_stopped());
        shell.enter("fg >/dev/null");
        REQUIRE(shell.becomes_raw());
        shell.type("two\r");
        shell.expect("two\r\n(.*\n)*two\r\n");
        shell.type(ctrl_d);
        shell.prompts();
        CHECK(shell.status() == 0);
        if (argv[0] == "dash") CHECK(same_modes(shell.modes(), before));
    });
}

TEST_CASE_FIXTURE(Trial, "Ctrl-C in netrunner inside netrunner ends both with 130") {
    TerminalShell shell(*this, bash_shell);
    shell.enter("nr --pty -- \"$NR\" run --pty -- sh -c '" + go + "exec sleep 60'");
    shell.expect("go-2\r\n");
    shell.type(ctrl_c);
    shell.prompts();
    CHECK(shell.status() == 130);
}

TEST_CASE_FIXTURE(Trial, "if the shell ignores INT, Ctrl-C does not end the command") {
    TerminalShell shell(*this, dash_shell);
    shell.enter("sh -c 'trap \"\" INT; \"$NR\" run --pty -- sh -c \"echo go-\\$((1+1)); sleep 0.5; exit 4\"'");
    shell.expect("go-2\r\n");
    shell.type(ctrl_c);
    shell.prompts();
    CHECK(shell.status() == 4);
}

// ---- regressions that were found in reviews

TEST_CASE_FIXTURE(Trial, "Ctrl-Z at any moment of the start stops the run, and fg continues it") {
    for (const std::string mode : {"", "--pty "}) {
        for (int i = times(15, 200); i > 0; --i) {
            CAPTURE(mode);
            CAPTURE(i);
            TerminalShell shell(*this, bash_shell);
            shell.enter("nr " + mode + "-- sleep 0.2");
            // Ctrl-Z flushes the terminal's queues (n_tty), so wait until the shell has read the line.
            shell.expect("sleep 0.2\r\n");
            let_pass(std::chrono::microseconds(i * 997 % 12000));
            shell.type(ctrl_z);
            // Either the shell got Ctrl-Z before it started the run, or the run was stopped; the shell never hangs. The
            // flush may have discarded the prompt, so type a newline for another prompt.
            CHECK(wait_until([&] {
                shell.type("\n");
                return wait_until([&] { return contains(shell.printed(), "READY> "); }, 500ms);
            }));
            shell.enter("fg >/dev/null 2>&1; echo end-''mark");
            shell.expect("end-mark\r\n");
            shell.prompts();
        }
    }
}

TEST_CASE_FIXTURE(Trial, "in a pipeline another process has the keys until the command reads them") {
    TerminalShell shell(*this, bash_shell);
    shell.enter("nr --pty -- sh -c '" + go + "sleep 0.3; read x; echo got-$x' | cat");
    shell.expect("go-2\r\n");
    CHECK(!shell.raw());
    REQUIRE(shell.becomes_raw());
    shell.type("this\r");
    shell.expect("got-this\r\n");
    shell.prompts();
}

TEST_CASE_FIXTURE(Trial, "when the command has ended, Ctrl-Z and Ctrl-C act on netrunner") {
    TerminalShell shell(*this, bash_shell);
    for (const std::string mode : {"", "--pty "}) {
        CAPTURE(mode);
        shell.enter("nr " + mode + "--orphans wait -k 1s -- sh -c 'setsid sleep 30 & echo pid-$!-'");
        shell.expect("pid-[0-9]+-\r\n");
        const auto& text = shell.printed();
        const pid_t orphan = std::atoi(text.c_str() + text.rfind("pid-") + 4);
        CHECK(wait_until([&] { return !shell.raw(); }));
        let_pass(100ms);
        shell.type(ctrl_z);
        shell.says_stopped();
        shell.enter("fg >/dev/null");
        REQUIRE(shell.foreground_is("netrunner"));
        CHECK(is_running(orphan));
        shell.type(ctrl_c);
        shell.prompts();
        CHECK(wait_until([&] { return !is_running(orphan); }));
    }
}

TEST_CASE_FIXTURE(Trial, "a run that is killed while it is stopped does not change the modes of another run") {
    expect_strays();
    TerminalShell shell(*this, bash_shell);
    shell.enter("\"$NR\" run --pty -- sh -c '" + go + "exec cat'");
    shell.expect("go-2\r\n");
    REQUIRE(shell.becomes_raw());
    const pid_t first = shell.foreground();
    shell.type(ctrl_z);
    shell.says_stopped();
    shell.enter("\"$NR\" run --pty -- sh -c '" + go + "exec cat'");
    shell.expect("go-2\r\n");
    REQUIRE(shell.becomes_raw());
    const auto modes = shell.modes();
    ::kill(first, SIGKILL);
    CHECK(wait_until([&] { return !is_running(first); }));
    let_pass(100ms);
    CHECK(same_modes(shell.modes(), modes));
    shell.type(ctrl_d);
    shell.prompts();
}

TEST_CASE_FIXTURE(Trial, "a program that only polls gets the keys after fg, too") {
    TerminalShell shell(*this, bash_shell);
    shell.enter(
        "\"$NR\" run --pty -- python3 -c 'import select, os; print(\"go-"
        "%d\" % 2, flush=True); select.select([0], [], []); print(\"got\", os.read(0, 99))' &");
    shell.expect("go-2\r\n");
    shell.enter("fg >/dev/null");
    REQUIRE(shell.foreground_is("netrunner"));
    shell.type("this\r");
    shell.expect("got b'this");
    shell.prompts();
}

TEST_CASE_FIXTURE(Trial, "--stdin pty types its input in the background, too") {
    TerminalShell shell(*this, bash_shell);
    shell.enter("seq 3 | \"$NR\" run --pty --stdin pty -- cat >out & wait; cat out; echo end-''mark");
    path("out");
    shell.expect("1\r\n2\r\n3\r\nend-mark\r\n");
}

TEST_CASE_FIXTURE(Trial, "the foreground is taken back from a process group that has died") {
    TerminalShell shell(*this, bash_shell);
    shell.enter("bash -c '\"$NR\" run -t 300ms --stop KILL -- bash -ic \"cat; :\"; read x; echo read-$x'");
    shell.expect("timed out after");
    shell.type("this\n");
    shell.expect("read-this\r\n");
}

TEST_SUITE_END();
