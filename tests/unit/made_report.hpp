// Makes reports of runs as netrunner writes them, for the suites of src/pages, and reads them as the programs do.
#pragma once

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "src/pages/report_reader.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {

using MadeJson = nlohmann::ordered_json;

inline MadeJson made_report() {
    return MadeJson::parse(R"({"schema":1,"version":"0.1.0","command":["make","-j2"],"directory":"/src","mode":"pipe",
        "pid":4242,"started_at":"2026-01-02T03:04:05.500000Z","ended_at":"2026-01-02T03:04:15.500000Z","reason":"exited",
        "exit_code":0,"signal":null,"core_dumped":false,"status":0,"message":null,
        "time":{"wall":10.0,"user":8.0,"system":2.0,"startup":0.001},"memory":{"peak":1000000,"source":"rusage"},
        "stdout":{"mode":"pipe","bytes":3000},"stderr":{"mode":"pipe","bytes":0},"stop":null,"orphans":[],"survivors":[],
        "cgroup":null,"error":null})");
}

/// With four samples and three processes, of which the second uses most of both.
inline MadeJson sampled_report() {
    MadeJson report = made_report();
    report["timeline"] = MadeJson::parse(R"({"interval":2.5,"memory_source":"resident-sum","processors":2,
        "columns":["t","cpu","memory","processes","read","written","stdout","stderr","busy"],
        "rows":[[2.5,2.5,1048576,2,0,0,1000,0,1],[5,7.5,4194304,3,0,0,2000,0,2],[7.5,7.5,2097152,2,0,0,2000,0,0],
                [10,10,1048576,1,0,0,3000,0,1]]})");
    report["processes"] = MadeJson::parse(R"({"list":[
        {"pid":10,"parent":null,"command":"make -j2","start":0,"end":10,"cpu":0.1,"peak":1000000,"exit_code":0},
        {"pid":11,"parent":10,"command":"/usr/bin/cc1plus -O2 src/a.cpp","start":1,"end":6,"cpu":4.5,"peak":3000000,"exit_code":0},
        {"pid":12,"parent":10,"command":"ld -o a","start":7,"end":9,"cpu":1,"peak":2000000,"exit_code":1}],
        "others":null,"coverage":{"cpu":0.96}})");
    return report;
}

inline ShownReport read_back(std::string_view text) {
    return read_report(
        [&](std::span<std::byte> room) -> IoResult {
            const std::size_t count = std::min(room.size(), text.size());
            if (count == 0) return {.status = IoResult::Status::end};
            std::memcpy(room.data(), text.data(), count);
            text.remove_prefix(count);
            return {.status = IoResult::Status::moved, .bytes = count};
        },
        "made.json");
}

inline ShownRun run_of(const MadeJson& report) { return std::get<ShownRun>(read_back(report.dump(2)).content); }

inline MadeJson made_job(std::uint64_t number, const std::string& key, int status) {
    MadeJson job = made_report();
    job["type"] = "job";
    job["id"] = nullptr;
    job["number"] = number;
    job["record"] = {"r" + std::to_string(number)};
    job["key"] = key;
    job["status"] = status;
    job["exit_code"] = status;
    return job;
}

constexpr const char* made_header =
    R"({"type":"header","schema":1,"version":"0.1.0","argv":["netrunner","batch","--","true"],)"
    R"("started_at":"2026-01-02T03:04:05.000000Z","input_digest":null,"jobs":null,"shard":null,"resumed":false})"
    "\n";
constexpr const char* made_trailer =
    R"({"type":"trailer","ended_at":"2026-01-02T03:05:05.000000Z","counts":{"succeeded":1,"failed":1,"skipped":0,)"
    R"("not_started":0},"events":null,"status":1})"
    "\n";

inline ShownBatch batch_of(const std::string& lines) { return std::get<ShownBatch>(read_back(lines).content); }

/// Why `text` is refused; empty: it is not.
inline std::string refusal_of(const std::string& text) {
    try {
        read_back(text);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

}  // namespace netrunner
