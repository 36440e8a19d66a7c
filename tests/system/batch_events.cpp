// --events of a batch: the events of each job for one reader.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <set>

#include "batch_trial.hpp"
#include "live_peer.hpp"

using namespace support;

namespace {

using nlohmann::json;

struct EventsTrial : BatchTrial {
    // The events of the job with this number, in their order.
    std::vector<json> of_job(const std::vector<json>& all, int number) {
        std::vector<json> own;
        std::ranges::copy_if(all, std::back_inserter(own),
                             [&](const json& e) { return e.value("number", 0) == number; });
        return own;
    }
    std::vector<json> events() { return json_lines(text_of("ev")); }
};

std::vector<std::string> names_of(const std::vector<json>& events) {
    std::vector<std::string> names;
    for (const json& each : events) names.push_back(each.value("event", ""));
    return names;
}

}  // namespace

TEST_SUITE_BEGIN("batch_events");

TEST_CASE_FIXTURE(EventsTrial, "each job tells its start, its exit, its bytes and its end") {
    const auto result = run_batch({"--events", path("ev"), "--report", path("report"), "-q", "--", "sh", "-c",
                                   "echo out; exit $0", ":::", "0", "3", "0"});
    CHECK(result.ending == exit_code(1));
    const auto all = events();
    for (int number = 1; number <= 3; ++number) {
        CAPTURE(number);
        const auto own = of_job(all, number);
        CHECK(names_of(own) == std::vector<std::string>{"start", "exit", "output", "end"});
        const int code = number == 2 ? 3 : 0;
        CHECK(own[0]["id"].is_null());
        CHECK(own[0]["command"].back() == std::to_string(code));
        CHECK(own[1]["exit_code"] == code);
        CHECK(own[2]["stdout"] == 4);
        CHECK(own[3]["status"] == code);
        const json reported = job_in(path("report"), number);
        CHECK(own[3]["report"]["pid"] == reported["pid"]);
        CHECK(own[3]["report"]["time"] == reported["time"]);
    }
    CHECK(reported(path("report"), "trailer").front()["events"] == json{{"written", 12}, {"dropped", 0}});
}

TEST_CASE_FIXTURE(EventsTrial, "a job that writes nothing has no bytes to tell of") {
    run_batch({"--events", path("ev"), "-q", "--", "sleep", ":::", "1.2"});
    CHECK(names_of(events()) == std::vector<std::string>{"start", "exit", "end"});
}

TEST_CASE_FIXTURE(EventsTrial, "a job has its id, and a record that cannot be a job has an end only") {
    run_batch_of("{\"command\":[\"true\"],\"id\":\"a\"}\n{\"command\":7}\n", {"--jsonl", "--events", path("ev"), "-q"});
    const auto all = events();
    for (const json& each : of_job(all, 1)) CHECK(each["id"] == "a");
    const auto bad = of_job(all, 2);
    CHECK(names_of(bad) == std::vector<std::string>{"end"});
    CHECK(bad[0]["report"]["reason"] == "spawn-failed");
}

TEST_CASE_FIXTURE(EventsTrial, "bytes and steps are told while the jobs run") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    LivePeer reader(ends[0]);
    auto setup = batch({"-q", "-j", "2", "--events", "8", "--output-mode", "line", "--", "sh", "-c",
                        "echo $0; sleep 60", ":::", "1", "22"});
    setup.more_descriptors[8] = ends[1];
    auto process = start(setup);
    ::close(ends[1]);
    std::set<int> bytes;
    while (bytes.size() < 2) bytes.insert(reader.event("output")["stdout"].get<int>());
    CHECK(bytes == std::set<int>{2, 3});
    process.signal(SIGTERM);
    int steps = 0;
    for (const json& each : reader.rest()) steps += each["event"] == "step" && each["cause"] == "cancelled" ? 1 : 0;
    CHECK(steps == 2);
    process.finish();
}

TEST_CASE_FIXTURE(EventsTrial, "attempts tell a start and an exit each, and one end") {
    run_batch({"--events", path("ev"), "-q", "--retries", "2", "--retry-delay", "0", "--", "false", ":::", "1"});
    const auto names = names_of(events());
    CHECK(std::ranges::count(names, "start") == 3);
    CHECK(std::ranges::count(names, "exit") == 3);
    CHECK(std::ranges::count(names, "end") == 1);
}

TEST_CASE_FIXTURE(EventsTrial, "a reader that reads nothing costs neither time nor memory, and is told") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    LivePeer reader(ends[0]);
    const int jobs = amount(600, 5000);
    std::string input;
    for (int i = 0; i < jobs; ++i) input += std::to_string(i) + "\n";
    auto setup = batch_of(input, {"-q", "--events", "8", "--report", path("report"), "--", "true"});
    setup.more_descriptors[8] = ends[1];
    auto process = start(setup);
    ::close(ends[1]);
    const auto result = process.finish_unread(120s);
    CHECK(result.ending == exit_code(0));
    const auto all = reader.rest();
    const json figures = reported(path("report"), "trailer").front()["events"];
    long dropped = 0, written = 0;
    for (const json& each : all) {
        if (each["event"] == "dropped") {
            dropped += each["count"].get<long>();
        } else {
            ++written;
        }
    }
    CHECK(dropped > 0);
    CHECK(figures["written"] == written);
    CHECK(figures["dropped"] >= dropped);  // the last ones have no event after them
    CHECK(figures["written"].get<long>() + figures["dropped"].get<long>() >= 3L * jobs);
}

TEST_CASE_FIXTURE(EventsTrial, "what cannot be is refused before the start") {
    const auto refused = [&](std::vector<std::string> options, const std::string& part) {
        options.insert(options.end(), {"--", "touch", directory() + "/started", ":::", "1"});
        CHECK_REFUSED(run_batch(options), part);
    };
    refused({"--events", "1"}, "the output of the jobs goes there");
    refused({"--events", "2"}, "netrunner's own messages go there");
    refused({"--events", "0"}, "descriptor 0 is for input");
    refused({"--events", "77"}, "77");
    refused({"--control", "77"}, "requests are for one run");
    refused({"--stdout", "control"}, "requests are for one run");
    refused({"--events", path("same"), "--report", path("same")}, "name the same file");
}
