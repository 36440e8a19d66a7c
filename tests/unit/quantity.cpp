#include "src/values/quantity.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

std::string complaint(Duration (*parse)(std::string_view), const char* text) {
    try {
        parse(text);
    } catch (const InvalidQuantity& wrong) {
        return wrong.what();
    }
    return "accepted";
}

std::string size_complaint(const char* text) {
    try {
        parse_size(text);
    } catch (const InvalidQuantity& wrong) {
        return wrong.what();
    }
    return "accepted";
}

}  // namespace

TEST_SUITE_BEGIN("quantity");

TEST_CASE("durations have units, fractions and compounds") {
    CHECK(parse_duration("5") == 5s);
    CHECK(parse_duration("1.5s") == 1500ms);
    CHECK(parse_duration(".5") == 500ms);
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("1h30m") == 90min);
    CHECK(parse_duration("1d2h3m4s5ms") == 26h + 3min + 4s + 5ms);
    CHECK(parse_duration("2m") == 2min);
    CHECK(parse_duration("0.001") == 1ms);
    CHECK(parse_duration("0") == Duration::zero());
    CHECK(parse_duration("infinity") == forever);
}

TEST_CASE("a malformed duration is quoted, with what is wrong") {
    CHECK(complaint(parse_duration, "5x") == "invalid duration '5x': unknown unit 'x' (expected ms, s, m, h or d)");
    CHECK(complaint(parse_duration, "") == "invalid duration '': expected a number with ms, s, m, h or d");
    for (const char* text :
         {"-1", "+1", " 1", "1 s", "1e3", "s", ".", "1.", "1.s", "1..5", "0x10", "inf", "nan", "1S"}) {
        CHECK_MESSAGE(complaint(parse_duration, text) != "accepted", text);
    }
    CHECK(complaint(parse_duration, "1h30") ==
          "invalid duration '1h30': expected a unit after each number, as in 1h30m");
}

TEST_CASE("a duration that is too long to be represented is no limit") {
    CHECK(parse_duration("36500d") == longest_duration);
    for (const char* text : {"36500d1ms", "4294967296", "99999999d", "1h99999999999999999999d"}) {
        CHECK_MESSAGE(parse_duration(text) == forever, text);
    }
    CHECK(parse_duration(std::string(6000, '9')) == forever);
    CHECK(complaint(parse_duration, "99999999x") != "accepted");
}

TEST_CASE("sizes have binary and decimal units") {
    CHECK(parse_size("0") == 0);
    CHECK(parse_size("100") == 100);
    CHECK(parse_size("100B") == 100);
    CHECK(parse_size("4K") == 4096);
    CHECK(parse_size("4KiB") == 4096);
    CHECK(parse_size("4KB") == 4000);
    CHECK(parse_size("1.5M") == 1536 * 1024);
    CHECK(parse_size("1T") == Size{1} << 40);
    CHECK(parse_size("max") == unlimited);
    CHECK(parse_size("infinity") == unlimited);
}

TEST_CASE("a malformed size is quoted, with what is wrong") {
    CHECK(size_complaint("5x") == "invalid size '5x': unknown unit 'x' (expected K, M, G, T, KiB to TiB or KB to TB)");
    for (const char* text : {"", "-1", "K", "1k", "1 K", "1e9", "1.", "MAX", "10000000T"}) {
        CHECK_MESSAGE(size_complaint(text) != "accepted", text);
    }
}

TEST_CASE("durations are shown as people write them") {
    CHECK(format_duration(250ms) == "250ms");
    CHECK(format_duration(30s) == "30s");
    CHECK(format_duration(1500ms) == "1.5s");
    CHECK(format_duration(90500ms) == "1m30.5s");
    CHECK(format_duration(26h) == "1d2h");
    CHECK(format_duration(0s) == "0ms");
    CHECK(format_duration(forever) == "infinity");
}

TEST_CASE("a formatted duration parses back to itself") {
    for (const Duration value :
         {Duration(1ms), Duration(999ms), Duration(61s), Duration(3601s), Duration(100h + 1ms)}) {
        CHECK(parse_duration(format_duration(value)) == value);
    }
}

TEST_CASE("sizes are shown in the largest unit that fits") {
    CHECK(format_size(100) == "100 B");
    CHECK(format_size(1000) == "1000 B");
    CHECK(format_size(4096) == "4 KiB");
    CHECK(format_size(536870912) == "512 MiB");
    CHECK(format_size(1536 * 1024) == "1.5 MiB");
    CHECK(format_size(unlimited) == "max");
}

TEST_CASE("a unit that begins alike, or differs only in case, is suggested") {
    const auto suggests = [](const std::string& text, const std::string& meant) {
        return text.ends_with("; did you mean '" + meant + "'?");
    };
    CHECK(suggests(complaint(parse_duration, "5sec"), "5s"));
    CHECK(suggests(complaint(parse_duration, "1hour30m"), "1h30m"));
    CHECK(suggests(complaint(parse_duration, "250msec"), "250ms"));
    CHECK(suggests(complaint(parse_duration, "2D"), "2d"));
    CHECK(suggests(size_complaint("5k"), "5K"));
    CHECK(suggests(size_complaint("1.5gib"), "1.5GiB"));
    CHECK(suggests(size_complaint("10mb"), "10MB"));
}

TEST_SUITE_END();
