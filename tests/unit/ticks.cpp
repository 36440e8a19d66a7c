#include "src/pages/ticks.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace netrunner;

namespace {

std::vector<std::string> labels(const Axis& axis) {
    std::vector<std::string> all;
    for (const Tick& tick : axis.ticks) all.push_back(tick.label);
    return all;
}

using Labels = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("ticks");

TEST_CASE("ticks are round in their unit") {
    CHECK(labels(axis_to(1203, Unit::seconds, 6)) == Labels{"0", "5m", "10m", "15m", "20m"});
    CHECK(labels(axis_to(0.9, Unit::seconds, 4)) == Labels{"0", "500ms"});
    CHECK(labels(axis_to(7, Unit::seconds, 4)) == Labels{"0", "2s", "4s", "6s"});
    CHECK(labels(axis_to(1.4e9, Unit::bytes, 3)) == Labels{"0", "512 MiB", "1 GiB", "1.5 GiB"});
    CHECK(labels(axis_to(113, Unit::count, 3)) == Labels{"0", "50", "100", "150"});
    CHECK(labels(axis_to(1.97, Unit::processors, 3)) == Labels{"0", "1", "2"});
    CHECK(labels(axis_to(0.4, Unit::share, 3)) == Labels{"0%", "20%", "40%"});
}

TEST_CASE("time ends where the run does, values at a tick") {
    CHECK(axis_to(7, Unit::seconds, 4).most == 7);
    CHECK(axis_to(7, Unit::count, 3).most == 10);
    CHECK(axis_to(1024, Unit::bytes, 3).most == 1024);
}

TEST_CASE("no value makes an axis without end or without ticks") {
    for (const Unit unit :
         {Unit::seconds, Unit::bytes, Unit::bytes_per_second, Unit::count, Unit::processors, Unit::share}) {
        for (const double most : {0.0, 1e-12, 0.3, 1.0, 59.0, 3601.0, 1e9, 1e16}) {
            const Axis axis = axis_to(most, unit, 5);
            CHECK(axis.most > 0);
            CHECK(axis.most >= most);
            CHECK(axis.ticks.size() <= 12);
            CHECK(!axis.ticks.empty());
        }
    }
}

TEST_SUITE_END();
