#include "src/pages/shown_quantity.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

TEST_SUITE_BEGIN("shown_quantity");

TEST_CASE("times have at most two units") {
    CHECK(shown_time(0) == "0ms");
    CHECK(shown_time(0.0004) == "0.4ms");
    CHECK(shown_time(0.25) == "250ms");
    CHECK(shown_time(0.9996) == "1s");
    CHECK(shown_time(1.5) == "1.5s");
    CHECK(shown_time(9.996) == "10s");
    CHECK(shown_time(59.96) == "1m00s");
    CHECK(shown_time(75) == "1m15s");
    CHECK(shown_time(3599.6) == "1h00m");
    CHECK(shown_time(7260) == "2h01m");
    CHECK(shown_time(86399) == "1d00h");
    CHECK(shown_time(200000) == "2d08h");
    CHECK(shown_time(1e16) == "115740740740d18h");
}

TEST_CASE("numbers have no zeros at their end") {
    CHECK(shown_number(0) == "0");
    CHECK(shown_number(1.5) == "1.5");
    CHECK(shown_number(1.999) == "2");
    CHECK(shown_number(12.34) == "12.3");
    CHECK(shown_number(1234.5) == "1234");
    CHECK(shown_number(-0.5) == "-0.5");
}

TEST_CASE("bytes, rates, counts, dates") {
    CHECK(shown_bytes(536870912) == "512 MiB");
    CHECK(shown_bytes(0.4) == "0 B");
    CHECK(shown_bytes(1e300) == shown_bytes(1e18));
    CHECK(shown_rate(1024.0 * 1024) == "1 MiB/s");
    CHECK(counted(1, "process", "processes") == "1 process");
    CHECK(counted(0, "process", "processes") == "0 processes");
    CHECK(shown_date(1767323045.5) == "2026-01-02 03:04:05 UTC");
}

TEST_SUITE_END();
