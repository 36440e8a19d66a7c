// `netrunner ctl` on real runs with --control: every command, over the socket that it finds itself.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>

#include "live_trial.hpp"

using namespace support;

namespace {

struct ControlTrial : LiveTrial {
    Setup ctl(std::vector<std::string> words) const {
        words.insert(words.begin(), {netrunner(), "ctl"});
        return command(words);
    }
    Result order(const Process& run, std::vector<std::string> words) {
        words.insert(words.begin(), std::to_string(run.pid()));
        return complete(ctl(words));
    }
    // `netrunner run --control s OPTIONS`, once it listens. The path is relative to the directory of the run.
    Process start_listening(std::vector<std::string> options) {
        options.insert(options.begin(), {"--control", "s"});
        auto process = start(runner(options));
        CHECK(wait_until([&] { return ::access(socket().c_str(), F_OK) == 0; }));
        CHECK(wait_until([&] { return contains(order(process, {"status"}).out, "running"); }));
        return process;
    }
    std::string text_of(const std::string& name) {
        std::ifstream file(path(name));
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void stop(Process& process) {
        process.signal(SIGTERM);
        process.finish();
    }
};

}  // namespace

TEST_SUITE_BEGIN("ctl_control");

TEST_CASE_FIXTURE(ControlTrial, "status, by the pid of the run and by its socket") {
    auto process = start_listening({"-t", "10m", "--", "sleep", "60"});
    const auto by_pid = order(process, {"status"});
    CHECK(by_pid.ending == exit_code(0));
    CHECK(begins(by_pid.out, "state      running\n"));
    CHECK(contains(by_pid.out, "\ntimeout    10m\n"));
    CHECK(contains(by_pid.out, "\nprocesses  1\n"));
    const auto by_path = complete(ctl({socket(), "status", "--json"}));
    CHECK(by_path.ending == exit_code(0));
    const auto status = nlohmann::json::parse(by_path.out);
    CHECK(status["ok"] == true);
    CHECK(status["timeout"] == 600);
    stop(process);
}

TEST_CASE_FIXTURE(ControlTrial, "extend adds to the limit, sets it and removes it") {
    auto process = start_listening({"-t", "10m", "--", "sleep", "60"});
    CHECK(order(process, {"extend", "5m"}).out == "time limit 15m\n");
    CHECK(order(process, {"extend", "=40m"}).out == "time limit 40m\n");
    CHECK(order(process, {"extend", "=infinity"}).out == "no time limit\n");
    const auto refused = order(process, {"extend", "1m"});
    CHECK(refused.ending == exit_code(1));
    CHECK(refused.err == "netrunner: the run has no time limit to add to (set one with 'to'; for ctl: extend =10m)\n");
    CHECK(refused.out.empty());
    stop(process);
}

TEST_CASE_FIXTURE(ControlTrial, "an extended run outlives its first limit") {
    auto process = start_listening({"-t", "3s", "--", "sh", "-c", "while [ ! -e go ]; do sleep 0.05; done; sleep 3"});
    CHECK(order(process, {"extend", "1h"}).out == "time limit 1h3s\n");
    std::ofstream{path("go")};
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(ControlTrial, "signal and stop reach the run over the socket") {
    auto process = start_listening({"--", program("log_signals"), path("log"), "15", "7"});
    CHECK(wait_until([&] { return begins(text_of("log"), "ready "); }));
    CHECK(order(process, {"signal", "USR1"}).ending == exit_code(0));
    CHECK(wait_until([&] { return contains(text_of("log"), "\n10\n"); }));
    CHECK(order(process, {"stop"}).ending == exit_code(0));
    CHECK(process.finish().ending == exit_code(7));
    CHECK(contains(text_of("log"), "\n15\n"));
    CHECK(::access(socket().c_str(), F_OK) != 0);
}

TEST_CASE_FIXTURE(ControlTrial, "events are followed to the end of the run") {
    auto process = start_listening({"-t", "10m", "--", "sleep", "60"});
    auto events = start(ctl({std::to_string(process.pid()), "events"}));
    // A change is only told to those who follow already.
    CHECK(wait_until([&] {
        order(process, {"extend", "1m"});
        events.exchange(50ms);
        return contains(events.out(), "\"event\":\"changed\"");
    }));
    CHECK(order(process, {"stop"}).ending == exit_code(0));
    process.finish();
    const auto result = events.finish();
    CHECK(result.ending == exit_code(0));
    CHECK(result.err.empty());
    const auto all = json_lines(result.out);
    for (const auto& event : all) CHECK(event["run"] == process.pid());
    CHECK(event_in(all, "step")["signal"] == "SIGTERM");
    REQUIRE(!all.empty());
    CHECK(all.back()["event"] == "end");
    CHECK(all.back()["status"] == 143);
}

TEST_CASE_FIXTURE(ControlTrial, "the events of a killed run end without an end") {
    expect_strays();
    auto process = start_listening({"-t", "10m", "-k", "0", "--", "sleep", "60"});
    auto events = start(ctl({socket(), "events"}));
    CHECK(wait_until([&] {
        order(process, {"extend", "1m"});
        events.exchange(50ms);
        return contains(events.out(), "\"event\":\"changed\"");
    }));
    process.signal(SIGKILL);
    process.finish();
    const auto result = events.finish();
    CHECK(result.ending == exit_code(1));
    CHECK(contains(result.err, "the events end without 'end'"));
    CHECK(nothing_left(10s));
    // Its socket is left. Nothing listens there any more.
    CHECK_REFUSED(complete(ctl({socket(), "status"})), "nothing listens on '" + socket() + "': its run has ended");
    ::unlink(socket().c_str());
}

TEST_CASE_FIXTURE(ControlTrial, "resize changes the size of the pseudo-terminal") {
    auto process = start_listening(
        {"--pty", "--stdin", "null", "--", "sh", "-c",
         "trap 'stty -F /dev/tty size >size.new; mv size.new size' WINCH; while :; do sleep 0.05; done"});
    path("size"), path("size.new");
    CHECK(wait_until([&] {
        CHECK(order(process, {"resize", "120x41"}).ending == exit_code(0));
        CHECK(order(process, {"resize", "120x40"}).ending == exit_code(0));
        return text_of("size") == "40 120\n";
    }));
    stop(process);
    auto plain = start_listening({"--", "sleep", "60"});
    const auto refused = order(plain, {"resize", "120x40"});
    CHECK(refused.ending == exit_code(1));
    CHECK(refused.err == "netrunner: the command runs on no terminal of its own (run --pty)\n");
    stop(plain);
}

TEST_CASE_FIXTURE(ControlTrial, "what is written is what is read, every byte of it") {
    auto process = start_listening({"--stdin", "control", "--stdout", "control", "--", "cat"});
    auto reader = start(ctl({std::to_string(process.pid()), "read"}));
    std::string bytes;
    for (std::size_t i = 0; i < 500'000; ++i) bytes += static_cast<char>(i * i >> 3U);
    auto writing = ctl({std::to_string(process.pid()), "write"});
    writing.in = piped();
    writing.input = bytes;
    auto writer = start(writing);
    writer.wait_for("the writer ends", [&] {
        reader.exchange(1ms);
        return !writer.running();
    });
    CHECK(writer.finish().ending == exit_code(0));
    CHECK(order(process, {"write", "--", "-the end-"}).ending == exit_code(0));
    CHECK(order(process, {"close-stdin"}).ending == exit_code(0));
    const auto read = reader.finish();
    CHECK(read.ending == exit_code(0));
    CHECK(read.err.empty());
    CHECK(read.out == bytes + "-the end-");
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(ControlTrial, "read stops after --max bytes, and the rest stays for the next") {
    auto process = start_listening({"--stderr", "control", "--", "sh", "-c", "printf 0123456789 >&2; exec sleep 60"});
    CHECK(order(process, {"read", "stderr", "--max", "4"}).out == "0123");
    CHECK(order(process, {"read", "stderr", "--max", "6"}).out == "456789");
    const auto refused = order(process, {"read", "stdout"});
    CHECK(refused.ending == exit_code(1));
    CHECK(refused.err == "netrunner: requests do not read standard output (run --stdout control)\n");
    CHECK(order(process, {"write", "x"}).ending == exit_code(1));
    CHECK(order(process, {"close-stdin"}).ending == exit_code(1));
    stop(process);
}

TEST_CASE_FIXTURE(ControlTrial, "a run whose socket was removed or replaced is still stopped and signalled") {
    auto process = start_listening({"--", program("log_signals"), path("log"), "15", "7"});
    CHECK(wait_until([&] { return begins(text_of("log"), "ready "); }));
    ::unlink(socket().c_str());
    CHECK_REFUSED(order(process, {"status"}), "there is no socket 's' (netrunner ps lists the runs)");
    CHECK(order(process, {"signal", "USR1"}).ending == exit_code(0));
    CHECK(wait_until([&] { return contains(text_of("log"), "\n10\n"); }));

    auto other = start(runner({"--control", "s", "--", "sleep", "60"}));
    CHECK(wait_until([&] { return contains(order(other, {"status"}).out, "running"); }));
    CHECK_REFUSED(order(process, {"status"}), "process " + std::to_string(other.pid()) +
                                                  " listens on 's', the socket of run " +
                                                  std::to_string(process.pid()) + ": it has been replaced");
    CHECK(order(process, {"stop"}).ending == exit_code(0));
    CHECK(process.finish().ending == exit_code(7));
    CHECK(other.running());
    stop(other);
}

TEST_CASE_FIXTURE(ControlTrial, "a run with too many visitors is still stopped and signalled") {
    auto process = start_listening({"--", program("log_signals"), path("log"), "15", "7"});
    CHECK(wait_until([&] { return begins(text_of("log"), "ready "); }));
    std::vector<LivePeer> visitors;
    for (int i = 0; i < 8; ++i) {
        visitors.push_back(LivePeer::connect(socket()));
        CHECK(visitors.back().ask({{"cmd", "status"}})["ok"] == true);
    }
    const auto refused = order(process, {"status"});
    CHECK(refused.ending == exit_code(1));
    CHECK(refused.err == "netrunner: 8 processes are connected already\n");
    CHECK(order(process, {"signal", "USR1"}).ending == exit_code(0));
    CHECK(wait_until([&] { return contains(text_of("log"), "\n10\n"); }));
    const auto stopped = order(process, {"stop"});
    CHECK(stopped.ending == exit_code(0));
    CHECK(stopped.err.empty());
    CHECK(process.finish().ending == exit_code(7));
}

TEST_CASE_FIXTURE(ControlTrial, "on a pseudo-terminal, write types and read gets its output") {
    auto process = start_listening({"--pty", "--stdin", "control", "--stdout", "control", "--", "cat"});
    CHECK(order(process, {"write", "hi\n"}).ending == exit_code(0));
    CHECK(order(process, {"read", "--max", "6"}).out == "hi\nhi\n");  // the echo, then cat
    CHECK(order(process, {"close-stdin"}).ending == exit_code(0));
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(ControlTrial, "the socket may have a path longer than an address") {
    const std::string folder = path("folder") + "/" + std::string(100, 'a') + "/" + std::string(100, 'b');
    complete(command({"mkdir", "-p", folder}));
    for (const std::string& each : {folder + "/socket", folder.substr(directory().size() + 1) + "/socket"}) {
        auto process = start(runner({"--control=" + each, "--", "sleep", "60"}));
        CHECK(wait_until([&] { return order(process, {"status"}).ending == exit_code(0); }));
        CHECK(complete(ctl({folder + "/socket", "status"})).ending == exit_code(0));
        stop(process);
    }
}

TEST_CASE_FIXTURE(ControlTrial, "a run on a leash belongs to the process that holds it") {
    auto [process, peer] = leash({"--", program("log_signals"), path("log"), "15", "7"});
    CHECK(wait_until([&] { return begins(text_of("log"), "ready "); }));
    CHECK_REFUSED(order(process, {"status"}),
                  "run " + std::to_string(process.pid()) +
                      " is controlled through its descriptor 9, by the process that started it");
    CHECK(order(process, {"stop"}).ending == exit_code(0));
    CHECK(process.finish().ending == exit_code(7));
}

TEST_CASE_FIXTURE(ControlTrial, "a command cannot lift its own limit") {
    const auto result =
        run({"--control", "s", "-t", "1m", "--", "setsid", "--wait", netrunner(), "ctl", "s", "extend", "10m"});
    CHECK(result.ending == exit_code(1));
    CHECK(contains(result.err, "netrunner: a process of the run may not extend its limit"));
}

TEST_CASE_FIXTURE(ControlTrial, "another user cannot reach the socket") {
    if (::geteuid() != 0) return skip("needs root");
    auto process = start_listening({"--", "sleep", "60"});
    const auto result = complete(command(
        {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", netrunner(), "ctl", socket(), "stop"}));
    CHECK_REFUSED(result, "cannot reach the socket '" + socket() + "': permission denied");
    CHECK(process.running());
    stop(process);
}

TEST_SUITE_END();
