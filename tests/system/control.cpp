// --control: requests to a real run, from its leash and from visitors.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>

#include "live_trial.hpp"
#include "terminal.hpp"

using namespace support;

namespace {

using nlohmann::json;

struct ControlTrial : LiveTrial {
    // A run that logs SIGTERM and SIGUSR1, with a leash.
    Leashed logging(std::vector<std::string> options = {}) {
        options.insert(options.end(), {"--", program("log_signals"), path("log"), "15,10", "7"});
        auto started = leash(options);
        ready(started.process, path("log"));
        return started;
    }
    std::vector<std::string> logged() { return lines(read_text(path("log"))); }
    Process listening(std::vector<std::string> options = {}, std::vector<std::string> words = {"sleep", "60"}) {
        options.insert(options.begin(), {"--control", socket()});
        options.emplace_back("--");
        options.insert(options.end(), words.begin(), words.end());
        return start(runner(options));
    }
};

}  // namespace

TEST_SUITE_BEGIN("control");

TEST_CASE_FIXTURE(ControlTrial, "status tells the state, the limit and the tree") {
    auto [process, peer] = logging({"-t", "10m"});
    // The command can announce itself before netrunner has taken the message that it runs.
    CHECK(wait_until([&] { return peer.ask({{"cmd", "status"}})["state"] == "running"; }));
    const json answer = peer.ask({{"id", 1}, {"cmd", "status"}});
    CHECK(answer["id"] == 1);
    CHECK(answer["ok"] == true);
    CHECK(answer["state"] == "running");
    CHECK(answer["pid"] == announced(path("log")));
    CHECK(answer["timeout"] == 600);
    CHECK(answer["elapsed"] < 60);
    CHECK(answer["processes"] == 1);
    CHECK(answer["memory"] > 0);
    CHECK(answer["stdout"] == 0);
    CHECK(peer.ask({{"id", "text"}, {"cmd", "status"}})["id"] == "text");
    CHECK(!peer.ask({{"cmd", "status"}}).contains("id"));
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "a limit that is extended lets the command end by itself") {
    auto [process, peer] = leash({"-t", "1s", "--events", path("ev"), "--report", path("report"), "--", "sleep", "2"});
    const json answer = peer.ask({{"id", 1}, {"cmd", "extend"}, {"by", "9s"}});
    CHECK(answer == json{{"id", 1}, {"ok", true}, {"timeout", 10}});
    const auto result = process.finish();
    CHECK(result.ending == exit_code(0));
    const json changed = event_in(events_in("ev"), "changed");
    CHECK(changed["timeout"] == 10);
    CHECK(changed["by"]["uid"] == ::getuid());
    const json changes = report_at(path("report"))["changes"];
    REQUIRE(changes.size() == 1);
    CHECK(changes[0]["timeout"] == 10);
    CHECK(changes[0]["after"] < 1);
    CHECK(changes[0]["by"]["pid"] == ::getpid());
}

TEST_CASE_FIXTURE(ControlTrial, "a new limit counts from the start, and its verdict names it") {
    auto [process, peer] = leash({"-t", "1h", "--", "sleep", "60"});
    CHECK(peer.ask({{"cmd", "extend"}, {"to", "1500ms"}})["timeout"] == 1.5);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(124));
    CHECK(contains(result.err, "timed out after 1.5s"));
    CHECK_WALL(result, 1500ms, 10s);
}

TEST_CASE_FIXTURE(ControlTrial, "a limit can be set and lifted") {
    auto [process, peer] = leash({"--", "sh", "-c", "echo go; exec sleep 60"});
    CHECK(peer.ask({{"cmd", "extend"}, {"by", "1s"}})["error"] == "no-timeout");
    CHECK(peer.ask({{"cmd", "extend"}, {"to", 3600}})["timeout"] == 3600);
    CHECK(peer.ask({{"cmd", "extend"}, {"by", "1m"}})["timeout"] == 3660);
    CHECK(peer.ask({{"cmd", "extend"}, {"to", "infinity"}})["timeout"].is_null());
    process.wait_for_output("go");  // which takes longer than the limit
    CHECK(peer.ask({{"cmd", "extend"}, {"to", "1ms"}})["error"] == "bad-argument");
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "a signal goes to the command alone") {
    auto [process, peer] = logging();
    CHECK(peer.ask({{"cmd", "signal"}, {"name", "USR1"}})["ok"] == true);
    CHECK(wait_until([&] { return contains(read_text(path("log")), "10"); }));
    CHECK(peer.ask({{"cmd", "signal"}, {"name", "TERM"}})["ok"] == true);
    CHECK(process.finish().ending == exit_code(7));
}

TEST_CASE_FIXTURE(ControlTrial, "stop climbs the ladder, and a second stop kills at once") {
    auto [process, peer] = leash({"-q", "--events", path("ev"), "-k", "1h", "--", "sh", "-c",
                                  "trap '' TERM; echo go; while :; do sleep 1; done"});
    process.wait_for_output("go");
    CHECK(peer.ask({{"cmd", "stop"}})["ok"] == true);
    CHECK(wait_until([&] { return peer.ask({{"cmd", "status"}})["stop"] == "cancelled"; }));
    CHECK(peer.ask({{"cmd", "stop"}})["ok"] == true);
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK_WALL(result, 0s, 10s);
}

TEST_CASE_FIXTURE(ControlTrial, "a new size reaches the command within 50 ms") {
    auto [process, peer] =
        leash({"--pty", "--stdin", "null", "--", "bash", "-c",
               "trap 'echo \"$EPOCHREALTIME $(stty size </dev/tty)\"' WINCH; echo go; while :; do sleep 0.01; done"});
    process.wait_for_output("go");
    timespec sent{};
    ::clock_gettime(CLOCK_REALTIME, &sent);
    CHECK(peer.ask({{"cmd", "resize"}, {"columns", 77}, {"rows", 33}})["ok"] == true);
    process.wait_for_output("33 77");
    const auto line = lines(process.out()).back();
    const double seen = std::stod(line.substr(0, line.find(' ')));
    CHECK(seen - (static_cast<double>(sent.tv_sec) + static_cast<double>(sent.tv_nsec) / 1e9) < 0.05 * slowness());
    CHECK(peer.ask({{"cmd", "stop"}})["ok"] == true);
    process.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "without a terminal there is nothing to resize") {
    auto [process, peer] = logging();
    const json answer = peer.ask({{"id", 5}, {"cmd", "resize"}, {"columns", 77}, {"rows", 33}});
    CHECK(answer["error"] == "no-terminal");
    CHECK(answer["id"] == 5);
    CHECK(contains(answer["message"], "--pty"));
    CHECK(peer.ask({{"cmd", "close-stdin"}})["error"] == "no-input");
    CHECK(peer.ask({{"cmd", "write"}, {"data", "x"}})["error"] == "no-input");
    CHECK(peer.ask({{"cmd", "read"}, {"stream", "stdout"}})["error"] == "no-output");
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "close-stdin ends an input that netrunner relays") {
    Setup changes;
    changes.in = piped();
    changes.hold_input = true;
    auto [process, peer] = leash({"--stdin", "pipe", "--", "cat"}, changes);
    CHECK(wait_until([&] { return peer.ask({{"cmd", "close-stdin"}}).value("ok", false); }));
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(ControlTrial, "the end of the leash is a stop") {
    for (const bool kills : {false, true}) {
        CAPTURE(kills);
        auto [process, peer] =
            leash({"--report", path("report"), "-k", kills ? "50ms" : "1h", "--", "sh", "-c",
                   std::string(kills ? "trap '' TERM; " : "") + "sleep 60 & setsid sleep 60 & echo go; sleep 60"});
        process.wait_for_output("go");
        const auto closed = Clock::now();
        peer.close();
        const auto result = process.finish();
        CHECK(Clock::now() - closed < scaled(kills ? 1150ms : 1100ms));  // 100 ms, the grace, and the test's own time
        CHECK(contains(result.err, "the other end of --control was closed"));
        CHECK(result.ending == killed_by(kills ? SIGKILL : SIGTERM));
        const json report = report_at(path("report"));
        CHECK(report["stop"]["cause"] == "control-closed");
        CHECK(report["reason"] == "cancelled");
        CHECK(left().empty());
    }
}

TEST_CASE_FIXTURE(ControlTrial, "a pipe as the leash takes commands, and replies go to --events") {
    auto process = start(command(
        {"bash", "-c",
         "coproc \"" + netrunner() +
             "\" run -t 1h --control 0 --events 1 --stdin null --stdout null -- sleep 60; "
             "exec {from}<&${COPROC[0]} {to}>&${COPROC[1]}; eval \"exec ${COPROC[1]}>&-\"; "
             "echo '{\"id\":1,\"cmd\":\"extend\",\"by\":\"1m\"}' >&$to; "
             "while read -ru $from line; do echo \"$line\"; case $line in *'\"ok\":true'*) exec {to}>&-;; esac; "
             "done"}));
    const auto result = process.finish();
    const auto all = json_lines(result.out);
    bool is_answered = false;
    for (const json& each : all) is_answered = is_answered || each == json{{"id", 1}, {"ok", true}, {"timeout", 3660}};
    CHECK(is_answered);
    CHECK(event_in(all, "changed")["by"].is_null());
    CHECK(event_in(all, "end")["report"]["stop"]["cause"] == "control-closed");
}

TEST_CASE_FIXTURE(ControlTrial, "one socket can carry events and requests") {
    auto [peer, other] = LivePeer::pair();
    auto setup = runner({"--control", "9", "--events", "9", "--", "sleep", "60"});
    setup.more_descriptors[9] = other;
    auto process = start(setup);
    ::close(other);
    CHECK(peer.event("start").is_object());
    CHECK(peer.ask({{"cmd", "stop"}})["ok"] == true);
    CHECK(peer.event("end")["report"]["reason"] == "cancelled");
    process.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "a subscriber gets the events, also the end") {
    auto process = listening();
    auto peer = LivePeer::connect(socket());
    CHECK(peer.ask({{"cmd", "events"}})["ok"] == true);
    CHECK(peer.ask({{"cmd", "stop"}})["ok"] == true);
    CHECK(peer.event("step")["cause"] == "cancelled");
    const auto rest = peer.rest();
    CHECK(rest.back()["event"] == "end");
    process.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "visitors come and go, and the socket is removed at the end") {
    auto process = listening({"-t", "1h"});
    for (int i = 0; i < 20; ++i) {
        auto peer = LivePeer::connect(socket());
        CHECK(peer.ask({{"id", i}, {"cmd", "status"}})["id"] == i);
    }
    struct stat info {};
    REQUIRE(::stat(socket().c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    {
        auto peer = LivePeer::connect(socket());
        peer.send("{\"id\":1,\"cmd\":\"status\"}\n");
        peer.finish_sending();  // as a client with a pipe does
        CHECK(peer.next()["id"] == 1);
        CHECK(peer.next().is_null());
    }
    process.signal(SIGTERM);
    process.finish();
    CHECK(::stat(socket().c_str(), &info) != 0);
}

TEST_CASE_FIXTURE(ControlTrial, "a path is refused while a run listens, and used again after its death") {
    auto first = listening();
    LivePeer::connect(socket());
    CHECK_REFUSED(run({"--control", socket(), "--", "touch", directory() + "/started"}),
                  "another process listens there");
    expect_strays();
    first.signal(SIGKILL);
    first.finish();
    CHECK(nothing_left(10s));
    reap_strays();
    auto second = listening();
    CHECK(LivePeer::connect(socket()).ask({{"cmd", "stop"}})["ok"] == true);
    second.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "a path that cannot be listened at is refused") {
    const auto refused = [&](const std::string& where, const std::string& part) {
        CHECK_REFUSED(run({"--control", where, "--", "touch", directory() + "/started"}), part);
    };
    std::ofstream(path("file")) << "text";
    refused(path("file"), "no socket");
    CHECK(read_text(path("file")) == "text");
    refused(directory() + "/missing/s", "missing/s");
    refused("77", "77");
    refused("2", "netrunner's own messages");
    refused("0", "--stdin null, control or FILE");
    CHECK_REFUSED(run({"--stdout", "control", "--", "true"}), "--stdout control needs --control");
    CHECK_REFUSED(run({"--control", socket(), "--pty", "--stderr", "control", "--", "true"}),
                  "a terminal has one output");
}

TEST_CASE_FIXTURE(ControlTrial, "a long path works") {
    const std::string folder = directory() + "/" + std::string(120, 'd');
    REQUIRE(::mkdir(folder.c_str(), 0700) == 0);
    auto process = start(runner({"--control", folder + "/s", "--", "sleep", "60"}));
    CHECK(wait_until([&] { return ::access((folder + "/s").c_str(), F_OK) == 0; }));
    REQUIRE(::symlink(folder.c_str(), path("short").c_str()) == 0);
    CHECK(LivePeer::connect(path("short") + "/s").ask({{"cmd", "stop"}})["ok"] == true);
    process.finish();
    ::rmdir(folder.c_str());
}

TEST_CASE_FIXTURE(ControlTrial, "a process of the run may look and stop, but not lift its limit") {
    std::ofstream(path("ask"))
        << "import socket, sys\n"
           "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
           "s.sendall(b'{\"cmd\":\"extend\",\"by\":\"1h\"}\\n{\"cmd\":\"read\",\"stream\":\"stdout\"}\\n"
           "{\"cmd\":\"write\",\"data\":\"x\"}\\n{\"cmd\":\"status\"}\\n')\n"
           "f = s.makefile()\n"
           "for i in range(4): print(f.readline(), end='')\n";
    for (const std::string prefix : {"exec ", "exec setsid ", "setsid -f ", "(setsid sh -c 'sleep 0.1; \"$@\"' - "}) {
        CAPTURE(prefix);
        const auto end = prefix.starts_with("(") ? " &) ; sleep 3" : prefix == "setsid -f " ? " ; sleep 3" : "";
        const auto result = run({"-t", "30s", "--orphans", "wait", "--control", socket(), "--", "sh", "-c",
                                 prefix + "/usr/bin/python3 " + path("ask") + " " + socket() + end});
        const auto answers = json_lines(result.out);
        REQUIRE(answers.size() == 4);
        for (int i = 0; i < 3; ++i) CHECK(answers[static_cast<std::size_t>(i)]["error"] == "not-permitted");
        CHECK(answers[3]["ok"] == true);
    }
}

TEST_CASE_FIXTURE(ControlTrial, "another user is refused, whatever the mode of the socket") {
    if (::geteuid() != 0) return skip("only root can become another user");
    auto process = listening();
    LivePeer::connect(socket());
    ::chmod(socket().c_str(), 0777);
    ::chmod(directory().c_str(), 0777);
    const auto result = complete(command({"setpriv", "--reuid", "65534", "--clear-groups", "/usr/bin/python3", "-c",
                                          "import socket, sys\n"
                                          "s = socket.socket(socket.AF_UNIX); s.connect('s')\n"
                                          "print(s.makefile().read(), end='')\n"}));
    CHECK(json_lines(result.out)[0]["error"] == "not-permitted");
    CHECK(LivePeer::connect(socket()).ask({{"cmd", "stop"}})["ok"] == true);
    process.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "bad input is answered, and the run goes on") {
    auto process = listening();
    auto peer = LivePeer::connect(socket());
    peer.send(std::string(1024 * 1024, 'x') + "\n");
    CHECK(peer.reply()["error"] == "line-too-long");
    CHECK(peer.ask({{"id", 3}, {"cmd", "dance"}})["error"] == "unknown-command");
    peer.send("{\n");
    CHECK(peer.reply()["error"] == "bad-json");
    std::mt19937 random(7);
    const int rounds = amount(1000, 10'000);
    int sent = 0;
    for (int i = 0; i < rounds; ++i) {
        std::string line(random() % 100, ' ');
        for (char& c : line) c = static_cast<char>(random() % 256);
        std::erase(line, '\n');
        peer.send(line + "\n");
        ++sent;
        CHECK(peer.reply().contains("error"));
    }
    CHECK(peer.ask({{"id", 9}, {"cmd", "status"}})["id"] == 9);
    if (!sanitized) CHECK(resident_bytes(process.pid()) < 8 * 1024 * 1024);
    CHECK(peer.ask({{"cmd", "stop"}})["ok"] == true);
    process.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "an empty line is not answered with silence") {
    auto [process, peer] = logging();
    peer.send("\n");
    CHECK(peer.reply()["error"] == "bad-json");
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "a ninth connection is refused, and a place that is left is free again") {
    auto process = listening();
    std::vector<LivePeer> peers;
    for (int i = 0; i < 8; ++i) {
        peers.push_back(LivePeer::connect(socket()));
        CHECK(peers.back().ask({{"cmd", "status"}})["ok"] == true);
    }
    auto ninth = LivePeer::connect(socket());
    CHECK(ninth.next()["error"] == "too-many-connections");
    CHECK(ninth.next().is_null());
    peers.pop_back();
    CHECK(wait_until([&] {
        auto again = LivePeer::connect(socket());
        return again.ask({{"cmd", "status"}}).contains("ok");
    }));
    CHECK(peers[0].ask({{"cmd", "stop"}})["ok"] == true);
    process.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "a client that does not read its answers is not served on, and costs no memory") {
    auto process = listening();
    auto rude = LivePeer::connect(socket());
    const std::string request = "{\"cmd\":\"status\"}\n";
    for (int i = 0; i < 100'000; ++i) {
        if (::send(rude.descriptor(), request.data(), request.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) break;
    }
    auto peer = LivePeer::connect(socket());
    CHECK(peer.ask({{"cmd", "status"}})["ok"] == true);
    if (!sanitized) CHECK(resident_bytes(process.pid()) < 8 * 1024 * 1024);
    CHECK(peer.ask({{"cmd", "stop"}})["ok"] == true);
    const auto result = process.finish();
    CHECK_WALL(result, 0s, 20s);
}

TEST_CASE_FIXTURE(ControlTrial, "between two attempts the run can be asked and stopped") {
    auto [process, peer] =
        leash({"-q", "--retries", "3", "--retry-delay", "1h", "--report", path("report"), "--", "false"});
    CHECK(wait_until([&] { return peer.ask({{"cmd", "status"}})["state"] == "between-attempts"; }));
    CHECK(peer.ask({{"cmd", "signal"}, {"name", "USR1"}})["error"] == "not-running");
    CHECK(peer.ask({{"cmd", "stop"}})["ok"] == true);
    CHECK(process.finish().ending == killed_by(SIGTERM));
    CHECK(report_at(path("report"))["attempts"].size() == 1);
    auto second = leash({"-q", "--retries", "3", "--retry-delay", "1h", "--report", path("report"), "--", "false"});
    CHECK(wait_until([&] { return second.peer.ask({{"cmd", "status"}})["state"] == "between-attempts"; }));
    second.peer.close();
    second.process.finish();
    CHECK(report_at(path("report"))["stop"]["cause"] == "control-closed");
}

TEST_CASE_FIXTURE(ControlTrial, "a leash that is closed during a stop ends the run after that attempt") {
    auto [process, peer] = leash({"--retries", "3", "--retry-delay", "100ms", "-t", "300ms", "-k", "1s", "--events",
                                  path("ev"), "--", "sh", "-c", "trap '' TERM; echo try; while :; do sleep 0.1; done"});
    CHECK(wait_until([&] { return contains(read_text(path("ev")), "\"step\""); }));
    peer.close();
    const auto result = process.finish();
    CHECK(result.out == "try\n");
    CHECK(contains(result.err, "the other end of --control was closed"));
}

TEST_CASE_FIXTURE(ControlTrial, "a leash with the events that closes its sending half gets the events to the end") {
    auto [process, peer] = leash({"--events", "9", "--", "sleep", "60"});
    peer.event("start");
    peer.finish_sending();
    const auto rest = peer.rest();
    CHECK(event_in(rest, "step")["cause"] == "control-closed");
    CHECK(!event_in(rest, "exit").is_null());
    CHECK(event_in(rest, "end")["report"]["reason"] == "cancelled");
    CHECK(process.finish().ending == killed_by(SIGTERM));
}

TEST_CASE_FIXTURE(ControlTrial, "a leash that closes its sending half gets the reply to its read") {
    auto [process, peer] = leash({"--stdout", "control", "--", "sleep", "60"});
    peer.send("{\"id\":1,\"cmd\":\"read\",\"stream\":\"stdout\"}\n");
    peer.finish_sending();
    CHECK(peer.reply() == json{{"id", 1}, {"ok", true}, {"end", true}});
    process.finish();
}

TEST_CASE_FIXTURE(ControlTrial, "visitors for whom no descriptor is left are refused, and the run goes on") {
    if (sanitized) return skip(needs_more);
    // The parity decides whether the connection or its duplicate is the one that fails.
    int runs = 0;
    for (int limit = 16; limit < 40 && runs < 2; ++limit) {
        auto setup = runner({"--control", socket(), "--", "sh", "-c", "echo go; exec sleep 60"});
        setup.argv.insert(setup.argv.begin(), {"/bin/sh", "-c", "ulimit -n $0; exec \"$@\"", std::to_string(limit)});
        auto process = start(setup);
        process.wait_for("the start", [&] { return contains(process.out(), "go") || !process.running(); });
        if (!contains(process.out(), "go")) {  // too few to start
            process.finish();
            continue;
        }
        ++runs;
        CAPTURE(limit);
        std::vector<LivePeer> peers;
        bool refused = false;
        for (int i = 0; i < 8 && !refused; ++i) {
            peers.push_back(LivePeer::connect(socket()));
            peers.back().send("{\"id\":1,\"cmd\":\"status\"}\n");
            const json answer = peers.back().next();
            refused = answer.contains("error");
            if (refused) CHECK(answer["error"] == "too-many-connections");
        }
        CHECK(refused);
        CHECK(peers[0].ask({{"cmd", "stop"}})["ok"] == true);
        CHECK(process.finish().ending == killed_by(SIGTERM));
    }
    CHECK(runs == 2);
}

TEST_CASE_FIXTURE(ControlTrial, "a visitor from outside the run's PID namespace may extend") {
    auto setup = command({"/usr/bin/unshare", "-rpf", "--mount-proc", "/bin/true"});
    if (complete(setup).ending != exit_code(0)) return skip("cannot make a PID namespace here");
    setup.argv.pop_back();
    const auto inside =
        runner({"--control", socket(), "--report", path("report"), "-t", "1h", "--", "sleep", "60"}).argv;
    setup.argv.insert(setup.argv.end(), inside.begin(), inside.end());
    auto process = start(setup);
    auto visitor = LivePeer::connect(socket());
    CHECK(visitor.ask({{"cmd", "extend"}, {"by", "1m"}})["timeout"] == 3660);
    CHECK(visitor.ask({{"cmd", "stop"}})["ok"] == true);
    process.finish();
    CHECK(report_at(path("report"))["changes"][0]["by"]["pid"] == 0);
}

TEST_CASE_FIXTURE(ControlTrial, "the guard ends the tree when netrunner is killed with everything open") {
    const int rounds = times(30, 500);
    for (int i = 0; i < rounds; ++i) {
        auto [peer, other] = LivePeer::pair();
        auto setup = runner({"--control", "9", "--events", "9", "-t", "1h", "--stdout", "control", "--", "sh", "-c",
                             "setsid sleep 60 & yes"});
        setup.more_descriptors[9] = other;
        auto process = start(setup);
        ::close(other);
        expect_strays();
        peer.send("{\"cmd\":\"read\",\"stream\":\"stdout\",\"max\":9}\n{\"cmd\":\"extend\",\"by\":\"1s\"}\n");
        let_pass(std::chrono::microseconds(331 * i % 20'000));
        process.signal(SIGKILL);
        process.finish();
        for (const json& each : peer.rest()) CHECK(each.is_object());  // `rest` fails at a line without its end
        CHECK(nothing_left(10s));
        reap_strays();
    }
}
