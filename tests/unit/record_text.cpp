#include "src/report/record_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

RunRecord example() {
    RunRecord record{.interval = 2s, .memory_of_group = true, .processors = 4, .has_pressure = true};
    record.rows = {{.t = 2s,
                    .cpu = 1234567us,
                    .read = 4096,
                    .output = 10,
                    .pressure = Pressure{1ms, 2ms, 3ms},
                    .memory = 1 << 20,
                    .processes = 3,
                    .busy = 1.23456},
                   {.t = 2500ms}};
    record.processes = {
        {.pid = 7, .command = "sh \"x\"", .start = 5ms, .end = 2400ms, .cpu = 20ms, .peak = 4096, .status = 3 << 8},
        {.pid = 8, .parent = 7, .start = 10ms, .status = SIGKILL}};
    record.others = {.count = 2, .cpu = 30ms, .peak = 100};
    record.coverage = 0.987654;
    return record;
}

}  // namespace

TEST_SUITE_BEGIN("record_text");

TEST_CASE("without a record both members are null") {
    CHECK(with_record("{\"a\":1}", std::nullopt, RecordLayout::one_line) ==
          "{\"a\":1,\"timeline\":null,\"processes\":null}");
    CHECK(with_record("{\n  \"a\": 1\n}", std::nullopt, RecordLayout::lines) ==
          "{\n  \"a\": 1,\n  \"timeline\": null,\n  \"processes\": null\n}");
}

TEST_CASE("both layouts have the same values") {
    const auto in_lines = with_record("{\"a\":1}", example(), RecordLayout::lines);
    const auto in_one = with_record("{\"a\":1}", example(), RecordLayout::one_line);
    CHECK(std::ranges::count(in_one, '\n') == 0);
    const auto json = nlohmann::json::parse(in_one);
    CHECK(json == nlohmann::json::parse(in_lines));
    const auto& line = json["timeline"];
    CHECK(line["interval"] == 2);
    CHECK(line["memory_source"] == "cgroup");
    CHECK(line["processors"] == 4);
    CHECK(line["columns"].size() == 12);
    CHECK(line["rows"][0] == nlohmann::json::parse("[2,1.235,1048576,3,4096,null,10,null,1.235,0.001,0.002,0.003]"));
    CHECK(line["rows"][1] == nlohmann::json::parse("[2.5,null,null,null,null,null,null,null,null,null,null,null]"));
    const auto& list = json["processes"]["list"];
    CHECK(list[0]["command"] == "sh \"x\"");
    CHECK(list[0]["parent"].is_null());
    CHECK(list[0]["exit_code"] == 3);
    CHECK(list[0]["signal"].is_null());
    CHECK(list[0]["end"] == 2.4);
    CHECK(list[1]["parent"] == 7);
    CHECK(list[1]["command"].is_null());
    CHECK(list[1]["exit_code"].is_null());
    CHECK(list[1]["signal"] == "SIGKILL");
    CHECK(list[1]["cpu"].is_null());
    CHECK(json["processes"]["others"]["count"] == 2);
    CHECK(json["processes"]["coverage"]["cpu"] == 0.988);
}

TEST_CASE("a run without a group has no columns of pressure, and no others are null") {
    RunRecord record = example();
    record.has_pressure = false;
    record.others = {};
    const auto json = nlohmann::json::parse(with_record("{\"a\":1}", record, RecordLayout::one_line));
    CHECK(json["timeline"]["columns"].size() == 9);
    CHECK(json["timeline"]["rows"][0].size() == 9);
    CHECK(json["processes"]["others"].is_null());
}

TEST_SUITE_END();
