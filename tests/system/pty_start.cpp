// Starting with --pty: from any place, with any descriptors, signals and environment, also as another user. Failures
// are reported in one line.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "terminal_shell.hpp"

using namespace support;

namespace {

// The descriptor numbers that print_fds printed.
std::string numbers(const std::string& text) {
    std::string found;
    for (const auto& line : lines(text)) found += line.substr(0, line.find(' ')) + " ";
    return found;
}

// The value of a mask in the text of /proc/PID/status.
unsigned long mask_of(const std::string& text, const std::string& name) {
    const auto at = text.find(name + ":\t");
    return at == std::string::npos ? ~0UL : std::stoul(text.substr(at + name.size() + 2), nullptr, 16);
}

unsigned long set_of(const std::vector<int>& signals) {
    unsigned long mask = 0;
    for (const int signal : signals) mask |= 1UL << (signal - 1);
    return mask;
}

bool is_root() {
    if (::geteuid() == 0) return true;
    skip("needs root");
    return false;
}

}  // namespace

TEST_SUITE_BEGIN("pty_start");

TEST_CASE_FIXTURE(Trial, "the exit code, or the signal, is the command's") {
    for (const int code : {0, 1, 77, 124, 255}) {
        CHECK(run({"--pty", "--", "sh", "-c", "exit " + std::to_string(code)}).ending == exit_code(code));
    }
    for (const int signal : {SIGTERM, SIGKILL, SIGHUP, SIGINT, SIGPIPE, SIGUSR1}) {
        CAPTURE(signal);
        const auto result = run({"--pty", "--", "sh", "-c", "kill -" + std::to_string(signal) + " $$"});
        CHECK(result.ending == killed_by(signal));
        CHECK(result.out.empty());
    }
}

TEST_CASE_FIXTURE(Trial, "a missing command gives 127, a command that cannot be executed 126, in one line") {
    auto [missing, report] = run_reported({"--pty", "--", "netrunner-no-such-command"});
    CHECK(missing.ending == exit_code(127));
    CHECK(missing.err == "netrunner: cannot run 'netrunner-no-such-command': no such file or directory\n");
    CHECK(missing.out.empty());
    CHECK(report["mode"] == "pty");
    CHECK(report["reason"] == "spawn-failed");
    CHECK(report["error"]["stage"] == "exec");
    CHECK(report["error"]["errno"] == "ENOENT");
    const auto refused = run({"--pty", "--", "/etc/passwd"});
    CHECK(refused.ending == exit_code(126));
    CHECK(begins(refused.err, "netrunner: cannot run '/etc/passwd': "));
    CHECK(lines(refused.err).size() == 1);
}

TEST_CASE_FIXTURE(Trial, "options that need --pty, or are malformed, are refused before the command starts") {
    const std::vector<std::string> touch{"--", "touch", directory() + "/started"};
    for (const auto& [options, part] :
         std::vector<std::pair<std::vector<std::string>, std::string>>{{{"--winsize", "80x24"}, "--pty"},
                                                                       {{"--stdin", "pty"}, "--pty"},
                                                                       {{"--pty", "--winsize", "80by24"}, "80by24"},
                                                                       {{"--pty=yes"}, "--pty"},
                                                                       {{"--pyt"}, "--pty"}}) {
        CAPTURE(options.back());
        auto setup = runner(options);
        setup.argv.insert(setup.argv.end(), touch.begin(), touch.end());
        CHECK_REFUSED(complete(setup), part);
    }
    CHECK(run({"--", "echo", "--pty", "--winsize"}).out == "--pty --winsize\n");
}

TEST_CASE_FIXTURE(Trial, "from cron-like surroundings the output and the exit code are the same, without a hang") {
    for (const bool input_closed : {false, true}) {
        CAPTURE(input_closed);
        auto setup = runner({"--pty", "--", "/bin/sh", "-c", "echo one; cat; echo two; exit 9"});
        setup.clean_environment = true;
        setup.environment = {{"PATH", "/usr/bin:/bin"}, {"SHELL", "/bin/sh"}};
        if (input_closed) setup.in = closed();
        const auto result = complete(setup);
        CHECK(result.out == "one\ntwo\n");
        CHECK(result.err.empty());
        CHECK(result.ending == exit_code(9));
        CHECK_WALL(result, 0, 2000);
    }
    auto nothing = runner({"--pty", "--", "/bin/echo", "ok"});
    nothing.clean_environment = true;
    nothing.environment.clear();
    CHECK(complete(nothing).out == "ok\n");
}

TEST_CASE_FIXTURE(Trial, "a command that waits for typed input is ended by its limit") {
    const auto result = run({"-q", "-t", "300ms", "--pty", "--", "sh", "-c", "echo go; read x </dev/tty; echo never"});
    CHECK(result.ending == exit_code(124));
    CHECK(result.out == "go\n");
}

TEST_CASE_FIXTURE(Trial, "every combination of closed descriptors runs and gives the command valid ones") {
    const auto where = path("fds");
    for (int combination = 0; combination < 8; ++combination) {
        CAPTURE(combination);
        auto setup = runner({"--pty", "--", program("print_fds")});
        setup.environment["PRINT_FDS_TO"] = where;
        if ((combination & 1) != 0) setup.in = closed();
        if ((combination & 2) != 0) setup.out = closed();
        if ((combination & 4) != 0) setup.err = closed();
        const auto result = complete(setup);
        CHECK(result.ending == exit_code(7));
        CHECK(numbers(read_text(where)) == "0 1 2 ");
        CHECK(contains(read_text(where), "/dev/pts/"));
        CHECK(result.out.empty());
        CHECK(result.err.empty());
        std::filesystem::remove(where);
    }
}

TEST_CASE_FIXTURE(Trial, "output to a closed descriptor is discarded and lands nowhere else") {
    for (int combination = 1; combination < 8; ++combination) {
        CAPTURE(combination);
        auto setup = runner({"--pty", "--", "sh", "-c", "echo out; exit 5"});
        if ((combination & 1) != 0) setup.in = closed();
        if ((combination & 2) != 0) setup.out = closed();
        if ((combination & 4) != 0) setup.err = closed();
        const auto result = complete(setup);
        CHECK(result.ending == exit_code(5));
        CHECK(result.out == ((combination & 2) != 0 ? "" : "out\n"));
        CHECK(result.err.empty());
    }
}

TEST_CASE_FIXTURE(Trial, "descriptors that netrunner was given are passed on") {
    const int low = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    const int extra = ::fcntl(low, F_DUPFD_CLOEXEC, 500);
    auto setup = runner({"--pty", "--", program("print_fds")});
    setup.more_descriptors = {{3, extra}, {4, extra}, {7, extra}, {63, extra}};
    CHECK(numbers(complete(setup).out) == "0 1 2 3 4 7 63 ");
    setup.argv.insert(setup.argv.begin() + 3, {"--stdin", "pty"});
    CHECK(numbers(complete(setup).out) == "0 1 2 3 4 7 63 ");
    for (const int descriptor : {low, extra}) ::close(descriptor);
}

TEST_CASE_FIXTURE(Trial, "leaked dispositions and masks are reset, the deliberate ones stay") {
    auto setup = runner({"--pty", "--", "/bin/cat", "/proc/self/status"});
    setup.ignored = {SIGHUP, SIGINT, SIGPIPE, SIGCHLD, SIGTSTP, SIGTTOU};
    setup.blocked = {SIGUSR1, SIGTERM};
    const auto text = complete(setup).out;
    CHECK(mask_of(text, "SigIgn") == set_of({SIGHUP, SIGINT, SIGTSTP, SIGTTOU}));
    CHECK(mask_of(text, "SigBlk") == 0);
    CHECK(mask_of(text, "SigCgt") == 0);
    setup.argv.insert(setup.argv.begin() + 2, "--keep-signals");
    const auto kept = complete(setup).out;
    CHECK(mask_of(kept, "SigIgn") == set_of(setup.ignored));
    CHECK(mask_of(kept, "SigBlk") == set_of(setup.blocked));
    CHECK(mask_of(run({"--pty", "--", "/bin/cat", "/proc/self/status"}).out, "SigIgn") == 0);
}

TEST_CASE_FIXTURE(Trial, "an ignored SIGCHLD changes no status") {
    CHECK(complete(command({"/bin/sh", "-c", "trap '' CHLD; exec \"$NR\" run --pty -- sh -c 'exit 7'"})).ending ==
          exit_code(7));
    auto setup = runner({"--pty", "--", "sh", "-c", "exit 7"});
    setup.ignored = {SIGCHLD};
    CHECK(complete(setup).ending == exit_code(7));
}

TEST_CASE_FIXTURE(Trial, "a background job of a script ignores INT because its shell does") {
    auto process = start(command(
        {"/bin/sh", "-c", "\"$NR\" run --pty -- sh -c 'echo go; sleep 0.5; exit 4' & echo pid $!; wait $!; echo $?"}));
    process.wait_for_output("go\n");
    process.wait_for_output("pid ");
    const auto job = static_cast<pid_t>(std::atoi(process.out().c_str() + process.out().find("pid ") + 4));
    REQUIRE(job > 0);
    ::kill(job, SIGINT);  // a child of our unreaped shell, which waits for it
    CHECK(contains(process.finish().out, "4\n"));
}

TEST_CASE_FIXTURE(Trial, "netrunner receives TERM even when it was started with every signal blocked") {
    auto setup = runner({"--pty", "--", "sh", "-c", "echo go; exec sleep 60"});
    for (int signal = 1; signal < NSIG; ++signal) setup.blocked.push_back(signal);
    auto process = start(setup);
    process.wait_for_output("go\n");
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
}

TEST_CASE_FIXTURE(Trial, "every signal that can be caught reaches the command once") {
    const auto log = path("log");
    auto process = start(runner({"--pty", "--", program("log_signals"), log, "15", "5"}));
    ready(process, log);
    const auto seen = [&](int signal) {
        int count = 0;
        for (const auto& line : lines(read_text(log))) count += line == std::to_string(signal) ? 1 : 0;
        return count;
    };
    const std::vector<int> signals{SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGRTMIN, SIGRTMAX};
    for (const int signal : signals) {
        CAPTURE(signal);
        process.signal(signal);
        process.wait_for("signal " + std::to_string(signal), [&] { return seen(signal) > 0; });
    }
    process.signal(SIGTERM);
    CHECK(process.finish().ending == exit_code(5));
    for (const int signal : signals) CHECK_MESSAGE(seen(signal) == 1, "signal ", signal);
}

TEST_CASE_FIXTURE(Trial, "directory, environment and name are set as without a terminal") {
    CHECK(run({"--pty", "-C", "/usr", "--", "pwd"}).out == "/usr\n");
    CHECK(run({"--pty", "-E", "A=1 2", "--", "sh", "-c", "echo \"$A\""}).out == "1 2\n");
    CHECK(run({"--pty", "-i", "-E", "ONLY=this", "--", "/usr/bin/env"}).out == "ONLY=this\n");
    CHECK(run({"--pty", "-a", "other", "--", "sh", "-c", "tr '\\0' '\\n' </proc/$$/cmdline | head -1"}).out ==
          "other\n");
    CHECK(run({"--pty", "--umask", "027", "--", "sh", "-c", "umask"}).out == "0027\n");
}

TEST_CASE_FIXTURE(Trial, "the user of --uid can open the command's terminal") {
    if (!is_root()) return;
    const auto result =
        run({"--pty", "--uid", "nobody", "--", "sh", "-c", "exec 3>&1; echo x >$(tty <&3); id -u; exit 3"});
    CHECK(result.out == "x\n65534\n");
    CHECK(result.ending == exit_code(3));
    const auto status =
        run({"--pty", "--uid", "nobody", "--", "sh", "-c", "exec 3>&1; stat -c '%u %a' $(tty <&3)"}).out;
    CHECK(begins(status, "65534 6"));
}

TEST_CASE_FIXTURE(Trial, "an ordinary user gets a terminal, too") {
    if (!is_root()) return;
    const auto home = path("reachable");
    std::filesystem::create_directory(home);
    std::filesystem::copy_file(netrunner(), home + "/netrunner");
    std::filesystem::copy_file(shepherd(), home + "/netrunner-shepherd");
    const auto result = run({"--uid", "nobody", "--", home + "/netrunner", "run", "--pty", "--", "sh", "-c",
                             "exec 3>&1; echo x >$(tty <&3); id -u; exit 3"});
    CHECK(result.out == "x\n65534\n");
    CHECK(result.ending == exit_code(3));
}

TEST_CASE_FIXTURE(Trial, "if no terminal can be made, netrunner prints one line, ends with 125 and starts nothing") {
    if (!is_root()) return;
    auto setup = runner({"--pty", "--", "touch", directory() + "/started"});
    setup.argv.insert(
        setup.argv.begin(),
        {"unshare", "-m", "sh", "-c", "mount -t tmpfs none /dev/pts && mount -t tmpfs none /dev && exec \"$@\"", "sh"});
    const auto result = complete(setup);
    if (contains(result.err, "unshare") || contains(result.err, "mount")) {
        skip("no mount namespace can be made here");
        return;
    }
    CHECK_REFUSED(result, "terminal");
}

TEST_CASE_FIXTURE(Trial, "too few descriptors give one line and 125, or the run works") {
    if (sanitized) return skip(needs_more);
    int refused = 0;
    for (int limit = 4; limit <= 24; ++limit) {
        CAPTURE(limit);
        auto setup = runner({"--pty", "--", "sh", "-c", "exit 9"});
        setup.argv.insert(setup.argv.begin(), {"/bin/sh", "-c", "ulimit -n $0; exec \"$@\"", std::to_string(limit)});
        const auto result = complete(setup);
        CHECK((result.ending == exit_code(9) || result.ending == exit_code(125)));
        if (result.ending == exit_code(125)) {
            ++refused;
            CHECK(lines(result.err).size() == 1);
            CHECK(begins(result.err, "netrunner: "));
        } else {
            CHECK(result.err.empty());
        }
    }
    CHECK(refused > 0);
}

TEST_CASE_FIXTURE(Trial, "a limit or a signal that strikes during the start leaves nothing") {
    for (int i = times(30, 500); i > 0; --i) {
        CHECK(run({"-q", "--pty", "-t", "0.001", "--", "sleep", "99"}).ending == exit_code(124));
    }
    for (int i = times(20, 500); i > 0; --i) {
        auto process = start(runner({"-q", "--pty", "--", "sleep", "99"}));
        let_pass(std::chrono::microseconds{i * 200});
        process.signal(SIGTERM);
        const auto result = process.finish();
        CHECK(result.ending == killed_by(SIGTERM));
        CHECK_MESSAGE(result.left.empty(), describe(result.left));
    }
}

TEST_SUITE_END();
