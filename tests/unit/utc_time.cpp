#include "src/values/utc_time.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

TEST_SUITE_BEGIN("utc_time");

TEST_CASE("a time is RFC 3339 in UTC, rounded down to microseconds") {
    using Point = std::chrono::system_clock::time_point;
    CHECK(utc_time(Point{}) == "1970-01-01T00:00:00.000000Z");
    CHECK(utc_time(Point{std::chrono::nanoseconds(1'767'323'045'678'901'999)}) == "2026-01-02T03:04:05.678901Z");
    CHECK(utc_time(Point{std::chrono::milliseconds(-1)}) == "1969-12-31T23:59:59.999000Z");
    CHECK(utc_time(Point{std::chrono::seconds(1'709'251'199)}) == "2024-02-29T23:59:59.000000Z");
    CHECK(utc_seconds(Point{std::chrono::milliseconds(951'827'696'789)}) == "2000-02-29T12:34:56");
}

TEST_SUITE_END();
