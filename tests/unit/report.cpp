#include "src/report/report.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <nlohmann/json.hpp>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

nlohmann::json rendered(const Outcome& outcome, Ending ending = {}, std::vector<std::string> command = {"cmd"}) {
    Options options;
    options.command = std::move(command);
    return nlohmann::json::parse(render_report({options, outcome, ending, verdict_of(outcome)}));
}

}  // namespace

TEST_SUITE_BEGIN("report");

TEST_CASE("unknown values are null") {
    Outcome outcome;
    outcome.end = NotStarted{.fault = NotStarted::Fault::not_found,
                             .stage = "exec",
                             .error = ENOENT,
                             .message = "cannot run 'cmd': no such file or directory"};
    const auto report = rendered(outcome, {127, {}});
    CHECK(report["reason"] == "spawn-failed");
    for (const char* field : {"exit_code", "signal", "pid", "usage", "stop", "cgroup"}) CHECK(report[field].is_null());
    CHECK(report["memory"]["peak"].is_null());
    CHECK(report["time"]["user"].is_null());
    CHECK(report["time"]["startup"].is_null());
    CHECK(report["stdout"]["bytes"].is_null());
    CHECK(report["stdout"]["truncated"].is_null());
    CHECK(report["error"]["stage"] == "exec");
    CHECK(report["error"]["errno"] == "ENOENT");
    CHECK(report["message"] == report["error"]["message"]);
    CHECK(report["status"] == 127);
}

TEST_CASE("the limits are those that were asked for, also if the run was refused") {
    Options options;
    options.command = {"cmd"};
    options.timeout = 90s;
    options.max_rss = 1000;
    options.max_processes = 7;
    Outcome outcome;
    const auto limits = [&] { return nlohmann::json::parse(render_report({options, outcome, {}, ""}))["limits"]; };
    CHECK(limits()["timeout"] == 90);
    CHECK(limits()["cpu_time"].is_null());
    CHECK(limits()["memory"] == 1000);
    CHECK(limits()["memory_source"] == "resident-sum");
    CHECK(limits()["processes"] == 7);
    options.cgroup.settings.push_back({.file = "memory.max", .value = "4096", .option = "--memory-max"});
    CHECK(limits()["memory"] == 4096);
    CHECK(limits()["memory_source"] == "cgroup");
    outcome.cgroup = GroupRecord{.path = "/g", .limits = {{"memory.max", "8192"}}, .figures = {}};
    CHECK(limits()["memory"] == 8192);
}

TEST_CASE("the figures are in bytes and seconds") {
    Outcome outcome;
    outcome.pid = 4242;
    outcome.usage = protocol::Usage{.user_us = 900'000, .system_us = 100'000, .max_rss = 10485760};
    outcome.wall = 1250ms;
    outcome.startup = 600us;
    outcome.standard_output = {.mode = "pipe", .bytes = 123, .blocked = 500ms, .lost = true, .dropped = 77};
    outcome.started_at = std::chrono::system_clock::time_point(1767323045678901us);
    const auto report = rendered(outcome);
    CHECK(report["time"]["wall"] == 1.25);
    CHECK(report["time"]["user"] == doctest::Approx(0.9));
    CHECK(report["time"]["startup"] == doctest::Approx(0.0006));
    CHECK(report["memory"]["peak"] == 10485760);
    CHECK(report["memory"]["source"] == "rusage");
    CHECK(report["stdout"]["blocked"] == 0.5);
    CHECK(report["stdout"]["truncated"] == true);
    CHECK(report["stdout"]["dropped"] == 77);
    CHECK(report["stderr"]["dropped"].is_null());
    CHECK(report["started_at"] == "2026-01-02T03:04:05.678901Z");
}

TEST_CASE("the attempts of --retries are listed, and none without") {
    Outcome outcome;
    CHECK(rendered(outcome)["attempts"] == nlohmann::json::array());
    outcome.attempts = {{.reason = "timeout", .status = 124, .signal = SIGTERM, .wall = 1500ms},
                        {.reason = "exited", .status = 3, .exit_code = 3}};
    const auto report = rendered(outcome);
    REQUIRE(report["attempts"].size() == 2);
    CHECK(report["attempts"][0]["signal"] == "SIGTERM");
    CHECK(report["attempts"][0]["exit_code"].is_null());
    CHECK(report["attempts"][0]["wall"] == 1.5);
    CHECK(report["attempts"][1]["exit_code"] == 3);
}

TEST_CASE("a stop has its cause and its steps, and each orphan the signal that ended it") {
    Outcome outcome;
    outcome.end = Signaled{SIGKILL, true};
    outcome.stop =
        StopRecord{.cause = StopCause::idle_timeout, .steps = {{SIGTERM, 30s, true}, {SIGKILL, 35s}}, .limit = "30s"};
    outcome.orphans = {{.pid = 4243, .name = "sleep", .command = "sleep 100", .ended_by = SIGTERM},
                       {.pid = 4244, .name = "kernelish", .command = "", .ended_by = SIGKILL}};
    const auto report = rendered(outcome, {124, {}});
    CHECK(report["reason"] == "idle-timeout");
    CHECK(report["signal"] == "SIGKILL");
    CHECK(report["core_dumped"] == true);
    CHECK(report["stop"]["cause"] == "idle-timeout");
    CHECK(report["stop"]["steps"][0] == nlohmann::json{{"signal", "SIGTERM"}, {"after", 30.0}, {"to", "command"}});
    CHECK(report["stop"]["steps"][1] == nlohmann::json{{"signal", "SIGKILL"}, {"after", 35.0}, {"to", "tree"}});
    CHECK(report["orphans"][0]["command"] == "sleep 100");
    CHECK(report["orphans"][1]["command"] == "kernelish");
    CHECK(report["orphans"][1]["ended_by"] == "SIGKILL");
}

TEST_CASE("the command of --on-timeout is reported with its output") {
    Outcome outcome;
    CHECK(rendered(outcome)["on_stop"].is_null());
    outcome.on_stop = StopCommandRecord{.status = 3, .output = "a\xff", .truncated = true, .duration = 250ms};
    CHECK(rendered(outcome)["on_stop"] ==
          nlohmann::json{{"status", 3}, {"output", "a\xef\xbf\xbd"}, {"truncated", true}, {"duration", 0.25}});
}

TEST_CASE("arguments that are not UTF-8 still make valid JSON") {
    const auto report = rendered({}, {}, {"printf", "\xff\xfe", "\x01\n\"", "Ünïcode"});
    CHECK(report["command"][1] == "\xef\xbf\xbd\xef\xbf\xbd");
    CHECK(report["command"][2] == "\x01\n\"");
    CHECK(report["command"][3] == "Ünïcode");
}

TEST_SUITE_END();
