#include "src/batch/report_lines.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "src/report/report.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;
using Json = nlohmann::json;

namespace {

ReportLine parsed(std::string line) {
    REQUIRE(line.ends_with('\n'));
    line.pop_back();
    CHECK(line.find('\n') == std::string::npos);
    return parse_report_line(line);
}

std::string refusal(const std::string& line) {
    try {
        parse_report_line(line);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

std::string job_line(const JobNames& names, int code) {
    Options options;
    options.command = {"echo", "a\xff"};
    Outcome outcome;
    outcome.end = Exited{code};
    outcome.wall = std::chrono::milliseconds(1500);
    return render_job_line({.options = options, .outcome = outcome, .ending = {.status = code}, .verdict = ""}, names);
}

}  // namespace

TEST_SUITE_BEGIN("report_lines");

TEST_CASE("a header is read back") {
    const std::string line = render_header(
        {.argv = {"netrunner", "batch", "\xff"},
         .input_digest = "abc",
         .jobs = 3,
         .shard = {ShardChoice::Kind::hash, 2, 4},
         .resumed = true,
         .started_at = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'767'323'045'678))});
    const auto header = std::get<ReportHeader>(parsed(line));
    CHECK(header.input_digest == "abc");
    CHECK(header.jobs == 3);
    CHECK(header.shard == ShardChoice{ShardChoice::Kind::hash, 2, 4});
    CHECK(header.resumed);
    CHECK(header.started_at == std::chrono::system_clock::time_point(std::chrono::seconds(1'767'323'045)));
    const Json object = Json::parse(line);
    CHECK(object["type"] == "header");
    CHECK(object["schema"] == 1);
    CHECK(object["argv"][1] == "batch");
    CHECK(object["started_at"] == "2026-01-02T03:04:05.678000Z");
}

TEST_CASE("what is not known is null") {
    const Json object = Json::parse(render_header({}));
    for (const char* key : {"input_digest", "jobs", "shard"}) CHECK(object[key].is_null());
    CHECK(object["resumed"] == false);
    const auto header = std::get<ReportHeader>(parsed(render_header({})));
    CHECK(!header.input_digest);
    CHECK(!header.jobs);
    CHECK(header.shard.kind == ShardChoice::Kind::none);
}

TEST_CASE("a trailer is read back") {
    const std::string line = render_trailer(
        {.counts = {.succeeded = 5, .failed = 2, .lost = 1, .skipped = 3, .not_started = 4}, .status = 125});
    const auto trailer = std::get<ReportTrailer>(parsed(line));
    CHECK(trailer.counts.succeeded == 5);
    CHECK(trailer.counts.failed == 2);
    CHECK(trailer.counts.skipped == 3);
    CHECK(trailer.counts.not_started == 4);
    const std::string unknown = render_trailer({.counts = {.not_started = std::nullopt}});
    CHECK(!std::get<ReportTrailer>(parsed(unknown)).counts.not_started);
    CHECK(trailer.status == 125);
    CHECK(Json::parse(line)["counts"].size() == 4);
}

TEST_CASE("a job is the report of its run in one line, and what names it") {
    const JobKey key{1, 2};
    const std::string line = job_line({.id = "x", .number = 7, .record = {"v"}, .key = key_text(key)}, 3);
    const auto job = std::get<ReportedJob>(parsed(line));
    CHECK(job.number == 7);
    CHECK(job.key == key);
    CHECK(job.name == "x");
    CHECK(job.status == 3);
    CHECK(job.reason == "exited");
    CHECK(job.wall == 1.5);
    const Json object = Json::parse(line);
    CHECK(object["type"] == "job");
    CHECK(object["record"] == Json::array({"v"}));
    CHECK(object["schema"] == 1);
    CHECK(object["exit_code"] == 3);
    const auto unnamed = std::get<ReportedJob>(parsed(job_line({.number = 1, .key = key_text(key)}, 0)));
    CHECK(unnamed.name == "echo a\xef\xbf\xbd");
    CHECK(unnamed.status == 0);
}

TEST_CASE("other lines are refused") {
    CHECK(refusal("") == "it is no JSON object");
    CHECK(refusal("{\"type\":\"jo") == "it is no JSON object");
    CHECK(refusal("[]") == "it is no JSON object");
    CHECK(refusal("{}") == "it is no line of a batch's report");
    CHECK(refusal(R"({"type":5})") == "'type' is no string");
    CHECK(refusal(R"({"type":"header","schema":2})") == "its schema is 2, and this version of netrunner reads 1");
    CHECK(refusal(R"({"type":"header","schema":1,"shard":"9/3"})").starts_with("invalid shard '9/3'"));
    CHECK(refusal(R"({"type":"job","number":1,"status":0})") == "'key' is no key");
    CHECK(refusal(R"({"type":"job","number":1,"status":-1,"key":"00000000000000000000000000000000"})") ==
          "'status' is no number");
    CHECK(refusal(R"({"type":"trailer"})") == "'counts' is no object");
    CHECK(refusal(R"({"type":"trailer","counts":{"succeeded":1}})") == "'failed' is no number");
}

TEST_SUITE_END();
