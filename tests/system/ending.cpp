// The end of a run, with events at that moment: late signals, readers that have stopped, a stopped shepherd. Most of
// these cases were found in reviews of the finished program.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

#include "trial.hpp"

using namespace support;

TEST_SUITE_BEGIN("ending");

TEST_CASE_FIXTURE(Trial, "a signal that comes as the run ends changes neither status nor report") {
    for (int i = times(60, 400); i > 0; --i) {
        auto process = start_reported(runner({"--", "sh", "-c", "trap '' USR1; echo go; exec sleep 0.02"}));
        process.wait_for_output("go\n");
        while (process.running()) {
            process.signal(SIGUSR1);
            process.exchange(1ms);
        }
        CHECK(process.finish().ending == exit_code(0));
        CHECK(report_of(process)["exit_code"] == 0);
    }
}

TEST_CASE_FIXTURE(Trial, "three thousand queued real-time signals all arrive") {
    const auto result = bash(
        "\"$NR\" run -- python3 -c 'import signal\n"
        "wanted=[signal.SIGRTMIN]\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK,wanted)\n"
        "print(\"ready\",flush=True)\n"
        "n=0\n"
        "while n<3000 and signal.sigtimedwait(wanted,10): n+=1\n"
        "print(n)' > out & p=$!\n"
        "until grep -q ready out; do sleep 0.01; done\n"
        "python3 -c 'import ctypes,signal,sys\n"
        "c=ctypes.CDLL(None)\n"
        "for i in range(3000): c.sigqueue(int(sys.argv[1]),int(signal.SIGRTMIN),None)' $p\n"
        "wait $p");
    CHECK(result.ending == exit_code(0));
    CHECK(lines(read_text(path("out"))).back() == "3000");
}

TEST_CASE_FIXTURE(Trial, "a terminal whose output is full delays neither the limit nor the end") {
    int master = -1;
    int slave = -1;
    REQUIRE(::openpty(&master, &slave, nullptr, nullptr, nullptr) == 0);
    auto setup = runner({"-t", "300ms", "-k", "300ms", "--", "sh", "-c", "yes >&2"});
    setup.err = borrowed(slave);
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 300, 6000);
    ::close(master);
    ::close(slave);
}

TEST_CASE_FIXTURE(Trial, "a run that waits for the other end of a FIFO can be cancelled") {
    REQUIRE(::mkfifo(path("fifo").c_str(), 0600) == 0);
    auto process = start(runner({"--stdin", "fifo", "--", "cat"}));
    REQUIRE(wait_until(
        [&] { return contains(read_text("/proc/" + std::to_string(process.pid()) + "/wchan"), "partner"); }));
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
}

TEST_CASE_FIXTURE(Trial, "a report to the same file as the output follows the output") {
    for (const std::string where : {"/dev/stdout", "/dev/fd/1", "out"}) {
        CAPTURE(where);
        auto setup = runner({"--report", where, "--", "echo", "hi"});
        setup.out = file(path("out"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
        CHECK(complete(setup).ending == exit_code(0));
        CHECK(begins(read_text(path("out")), "hi\n{"));
    }
}

TEST_CASE_FIXTURE(Trial, "a report to a closed standard output is refused") {
    auto setup = runner({"--report", "-", "--", "touch", directory() + "/started"});
    setup.out = closed();
    CHECK(complete(setup).ending == exit_code(125));
}

TEST_CASE_FIXTURE(Trial, "a shepherd that the command has stopped does not suspend the limit") {
    const auto result = run({"-t", "300ms", "--", "sh", "-c", "kill -STOP $PPID; sleep 60"});
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 300, 5000);
}

TEST_CASE_FIXTURE(Trial, "a command that ended in time is not timed out because netrunner was stopped") {
    auto process = start(runner({"-t", "400ms", "--", "sh", "-c", "echo go; sleep 0.1"}));
    process.wait_for_output("go\n");
    process.signal(SIGSTOP);
    let_pass(800ms);
    process.signal(SIGCONT);
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(Trial, "input that cannot be read is reported") {
    auto setup = runner({"--stdin", "pipe", "--", "cat"});
    setup.in = file("/", O_RDONLY);
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(125));
    CHECK(result.err == "netrunner: cannot read standard input: is a directory\n");
}

TEST_CASE_FIXTURE(Trial, "input that cannot be passed on is told as that, not as input that cannot be read") {
    expect_strays();  // the processes of tests/programs/inject
    const auto input = path("input");
    std::ofstream{input} << "x\n";
    for (const bool typed : {false, true}) {
        CAPTURE(typed);
        if (typed && sanitized) return skip("the injected failure would hit the sanitizer's own calls");
        const long call = typed ? SYS_write : SYS_pwritev2;
        auto argv = std::vector<std::string>{
            program("inject"), "0",         "fail", std::to_string(call), std::to_string(ENOMEM), "1",
            path("injection"), netrunner(), "run"};
        const std::vector<std::string> options =
            typed ? std::vector<std::string>{"--pty", "--stdin", "pty"} : std::vector<std::string>{"--stdin", "pipe"};
        argv.insert(argv.end(), options.begin(), options.end());
        argv.insert(argv.end(), {"--", "sh", "-c", "sleep 0.2"});
        auto setup = command(argv);
        setup.in = file(input, O_RDONLY);  // not a pipe, from which netrunner would splice
        const auto result = complete(setup);
        CHECK(result.ending == exit_code(125));
        CHECK(result.err == std::string("netrunner: cannot ") +
                                (typed ? "type into the command's terminal" : "write to the command's standard input") +
                                ": cannot allocate memory\n");
    }
}

TEST_CASE_FIXTURE(Trial, "netrunner refuses to run if /proc shows another PID namespace") {
    const auto probe = complete(command({"unshare", "-pf", "true"}));
    if (probe.ending != exit_code(0)) return skip("no permission to make a PID namespace");
    const auto result =
        complete(command({"unshare", "-pf", netrunner(), "run", "--", "touch", directory() + "/started"}));
    CHECK(result.ending == exit_code(125));
    CHECK(contains(result.err, "another PID namespace"));
}

TEST_SUITE_END();
