#include "src/pages/trace.hpp"

#include <doctest/doctest.h>

#include <map>

#include "made_report.hpp"

using namespace netrunner;

namespace {

MadeJson events_of(const std::string& report) { return MadeJson::parse(trace_of(read_back(report)))["traceEvents"]; }

std::map<std::string, int> phases(const MadeJson& events) {
    std::map<std::string, int> count;
    for (const auto& event : events) ++count[event["ph"].get<std::string>()];
    return count;
}

}  // namespace

TEST_SUITE_BEGIN("trace");

TEST_CASE("a run has slices for its processes, counters for its samples and instants for its stop") {
    MadeJson report = sampled_report();
    report["stop"] = {{"cause", "timeout"}, {"steps", {{{"signal", "SIGTERM"}, {"after", 9}, {"to", "tree"}}}}};
    const MadeJson events = events_of(report.dump());
    const auto count = phases(events);
    CHECK(count.at("X") == 4);
    CHECK(count.at("i") == 1);
    CHECK(count.at("C") == 25);  // the changes of seven counters, and the end of each
    bool found = false;
    for (const auto& event : events) {
        if (event["name"] != "cc1plus a.cpp") continue;
        found = true;
        CHECK(event["ts"] == 1'000'000);
        CHECK(event["dur"] == 5'000'000);
        CHECK(event["args"]["pid"] == 11);
    }
    CHECK(found);
}

TEST_CASE("slices of one lane do not overlap") {
    std::map<std::pair<int, int>, double> until;
    for (const auto& event : events_of(sampled_report().dump())) {
        if (event["ph"] != "X") continue;
        double& end = until[{event["pid"].get<int>(), event["tid"].get<int>()}];
        CHECK(event["ts"].get<double>() >= end);
        end = event["ts"].get<double>() + event["dur"].get<double>();
    }
}

TEST_CASE("of a batch the jobs are slices too, and each job with samples is a process") {
    MadeJson job = made_job(1, "a", 0);
    job["timeline"] = sampled_report()["timeline"];
    const MadeJson events =
        events_of(made_header + job.dump() + "\n" + made_job(2, "b", 1).dump() + "\n" + made_trailer);
    CHECK(phases(events).at("X") == 3);
    CHECK(events.dump().find("job 1: r1") != std::string::npos);
    CHECK(events.dump().find("job 2") == std::string::npos);
}

TEST_CASE("a run without samples is one slice") {
    CHECK(phases(events_of(made_report().dump())) == std::map<std::string, int>{{"M", 2}, {"X", 1}});
}

TEST_SUITE_END();
