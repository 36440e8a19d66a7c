// --stdin control, --stdout control, --stderr control: the command's streams, moved by requests.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "live_trial.hpp"

using namespace support;

namespace {

using nlohmann::json;

struct DataTrial : LiveTrial {
    Leashed controlled(std::vector<std::string> options, std::vector<std::string> words) {
        options.insert(options.begin(), {"--stdin", "control", "--stdout", "control"});
        options.emplace_back("--");
        options.insert(options.end(), words.begin(), words.end());
        return leash(options);
    }
};

json write_of(const std::string& text) { return {{"id", "w"}, {"cmd", "write"}, {"data", text}}; }
json read_of(std::size_t max = 65536) { return {{"id", "r"}, {"cmd", "read"}, {"stream", "stdout"}, {"max", max}}; }

}  // namespace

TEST_SUITE_BEGIN("control_data");

TEST_CASE_FIXTURE(DataTrial, "what is written is read again, until the input is closed") {
    auto [process, peer] = controlled({"--report", path("report")}, {"cat"});
    for (int i = 0; i < 50; ++i) {
        const auto text = "line " + std::to_string(i) + "\n";
        CHECK(peer.ask(write_of(text)) == json{{"id", "w"}, {"ok", true}});
        CHECK(peer.ask(read_of())["data"] == text);
    }
    CHECK(peer.ask({{"cmd", "close-stdin"}})["ok"] == true);
    CHECK(peer.ask(read_of()) == json{{"id", "r"}, {"ok", true}, {"end", true}});
    const auto result = process.finish();
    CHECK(result.ending == exit_code(0));
    CHECK(result.out.empty());
    const json report = report_at(path("report"));
    CHECK(report["stdin"] == json{{"mode", "control"}, {"bytes", 390}});
    CHECK(report["stdout"]["mode"] == "control");
    CHECK(report["stdout"]["bytes"] == 390);
    CHECK(report["stdout"]["truncated"] == false);
}

TEST_CASE_FIXTURE(DataTrial, "the first read of each output is answered also if the command has written nothing") {
    auto [process, peer] = controlled({"--stderr", "control", "--events", path("ev")}, {"true"});
    CHECK(wait_until([&] { return contains(read_text(path("ev")), "\"exit\""); }));
    CHECK(!wait_until([&] { return !process.running(); }, 100ms));
    CHECK(peer.ask(read_of()) == json{{"id", "r"}, {"ok", true}, {"end", true}});
    CHECK(peer.ask({{"id", 2}, {"cmd", "read"}, {"stream", "stderr"}}) == json{{"id", 2}, {"ok", true}, {"end", true}});
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(DataTrial, "bytes of every value pass as base64") {
    auto [process, peer] = controlled({}, {"cat"});
    std::string bytes;
    for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i * 7);
    CHECK(peer.ask({{"cmd", "write"}, {"data", to_base64(bytes)}, {"base64", true}})["ok"] == true);
    std::string got;
    while (got.size() < bytes.size()) {
        const json answer = peer.ask(read_of(100));
        REQUIRE(answer.contains("data"));
        const std::string part = answer["data"];
        const auto decoded = answer.value("base64", false) ? from_base64(part) : part;
        CHECK(decoded.size() <= 100);
        got += decoded;
    }
    CHECK(got == bytes);
    CHECK(peer.ask({{"cmd", "close-stdin"}})["ok"] == true);
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(DataTrial, "a write is answered when the command's pipe has taken it") {
    auto [process, peer] =
        controlled({"--pipe-size", "4096"}, {"sh", "-c", "while [ ! -e go ]; do sleep 0.05; done; exec cat"});
    const std::string text(60'000, 'x');
    peer.send(write_of(text).dump() + "\n");
    // The commands after it overtake it.
    CHECK(peer.ask(write_of("more"))["error"] == "busy");
    CHECK(peer.ask({{"cmd", "status"}})["ok"] == true);
    std::ofstream(path("go")) << "go";
    std::string got;
    bool taken = false;
    while (got.size() < text.size()) {
        json answer = peer.ask(read_of());
        while (answer["id"] == "w") {
            taken = true;
            answer = peer.reply();
        }
        got += answer["data"];
    }
    if (!taken) CHECK(peer.reply()["id"] == "w");
    CHECK(got == text);
    CHECK(peer.ask({{"cmd", "close-stdin"}})["ok"] == true);
    process.signal(SIGTERM);
    process.finish();
    end_leftovers();
}

TEST_CASE_FIXTURE(DataTrial, "an input that the command has closed is an error") {
    auto [process, peer] = controlled({}, {"sh", "-c", "exec <&-; echo closed; sleep 60"});
    CHECK(peer.ask(read_of())["data"] == "closed\n");
    CHECK(peer.ask(write_of("x"))["error"] == "closed");
    CHECK(peer.ask(write_of("x"))["error"] == "no-input");
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(DataTrial, "what nobody asks for stays in the pipe, and the command sleeps in write") {
    auto [process, peer] = controlled({}, {"yes"});
    REQUIRE(wait_until([&] { return peer.ask({{"cmd", "status"}})["state"] == "running"; }));
    const pid_t command = peer.ask({{"cmd", "status"}})["pid"];
    const auto written = [&] { return bytes_written(command); };
    REQUIRE(settles(written, 300ms));
    CHECK(state_of(command) == 'S');
    const auto before = written();
    CHECK(before <= 256 * 1024 + 65536);
    CHECK(peer.ask({{"cmd", "status"}})["stdout"] == 0);
    CHECK(peer.ask(read_of(10))["data"] == "y\ny\ny\ny\ny\n");
    CHECK(peer.ask({{"cmd", "status"}})["stdout"] == 10);
    CHECK(peer.ask({{"cmd", "stop"}})["ok"] == true);
    process.finish();
}

TEST_CASE_FIXTURE(DataTrial, "a gigabyte is read in equal bytes and flat memory") {
    const auto size = static_cast<std::size_t>(amount(16, 1024)) * 1024 * 1024;
    auto [process, peer] = controlled({}, {program("write_bytes"), std::to_string(size)});
    std::size_t got = 0;
    long most = 0;
    while (true) {
        const json answer = peer.ask(read_of());
        if (answer.contains("error")) {
            CHECK(answer["error"] == "not-running");
            continue;
        }
        if (answer.value("end", false)) break;
        const std::string part = answer["data"];
        got += answer.value("base64", false) ? from_base64(part).size() : part.size();
        most = std::max(most, resident_bytes(process.pid()));
    }
    CHECK(got == size);
    if (!sanitized) CHECK(most < 10 * 1024 * 1024);
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(DataTrial, "output that was not read stays readable after the command's end") {
    auto [process, peer] = controlled({}, {"sh", "-c", "echo last; exit 3"});
    CHECK(wait_until([&] { return peer.ask({{"cmd", "status"}})["state"] == "draining"; }));
    CHECK(peer.read_all() == "last\n");
    CHECK(process.finish().ending == exit_code(3));
}

TEST_CASE_FIXTURE(DataTrial, "the time limit ends the wait for a reader") {
    auto [process, peer] = controlled({"-t", "1s", "--report", path("report")}, {"sh", "-c", "echo last; exit 3"});
    const auto result = process.finish();
    CHECK(result.ending == exit_code(124));
    CHECK_WALL(result, 1s, 12s);
    const auto report = report_at(path("report"));
    CHECK(report["reason"] == "timeout");
    CHECK(report["exit_code"] == 3);
    CHECK(report["stop"]["steps"].empty());
    CHECK(report["stdout"]["truncated"] == true);
}

TEST_CASE_FIXTURE(DataTrial, "the end of the leash ends the wait for a reader") {
    auto [process, peer] = controlled({"--report", path("report")}, {"sh", "-c", "echo last; exit 3"});
    CHECK(wait_until([&] { return peer.ask({{"cmd", "status"}})["state"] == "draining"; }));
    peer.close();
    CHECK(process.finish().ending == exit_code(3));
    CHECK(report_at(path("report"))["stdout"]["truncated"] == true);
}

TEST_CASE_FIXTURE(DataTrial, "a stop ends the wait for a reader after the grace") {
    auto [process, peer] = controlled({"-q", "-k", "100ms"}, {"yes"});
    CHECK(peer.ask({{"cmd", "stop"}})["ok"] == true);
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK_WALL(result, 0s, 10s);
}

TEST_CASE_FIXTURE(DataTrial, "a read that waits is answered when bytes come, and again at the end") {
    auto [process, peer] = controlled({}, {"sh", "-c", "read line; echo \"got $line\""});
    peer.send(read_of().dump() + "\n");
    CHECK(peer.ask(read_of())["error"] == "busy");
    CHECK(peer.ask(write_of("word\n"))["id"] == "w");
    CHECK(peer.reply()["data"] == "got word\n");
    peer.send(read_of().dump() + "\n");
    CHECK(peer.reply()["end"] == true);
    process.finish();
}

TEST_CASE_FIXTURE(DataTrial, "a visitor that goes takes no bytes with it") {
    auto process = start(runner({"--control", socket(), "--stdin", "control", "--stdout", "control", "--", "cat"}));
    auto peer = LivePeer::connect(socket());
    {
        auto other = LivePeer::connect(socket());
        other.send(read_of().dump() + "\n");
        CHECK(other.ask({{"cmd", "status"}})["ok"] == true);
        CHECK(peer.ask(read_of())["error"] == "busy");
    }
    CHECK(peer.ask(write_of("text"))["ok"] == true);
    CHECK(wait_until([&] {
        const json answer = peer.ask(read_of());
        return answer.value("data", "") == "text";
    }));
    CHECK(peer.ask({{"cmd", "close-stdin"}})["ok"] == true);
    CHECK(peer.ask(read_of())["end"] == true);
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(DataTrial, "standard error is a stream of its own, or goes where it went") {
    auto [process, peer] =
        leash({"--stdout", "control", "--stderr", "control", "--", "sh", "-c", "echo out; echo err >&2"});
    CHECK(wait_until([&] { return peer.ask({{"cmd", "status"}})["state"] == "draining"; }));
    CHECK(peer.read_all("stderr") == "err\n");
    CHECK(peer.read_all() == "out\n");
    process.finish();
    auto other = leash({"--stdout", "control", "--", "sh", "-c", "echo out; echo err >&2"});
    CHECK(wait_until([&] { return other.peer.ask({{"cmd", "status"}})["state"] == "draining"; }));
    CHECK(other.peer.read_all() == "out\n");
    CHECK(other.process.finish().err == "err\n");
    auto merged = leash({"--stdout", "control", "--stderr", "stdout", "--", "sh", "-c", "echo out; echo err >&2"});
    CHECK(wait_until([&] { return merged.peer.ask({{"cmd", "status"}})["state"] == "draining"; }));
    CHECK(merged.peer.read_all() == "out\nerr\n");
    merged.process.finish();
}

TEST_CASE_FIXTURE(DataTrial, "on a pseudo-terminal, write types, and close-stdin is the end-of-file key") {
    auto [process, peer] =
        controlled({"--pty", "--winsize", "90x20"}, {"sh", "-c", "stty size; tty >/dev/null && cat; echo end"});
    const auto read_until = [&](const std::string& part) {
        std::string all;
        while (!contains(all, part)) {
            const json answer = peer.ask(read_of());
            if (answer.contains("error")) continue;
            REQUIRE_MESSAGE(answer.contains("data"), answer.dump());
            all += answer["data"];
        }
        return all;
    };
    CHECK(contains(read_until("20 90\n"), "20 90\n"));
    CHECK(peer.ask(write_of("word\n"))["ok"] == true);
    CHECK(contains(read_until("word\nword\n"), "word\nword\n"));  // the echo, and cat
    CHECK(peer.ask({{"cmd", "resize"}, {"columns", 100}, {"rows", 30}})["ok"] == true);
    CHECK(peer.ask({{"cmd", "close-stdin"}})["ok"] == true);
    CHECK(contains(read_until("end\n"), "end\n"));
    CHECK(peer.ask(read_of())["end"] == true);
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(DataTrial, "a typed interrupt reaches the command on the terminal") {
    // A shell that is interrupted just before it starts `sleep 60` runs its trap after that.
    auto [process, peer] =
        controlled({"--pty"}, {"sh", "-c", "trap 'echo caught; exit 9' INT; echo go; while :; do sleep 0.1; done"});
    std::string all;
    while (!contains(all, "go\n")) all += peer.ask(read_of()).value("data", "");
    CHECK(peer.ask(write_of("\x03"))["ok"] == true);
    all += peer.read_all();
    CHECK(contains(all, "caught\n"));
    CHECK(process.finish().ending == exit_code(9));
}

TEST_CASE_FIXTURE(DataTrial, "-o, stamps and limits see what requests read") {
    auto [process, peer] =
        leash({"--stdout", "control", "-o", path("log"), "--prefix", "> ", "--", "sh", "-c", "echo one; echo two"});
    CHECK(wait_until([&] { return peer.ask({{"cmd", "status"}})["state"] == "draining"; }));
    CHECK(peer.read_all("stdout", 5) == "> one\n> two\n");
    process.finish();
    CHECK(read_text(path("log")) == "one\ntwo\n");
    auto limited = leash({"--stdout", "control", "--max-output", "100", "-q", "--", "yes"});
    CHECK(limited.peer.read_all().size() == 100);
    CHECK(limited.process.finish().ending == exit_code(124));
}

TEST_CASE_FIXTURE(DataTrial, "silence is not counted while bytes wait for a request") {
    auto [process, peer] = controlled({"--idle-timeout", "2s"}, {"sh", "-c", "yes | head -c 1000000; echo end"});
    let_pass(3s);
    CHECK(peer.read_all().size() == 1'000'004);
    CHECK(process.finish().ending == exit_code(0));
}
