// Violent ends with --pty: netrunner or its shepherd is killed, the terminal hangs up, the reader is stopped. Nothing
// is left, and the user's terminal is restored.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <random>

#include "chain.hpp"
#include "terminal_shell.hpp"

using namespace support;

namespace {

constexpr auto grace = 300ms;
const std::string go = "echo go-$((1+1)); ";

// A tree that does not end on TERM: a shell that ignores TERM, a child in its group, a child in another session, and a
// child that ignores HUP.
const std::vector<std::string> stubborn{
    "-q",    "-k",
    "300ms", "--pty",
    "--",    "sh",
    "-c",    "trap '' TERM HUP; sleep 60 & setsid sleep 61 & nohup sleep 62 >/dev/null 2>&1 & echo go; wait"};

std::chrono::microseconds random_moment(int below_microseconds) {
    static std::mt19937 random{std::random_device{}()};
    return std::chrono::microseconds{static_cast<int>(random() % static_cast<unsigned>(below_microseconds))};
}

pid_t shepherd_of(pid_t runner) { return child_running(runner, "netrunner-shepherd"); }

bool sane(const Terminal& terminal) {
    const auto modes = terminal.modes();
    const bool input =
        (modes.c_iflag & ICRNL) != 0 && (modes.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG);
    return input && (modes.c_oflag & (OPOST | ONLCR)) == (OPOST | ONLCR);
}

// Starts a run that has the keyboard of the shell's terminal. Returns netrunner's pid.
pid_t raw_run(TerminalShell& shell, const std::string& options, const std::string& script) {
    shell.enter("\"$NR\" run " + options + " --pty -- sh -c '" + script + "'");
    shell.expect("go-2\r\n");
    REQUIRE(shell.becomes_raw());
    const pid_t runner = shell.foreground();
    REQUIRE(name_of(runner) == "netrunner");
    return runner;
}

// False while no process reads from the FIFO.
bool write_line(const std::string& fifo) {
    const int descriptor = ::open(fifo.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool written = ::write(descriptor, "x\n", 2) == 2;
    ::close(descriptor);
    return written;
}

pid_t number_in(const std::string& file) { return static_cast<pid_t>(std::atoi(read_text(file).c_str())); }

}  // namespace

TEST_SUITE_BEGIN("pty_crash");

TEST_CASE_FIXTURE(Trial, "the shepherd is killed: the command is gone, netrunner reports it, the terminal is sane") {
    TerminalShell shell(*this, dash_shell);
    const auto before = shell.modes();
    const auto child = path("child");
    const pid_t runner = raw_run(shell, "", "echo $$ >child; " + go + "exec sleep 60");
    const pid_t shepherd = shepherd_of(runner);
    REQUIRE(shepherd > 0);
    ::kill(shepherd, SIGKILL);
    CHECK(wait_until([&] { return !is_running(number_in(child)); }, 1s));
    shell.prompts();
    CHECK(contains(shell.printed(), "netrunner: "));
    CHECK(contains(shell.printed(), "shepherd"));
    CHECK(same_modes(shell.modes(), before));
    CHECK(shell.status() == 125);
}

TEST_CASE_FIXTURE(Trial, "netrunner is killed in raw mode: the terminal is sane at once and the command is gone") {
    for (int i = times(3, 20); i > 0; --i) {
        TerminalShell shell(*this, dash_shell);
        const auto before = shell.modes();
        const auto child = path("child");
        const pid_t runner = raw_run(shell, "", "echo $$ >child; " + go + "exec sleep 60");
        ::kill(runner, SIGKILL);
        CHECK(wait_until([&] { return sane(shell); }, 500ms));
        CHECK(same_modes(shell.modes(), before));
        CHECK(wait_until([&] { return !is_running(number_in(child)); }, 2s));
        shell.prompts();
        CHECK(shell.status() == 137);
    }
}

TEST_CASE_FIXTURE(Trial, "netrunner and one of its helpers are killed at once: the terminal is sane") {
    for (int i = times(6, 40); i > 0; --i) {
        TerminalShell shell(*this, dash_shell);
        const auto before = shell.modes();
        const auto child = path("child");
        const pid_t runner = raw_run(shell, "", "echo $$ >child; " + go + "exec sleep 60");
        Chain links = links_of(runner);
        REQUIRE(links.guard > 0);
        const bool spares_shepherd = i % 2 == 0;
        CAPTURE(spares_shepherd);
        (spares_shepherd ? links.shepherd : links.guard) = 0;
        kill_all(links);
        CHECK(wait_until([&] { return sane(shell); }, 1s));
        CHECK(same_modes(shell.modes(), before));
        CHECK(wait_until([&] { return !is_running(number_in(child)); }, 2s));
        shell.prompts();
    }
}

TEST_CASE_FIXTURE(Trial, "the same in bash: the next line that is typed is echoed once, and works") {
    for (int i = times(3, 20); i > 0; --i) {
        TerminalShell shell(*this, bash_shell);
        const pid_t runner = raw_run(shell, "", go + "exec sleep 60");
        const auto tree = descendants_of(runner);
        CHECK(tree.size() >= 2);
        ::kill(runner, SIGKILL);
        shell.prompts();
        for (const pid_t pid : tree) CHECK(wait_until([&] { return !is_running(pid); }, 2s));
        shell.enter("echo one-$((1+1))");
        shell.expect("one-2\r\n");
        shell.prompts();
        const auto& text = shell.printed();
        CHECK(text.find("echo one") == text.rfind("echo one"));
        CHECK(contains(text, "\r\none-2\r\n"));
    }
}

TEST_CASE_FIXTURE(Trial, "modes that another process has set later stay when netrunner is killed") {
    TerminalShell shell(*this, dash_shell);
    const pid_t runner = raw_run(shell, "", go + "exec sleep 60");
    auto others = shell.modes();
    others.c_cc[VMIN] = 7;
    shell.set_modes(others);
    ::kill(runner, SIGKILL);
    CHECK(wait_until([&] { return shepherd_of(runner) == 0 && !is_running(runner); }));
    shell.prompts();
    CHECK(!wait_until([&] { return shell.modes().c_cc[VMIN] != 7; }, 300ms));
}

TEST_CASE_FIXTURE(Trial, "netrunner is killed in the first 50 ms: nothing is left within the grace and a second") {
    expect_strays();
    for (int i = times(6, 200); i > 0; --i) {
        auto process = start(runner(stubborn));
        const auto moment = random_moment(50000);
        let_pass(moment);
        process.signal(SIGKILL);
        CHECK(process.finish().ending == killed_by(SIGKILL));
        const bool gone = wait_until([&] { return left(process).empty(); }, grace + 1s);
        CHECK_MESSAGE(gone, "killed after ", moment.count(), " us, left: ", describe(left(process)));
    }
}

TEST_CASE_FIXTURE(Trial,
                  "netrunner is killed later, or with its whole group, or while it is stopped: nothing is left") {
    expect_strays();
    for (int i = times(1, 20); i > 0; --i) {
        for (const int how : {0, 1, 2}) {
            CAPTURE(how);
            auto process = start(runner(stubborn));
            process.wait_for_output("go\n");
            let_pass(random_moment(50000));
            if (how == 2) process.signal(SIGSTOP);
            ::kill(how == 1 ? -process.pid() : process.pid(), SIGKILL);  // netrunner leads its own group
            process.finish();
            CHECK(wait_until([&] { return left(process).empty(); }, grace + 1s));
        }
    }
}

TEST_CASE_FIXTURE(Trial, "netrunner is killed amid heavy output: nothing is left") {
    expect_strays();
    for (int i = times(3, 50); i > 0; --i) {
        auto process = start(runner({"-k", "300ms", "--pty", "--", "yes"}));
        process.wait_for("much output", [&] { return process.out().size() > 200000U; });
        process.signal(SIGKILL);
        process.finish();
        CHECK(wait_until([&] { return left(process).empty(); }, grace + 1s));
    }
}

TEST_CASE_FIXTURE(Trial, "the shepherd is killed in the first 50 ms: netrunner ends the tree and reports it") {
    for (int i = times(6, 200); i > 0; --i) {
        auto process = start_reported(runner(stubborn));
        const auto moment = random_moment(50000);
        REQUIRE(wait_until([&] { return shepherd_of(process.pid()) != 0; }, 5s));
        let_pass(moment);
        const pid_t shepherd = shepherd_of(process.pid());
        REQUIRE(shepherd > 0);
        ::kill(shepherd, SIGKILL);
        const auto result = process.finish();
        CAPTURE(moment.count());
        CAPTURE(result.err);
        CHECK(result.ending == exit_code(125));
        CHECK_MESSAGE(result.left.empty(), describe(result.left));
        CHECK(report_of(process)["status"] == 125);
    }
}

TEST_CASE_FIXTURE(Trial, "output that was written before the shepherd died is passed on") {
    auto process = start(runner({"-q", "--pty", "--", "sh", "-c", "seq 1000; echo go >&2; exec sleep 60"}));
    process.wait_for("the mark", [&] { return contains(process.err(), "go\n"); });
    ::kill(shepherd_of(process.pid()), SIGKILL);
    const auto result = process.finish();
    CHECK(lines(result.out).size() == 1000);
    CHECK(result.ending == exit_code(125));
}

TEST_CASE_FIXTURE(Trial, "a command that dies of the hang-up of a killed shepherd is reported as lost") {
    // Delay the shepherd's exit. It runs at SCHED_IDLE on one processor, so the command that its death wakes and a busy
    // loop run before it.
    cpu_set_t first_cpu;
    CPU_ZERO(&first_cpu);
    CPU_SET(0, &first_cpu);
    auto busy = start(command({"/bin/sh", "-c", "while :; do :; done"}));
    ::sched_setaffinity(busy.pid(), sizeof first_cpu, &first_cpu);
    for (int i = times(15, 200); i > 0; --i) {
        auto process = start_reported(runner({"-q", "--pty", "--", "sh", "-c", "exec sleep 60"}));
        const auto chain = chain_of(process, "sleep");
        const sched_param none{};
        REQUIRE(::sched_setscheduler(chain.shepherd, SCHED_IDLE, &none) == 0);
        for (const pid_t pid : {chain.shepherd, chain.command}) ::sched_setaffinity(pid, sizeof first_cpu, &first_cpu);
        ::kill(chain.shepherd, SIGKILL);
        CHECK(process.finish().ending == exit_code(125));
        CHECK(report_of(process)["reason"] == "lost");
    }
    busy.signal(SIGKILL);
    busy.finish();
}

TEST_CASE_FIXTURE(Trial, "netrunner inside netrunner: killing the outermost ends all") {
    expect_strays();
    auto process = start(runner({"-k", "1s", "--pty", "--", netrunner(), "run", "-k", "300ms", "--pty", "--", "sh",
                                 "-c", "trap '' TERM HUP; setsid sleep 60 & echo go; wait"}));
    process.wait_for_output("go\n");
    process.signal(SIGKILL);
    process.finish();
    CHECK(wait_until([&] { return left(process).empty(); }, 3s));
}

TEST_CASE_FIXTURE(Trial, "a terminal that hangs up ends the run, at little cost") {
    const auto heard = path("heard");
    auto shell = std::make_unique<TerminalShell>(*this, bash_shell);
    const pid_t runner = raw_run(
        *shell, "-k 500ms", "trap \"echo heard >heard\" HUP; trap \"\" TERM; " + go + "while :; do sleep 0.05; done");
    shell->hang_up();
    double cpu = 0;
    CHECK(wait_until(
        [&] {
            if (is_running(runner)) cpu = std::max(cpu, cpu_seconds(runner));
            return !is_running(runner);
        },
        5s));
    CHECK(read_text(heard) == "heard\n");
    CHECK(cpu < 0.1 * slowness());
    CHECK(nothing_left(5s));
}

TEST_CASE_FIXTURE(Trial,
                  "a terminal that hangs up ends a run whose netrunner leads the session, also while it prints") {
    expect_strays();
    for (const std::string& script : {go + "exec sleep 60", go + "exec yes"}) {
        CAPTURE(script);
        auto terminal = std::make_unique<Terminal>();
        auto process = start(terminal->leader(*this, {netrunner(), "run", "-q", "--pty", "--", "sh", "-c", script}));
        terminal->expect("go-2\r\n");
        terminal->hang_up();
        process.finish(6s);
        CHECK(nothing_left(2s));
    }
}

TEST_CASE_FIXTURE(Trial, "under nohup the run survives its terminal") {
    for (const std::string mode : {"", "--pty "}) {
        CAPTURE(mode);
        const auto started = path("started");
        const auto done = path("done");
        ::unlink(started.c_str());
        ::unlink(done.c_str());
        {
            TerminalShell shell(*this, bash_shell);
            shell.enter(
                "nohup \"$NR\" run " + mode +
                "-- sh -c 'echo x; echo >started; until [ -e closed ]; do sleep 0.02; done; sleep 0.3; echo >done' "
                ">/dev/null 2>&1 &");
            CHECK(wait_until([&] { return ::access(started.c_str(), F_OK) == 0; }));
        }
        const int closed = ::open(path("closed").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
        ::close(closed);
        CHECK(wait_until([&] { return ::access(done.c_str(), F_OK) == 0; }, 5s));
        CHECK(nothing_left(5s));
        ::unlink(path("closed").c_str());
    }
}

TEST_CASE_FIXTURE(
    Trial, "status flags of shared descriptors are the same before, during and after a run, also after SIGKILL") {
    const auto flags_of = [](int descriptor) { return ::fcntl(descriptor, F_GETFL); };
    int pipes[2], sockets[2];
    REQUIRE(::pipe2(pipes, O_CLOEXEC) == 0);
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
    const int regular = ::open(path("file").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    expect_strays();
    for (const int out : {pipes[1], regular, sockets[1]}) {
        for (const bool non_blocking : {false, true}) {
            CAPTURE(out == regular);
            CAPTURE(non_blocking);
            ::fcntl(out, F_SETFL, (flags_of(out) & ~O_NONBLOCK) | (non_blocking ? O_NONBLOCK : 0));
            const int before = flags_of(out), input_before = flags_of(pipes[0]);
            auto setup = runner({"--pty", "--stdin", "pty", "--", "sh", "-c", "echo some; echo >started; sleep 60"});
            setup.in = borrowed(pipes[0]);
            setup.out = borrowed(out);
            ::unlink(path("started").c_str());
            auto process = start(setup);
            REQUIRE(wait_until([&] { return ::access(path("started").c_str(), F_OK) == 0; }));
            const auto same = [&] { return flags_of(out) == before && flags_of(pipes[0]) == input_before; };
            CHECK(!wait_until([&] { return !same(); }, 100ms));
            process.signal(SIGKILL);
            process.finish();
            CHECK(same());
            CHECK(nothing_left(8s));
        }
    }
    for (const int descriptor : {pipes[0], pipes[1], sockets[0], sockets[1], regular}) ::close(descriptor);
}

TEST_CASE_FIXTURE(Trial, "status flags of the user's terminal never change") {
    TerminalShell shell(*this, dash_shell);
    const auto flags = [&] { return ::fcntl(shell.slave(), F_GETFL); };
    const int before = flags();
    const pid_t runner = raw_run(shell, "", go + "exec sleep 60");
    CHECK(flags() == before);
    ::kill(runner, SIGKILL);
    shell.prompts();
    CHECK(flags() == before);
    // The command's terminal is blocking, too.
    CHECK(contains(shell.answer("\"$NR\" run --pty -- \"$PROGRAMS/print_fds\""), "/dev/pts/"));
    for (const auto& line : lines(shell.printed())) {
        if (!contains(line, "/dev/pts/")) continue;
        CHECK((std::stol(line.substr(2), nullptr, 8) & O_NONBLOCK) == 0);
    }
}

TEST_CASE_FIXTURE(Trial, "TERM ends a run whose reader is stopped within the grace") {
    auto process = start(runner({"-k", "3s", "--pty", "--", "yes"}));
    const auto written = [&] {
        for (const pid_t pid : descendants_of(process.pid())) {
            if (name_of(pid) == "yes") return bytes_written(pid);
        }
        return 0L;
    };
    REQUIRE(wait_until([&] { return written() > 0; }));
    REQUIRE(settles(written, 300ms));
    const auto asked = Clock::now();
    process.signal(SIGTERM);
    CHECK(process.finish_unread().ending == killed_by(SIGTERM));
    CHECK(Clock::now() - asked < scaled(3s));
}

TEST_CASE_FIXTURE(Trial, "Ctrl-Z works while the reader is stopped, and fg goes on") {
    TerminalShell shell(*this, bash_shell);
    REQUIRE(::mkfifo(path("more").c_str(), 0666) == 0);
    shell.enter("\"$NR\" run --pty -- yes | sh -c '" + go + "read x <more; head -c 100000 | wc -c'");
    shell.expect("go-2\r\n");
    // `sh` may write before the shell has given the pipeline the foreground.
    REQUIRE(shell.foreground_is("netrunner"));
    shell.type(ctrl_z);
    CHECK(shell.says_stopped());
    shell.enter("fg >/dev/null");
    REQUIRE(shell.foreground_is("netrunner"));
    shell.forget();
    CHECK(wait_until([&] { return write_line(path("more")); }));
    shell.expect("\n?100000\r\n");
    shell.prompts();
}

TEST_CASE_FIXTURE(Trial, "a terminal whose output is full does not keep netrunner from ending") {
    expect_strays();
    Terminal terminal;
    const auto before = terminal.modes();
    auto process = start(terminal.leader(*this, {netrunner(), "run", "-k", "500ms", "--pty", "--", "yes"}));
    REQUIRE(terminal.becomes_raw());
    const auto written = [&] {
        for (const pid_t pid : descendants_of(process.pid())) {
            if (name_of(pid) == "yes") return bytes_written(pid);
        }
        return 0L;
    };
    REQUIRE(wait_until([&] { return written() > 0; }));
    REQUIRE(settles(written, 300ms));  // no process reads the terminal's output
    const auto asked = Clock::now();
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
    CHECK(Clock::now() - asked < scaled(3s));  // netrunner cannot print its verdict there, either
    CHECK(same_modes(terminal.modes(), before));
}

TEST_SUITE_END();
