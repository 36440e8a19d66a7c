// --events: every event of a real run, slow and absent readers, several runs that share a reader.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "live_trial.hpp"

using namespace support;

namespace {

using nlohmann::json;

std::vector<std::string> names_of(const std::vector<json>& events) {
    std::vector<std::string> names;
    for (const json& each : events) names.push_back(each.value("event", ""));
    return names;
}

long total(const std::vector<json>& events, const std::string& member) {
    long sum = 0;
    for (const json& each : events) sum += each.value(member, 0L);
    return sum;
}

}  // namespace

TEST_SUITE_BEGIN("events");

TEST_CASE_FIXTURE(LiveTrial, "a run tells its start, its bytes, its exit and its end") {
    const auto result = run({"--events", path("ev"), "--report", path("report"), "-t", "30s", "--", "sh", "-c",
                             "echo out; echo err >&2; exit 3"});
    CHECK(result.ending == exit_code(3));
    const auto events = events_in("ev");
    CHECK(names_of(events) == std::vector<std::string>{"start", "exit", "output", "end"});
    const json report = report_at(path("report"));
    const json& start = events[0];
    CHECK(start["schema"] == 1);
    CHECK(start["pid"] == report["pid"]);
    CHECK(start["command"] == report["command"]);
    CHECK(start["timeout"] == 30);
    CHECK(events[1]["exit_code"] == 3);
    CHECK(events[2]["stdout"] == 4);
    CHECK(events[2]["stderr"] == 4);
    CHECK(events[3]["status"] == 3);
    CHECK(events[3]["report"] == report);
    CHECK(report["events"] == json{{"written", 3}, {"dropped", 0}});
    double last = 0;
    for (const json& each : events) {
        CHECK(each["run"] == start["run"]);
        CHECK(each["t"] >= last);
        last = each["t"];
    }
}

TEST_CASE_FIXTURE(LiveTrial, "without --events the report has none") {
    CHECK(run_reported({"--", "true"}).report["events"].is_null());
    CHECK(run_reported({"--", "true"}).report["changes"].empty());
}

TEST_CASE_FIXTURE(LiveTrial, "a file is appended to") {
    run({"--events", path("ev"), "--", "true"});
    run({"--events", path("ev"), "--", "true"});
    const auto events = events_in("ev");
    CHECK(std::ranges::count(names_of(events), "end") == 2);
    CHECK(events.front()["run"] != events.back()["run"]);
}

TEST_CASE_FIXTURE(LiveTrial, "a line that a full disk has cut is ended before the next one") {
    CHECK(bash("ulimit -f 1; trap '' XFSZ; \"$NR\" run --events cut -- true; exit 0").ending == exit_code(0));
    const auto cut = read_text(path("cut"));
    REQUIRE(cut.size() == 1024);
    REQUIRE(cut.back() != '\n');
    run({"--events", path("cut"), "--", "true"});
    const auto after = json_lines(read_text(path("cut")).substr(1025));
    CHECK(names_of(after) == std::vector<std::string>{"start", "exit", "end"});
}

TEST_CASE_FIXTURE(LiveTrial, "a name that stands for a descriptor has its rules") {
    CHECK_REFUSED(run({"--events", "/dev/stdout", "--", "touch", directory() + "/started"}), "--events 1");
    auto [reader, setup] = reading({"--events", "/dev/fd/8", "--", program("print_fds")});
    auto process = start(setup);
    ::close(setup.more_descriptors[8]);
    CHECK(event_in(reader.rest(), "end")["status"] == 7);
    for (const auto& line : lines(process.finish().out)) CHECK(!begins(line, "8 "));
}

TEST_CASE_FIXTURE(LiveTrial, "a descriptor is netrunner's alone, and ends with it") {
    auto [reader, setup] = reading({"--events", "8", "--", program("print_fds")});
    auto process = start(setup);
    ::close(setup.more_descriptors[8]);
    const auto events = reader.rest();
    const auto result = process.finish();
    CHECK(result.ending == exit_code(7));
    for (const auto& line : lines(result.out)) CHECK(line != "8");
    CHECK(event_in(events, "end")["report"]["exit_code"] == 7);
}

TEST_CASE_FIXTURE(LiveTrial, "standard output can carry the events alone") {
    for (const std::string out : {"null", "out"}) {
        const auto result = run({"--events", "1", "--stdout", out, "--", "echo", "text"});
        CHECK(result.ending == exit_code(0));
        CHECK(event_in(json_lines(result.out), "end")["status"] == 0);
    }
    CHECK(event_in(json_lines(run({"--events", "-", "--stdout", "null", "--", "true"}).out), "end")["status"] == 0);
    path("out");
}

TEST_CASE_FIXTURE(LiveTrial, "a stop tells each step") {
    const auto result = run({"--events", path("ev"), "-q", "-t", "200ms", "-k", "100ms", "--", "sh", "-c",
                             "trap '' TERM; while :; do sleep 1; done"});
    CHECK(result.ending == exit_code(124));
    std::vector<std::string> steps;
    for (const json& each : events_in("ev")) {
        if (each["event"] != "step") continue;
        CHECK(each["cause"] == "timeout");
        steps.push_back(each["signal"]);
    }
    CHECK(steps == std::vector<std::string>{"SIGTERM", "SIGKILL"});
    CHECK(event_in(events_in("ev"), "end")["report"]["reason"] == "timeout");
}

TEST_CASE_FIXTURE(LiveTrial, "a command that is stopped and continued, and its orphan") {
    auto [reader, setup] = reading({"--events", "8", "-q", "--", "sh", "-c",
                                    "trap 'exit 7' TERM; sleep 60 & echo go; while :; do sleep 0.05; done"});
    auto process = start(setup);
    ::close(setup.more_descriptors[8]);
    process.wait_for_output("go");
    const pid_t command = reader.event("start")["pid"];
    ::kill(command, SIGSTOP);
    CHECK(reader.event("stopped")["signal"] == "SIGSTOP");
    ::kill(command, SIGCONT);
    CHECK(reader.event("continued").is_object());
    ::kill(command, SIGTERM);
    const json orphan = reader.event("orphan");
    CHECK(contains(orphan["command"], "sleep 60"));
    CHECK(orphan["ended_by"] == "SIGTERM");
    CHECK(reader.event("end")["status"] == 7);
    process.finish();
}

TEST_CASE_FIXTURE(LiveTrial, "bytes are told while they come") {
    auto [reader, setup] = reading({"--events", "8", "--", "sh", "-c", "printf 12345; sleep 60"});
    auto process = start(setup);
    ::close(setup.more_descriptors[8]);
    process.wait_for_output("12345");
    CHECK(reader.event("output")["stdout"] == 5);
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(LiveTrial, "a command that writes nothing has no bytes to tell of") {
    run({"--events", path("ev"), "--", "sleep", "1.2"});
    CHECK(names_of(events_in("ev")) == std::vector<std::string>{"start", "exit", "end"});
}

TEST_CASE_FIXTURE(LiveTrial, "each attempt tells its own bytes") {
    run({"-q", "--events", path("ev"), "--retries", "1", "--retry-delay", "1ms", "--", "sh", "-c", "echo out; exit 1"});
    const auto events = events_in("ev");
    REQUIRE(names_of(events) == std::vector<std::string>{"start", "exit", "output", "start", "exit", "output", "end"});
    CHECK(events[2]["stdout"] == 4);
    CHECK(events[5]["stdout"] == 4);
}

TEST_CASE_FIXTURE(LiveTrial, "a command that cannot be started has an end only") {
    const auto result = run({"--events", path("ev"), "--", "/nonexistent"});
    CHECK(result.ending == exit_code(127));
    const auto events = events_in("ev");
    CHECK(names_of(events) == std::vector<std::string>{"end"});
    CHECK(events[0]["report"]["reason"] == "spawn-failed");
}

TEST_CASE_FIXTURE(LiveTrial, "long words are cut so that a line has at most 4096 bytes") {
    const std::string word(100'000, 'x');
    run({"--events", path("ev"), "--", "true", word});
    const auto text = read_text(path("ev"));
    CHECK(lines(text).front().size() < 4096);
    CHECK(json::parse(lines(text).front())["cut"] == true);
}

TEST_CASE_FIXTURE(LiveTrial, "a reader that reads nothing is told what was dropped, and of the end") {
    auto [reader, setup] =
        reading({"--events", "8", "--control", "9", "-t", "1h", "--report", path("report"), "--", "sleep", "3600"});
    auto [peer, other] = LivePeer::pair();
    setup.more_descriptors[9] = other;
    ::fcntl(setup.more_descriptors[8], F_SETPIPE_SZ, 4096);
    auto process = start(setup);
    ::close(setup.more_descriptors[8]);
    ::close(other);
    CHECK(wait_until([&] { return peer.ask({{"cmd", "status"}})["state"] == "running"; }));
    const int changes = 2000;
    for (int i = 0; i < changes; ++i) {
        REQUIRE(peer.ask({{"id", i}, {"cmd", "extend"}, {"by", "1s"}})["ok"] == true);
    }
    const auto before = resident_bytes(process.pid());
    process.signal(SIGTERM);
    const auto result = process.finish_unread();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK_WALL(result, 0s, 20s);
    if (!sanitized) CHECK(before < 8 * 1024 * 1024);
    const auto events = reader.rest();
    CHECK(events.back()["event"] == "end");
    const json figures = events.back()["report"]["events"];
    const auto names = names_of(events);
    const auto drops = std::ranges::count(names, "dropped");
    CHECK(drops > 0);
    CHECK(total(events, "count") == figures["dropped"]);
    CHECK(static_cast<long>(events.size()) - drops - 1 == figures["written"]);
    CHECK(figures["written"].get<int>() + figures["dropped"].get<int>() >= changes + 3);  // start, step, exit
    CHECK(report_at(path("report"))["changes"].size() == changes);
}

TEST_CASE_FIXTURE(LiveTrial, "a reader that has gone is no failure") {
    auto [reader, setup] =
        reading({"--events", "8", "--report", path("report"), "--", "sh", "-c", "echo 1; sleep 1.2"});
    reader.close();
    auto process = start(setup);
    ::close(setup.more_descriptors[8]);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(0));
    CHECK(result.err.empty());
    const json figures = report_at(path("report"))["events"];
    CHECK(figures["written"] == 0);
    CHECK(figures["dropped"] >= 2);
}

TEST_CASE_FIXTURE(LiveTrial, "a stuck reader delays the end by no more than the grace") {
    auto [reader, setup] = reading({"--events", "8", "-k", "1s", "--", "true"});
    // A pipe that is full, and that an ordinary user could not enlarge.
    ::fcntl(setup.more_descriptors[8], F_SETPIPE_SZ, 1024 * 1024);
    ::fcntl(setup.more_descriptors[8], F_SETFL, O_NONBLOCK);
    const std::string block(65536, '\n');
    while (::write(setup.more_descriptors[8], block.data(), block.size()) > 0) {
    }
    ::fcntl(setup.more_descriptors[8], F_SETFL, 0);
    auto process = start(setup);
    ::close(setup.more_descriptors[8]);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(0));
    CHECK_WALL(result, 0s, 5s);
    reader.close();
}

TEST_CASE_FIXTURE(LiveTrial, "runs that share a FIFO do not mix their lines") {
    REQUIRE(::mkfifo(path("fifo").c_str(), 0600) == 0);
    const int runs = 2, each = amount(200, 5000);
    // A process that holds the FIFO open for writing keeps the reader from its end until all runs are over.
    const auto script =
        "exec 5<>fifo; cat <fifo 5>&- & exec 6>fifo 5>&-; for i in 1 2; do (for ((k = 0; k < " + std::to_string(each) +
        "; k++)); do \"$NR\" run --events fifo -- true; done) 6>&- & p+=($!); done; wait \"${p[@]}\"; exec 6>&-; wait";
    auto process = start(command({"bash", "-c", "NR=" + netrunner() + "; " + script}));
    const auto result = process.finish(600s);
    CHECK(result.err.empty());
    const auto events = json_lines(result.out);
    CHECK(std::ranges::count(names_of(events), "end") == runs * each);
    CHECK(std::ranges::count(names_of(events), "start") == runs * each);
}

TEST_CASE_FIXTURE(LiveTrial, "what cannot be is refused before the start") {
    const auto refused = [&](std::vector<std::string> options, const std::string& part) {
        options.insert(options.end(), {"--", "touch", directory() + "/started"});
        CHECK_REFUSED(run(options), part);
    };
    refused({"--events", "1"}, "--stdout null, control or FILE");
    refused({"--events", "2"}, "netrunner's own messages");
    refused({"--events", "0"}, "--events 0");
    refused({"--events", "77"}, "77");
    refused({"--events", ""}, "--events");
    refused({"--events", "1", "--stdout", "null", "--report", "-"}, "the report goes to standard output too");
    refused({"--events", directory() + "/missing/ev"}, "missing/ev");
    refused({"--events", "a", "--events", "b"}, "'b' is a second one");
}

TEST_CASE_FIXTURE(LiveTrial, "an early signal does not cost the report") {
    const int rounds = times(100, 1000);
    for (int i = 0; i < rounds; ++i) {
        std::filesystem::remove(path("report"));
        auto process = start(runner({"-q", "--report", path("report"), "--", "sleep", "60"}));
        // A signal that comes before main() meets the default disposition: nothing can hold it.
        REQUIRE(wait_until([&] { return contains(status_field(process.pid(), "SigBlk"), "f"); }));
        let_pass(std::chrono::microseconds(37 * i % 4000));
        process.signal(SIGINT);
        process.finish();
        REQUIRE(std::filesystem::exists(path("report")));
        CHECK(report_at(path("report"))["reason"] == "cancelled");
    }
}
