#include "src/pages/lanes.hpp"

#include <doctest/doctest.h>

#include "made_report.hpp"
#include "src/pages/process_tree.hpp"

using namespace netrunner;

TEST_SUITE_BEGIN("lanes");

TEST_CASE("spans that do not overlap share a lane") {
    const Lanes lanes = lanes_for({{0, 1}, {0, 3}, {1, 2}, {1.5, 2}, {3, 3}});
    CHECK(lanes.of == std::vector<std::size_t>{0, 1, 0, 2, 0});
    CHECK(lanes.count == 3);
    CHECK(lanes_for({}).count == 0);
}

TEST_CASE("a child is below its parent") {
    const Lanes lanes = lanes_for({{0, 9, {}}, {1, 2, 0}, {1, 2, 1}, {3, 4, 0}, {3, 4, 3}});
    CHECK(lanes.of == std::vector<std::size_t>{0, 1, 2, 1, 2});
}

TEST_CASE("a process number that is used again means the process that started last") {
    MadeJson report = made_report();
    report["processes"] = MadeJson::parse(R"({"list":[{"pid":1,"start":0,"end":1},{"pid":1,"start":2,"end":9},
        {"pid":2,"parent":1,"start":3},{"pid":3,"parent":77,"start":3},{"pid":4,"parent":4,"start":5}]})");
    const auto spans = spans_of(run_of(report));
    REQUIRE(spans.size() == 5);
    CHECK(spans[2].parent == 1);
    CHECK(spans[2].end == 3);
    CHECK(!spans[3].parent);
    CHECK(!spans[4].parent);
}

TEST_CASE("a process that was not seen to end lasts as long as it is known to have lived") {
    MadeJson report = made_report();
    report["processes"] =
        MadeJson::parse(R"({"list":[{"pid":1,"start":0,"cpu":1},{"pid":2,"parent":1,"start":1,"cpu":2},
        {"pid":3,"parent":2,"start":6,"end":7}]})");
    const auto spans = spans_of(run_of(report));
    CHECK(spans[0].end == 6);
    CHECK(spans[1].end == 6);
}

TEST_SUITE_END();
