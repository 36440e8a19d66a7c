#include "src/sampling/timeline.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

constexpr Size mega = 1024 * 1024;

Duration last_end(const Timeline& line) { return line.rows().back().t; }

}  // namespace

TEST_SUITE_BEGIN("timeline");

TEST_CASE("a row ends with the first sample at or after its end") {
    Timeline line(1s);
    line.note({.t = 500ms, .cpu = 100ms, .memory = 5 * mega, .processes = 2});
    CHECK(line.rows().empty());
    line.note({.t = 1003ms, .cpu = 900ms, .memory = 3 * mega, .processes = 7, .busy = 0.5});
    REQUIRE(line.rows().size() == 1);
    const Sample& row = line.rows()[0];
    CHECK(row.t == 1003ms);
    CHECK(row.cpu == 900ms);
    CHECK(row.memory == 5 * mega);
    CHECK(row.processes == 7);
    CHECK(row.busy == 0.5);
    CHECK(!row.read);
    line.note({.t = 2001ms, .memory = mega});
    REQUIRE(line.rows().size() == 2);
    CHECK(line.rows()[1].memory == mega);
    CHECK(line.rows()[1].cpu == 900ms);  // so far
}

TEST_CASE("what is counted so far never falls") {
    Timeline line(1s);
    line.note({.t = 1s, .cpu = 5s, .read = 100, .output = 7});
    line.note({.t = 2s, .cpu = 3s, .read = 90});
    line.note({.t = 3s, .cpu = 6s, .pressure = Pressure{1s, 2s, 3s}});
    line.note({.t = 4s, .pressure = Pressure{2s, 1s, 3s}});
    REQUIRE(line.rows().size() == 4);
    CHECK(line.rows()[1].cpu == 5s);
    CHECK(line.rows()[1].read == 100);
    CHECK(line.rows()[1].output == 7);
    CHECK(line.rows()[2].cpu == 6s);
    CHECK(line.rows()[3].pressure == Pressure{2s, 2s, 3s});
}

TEST_CASE("the end closes the row that goes on") {
    Timeline line(1s);
    line.end();
    CHECK(line.rows().empty());
    line.note({.t = 300ms, .cpu = 200ms});
    line.end();
    line.end();
    REQUIRE(line.rows().size() == 1);
    CHECK(last_end(line) == 300ms);
}

TEST_CASE("an end directly after a row is part of it") {
    Timeline line(1s);
    line.note({.t = 1s, .cpu = 1s, .memory = mega});
    line.note({.t = 1002ms, .cpu = 1500ms});
    line.end();
    REQUIRE(line.rows().size() == 1);
    CHECK(last_end(line) == 1002ms);
    CHECK(line.rows()[0].cpu == 1500ms);
    CHECK(line.rows()[0].memory == mega);
}

TEST_CASE("more than 600 rows become half as many of twice the interval") {
    Timeline line(1s);
    for (int second = 1; second <= 600; ++second) line.note({.t = second * 1s, .memory = Size(second)});
    CHECK(line.rows().size() == 600);
    CHECK(line.interval() == 1s);
    line.note({.t = 601s, .memory = 1});
    CHECK(line.rows().size() == 300);
    CHECK(line.interval() == 2s);
    CHECK(line.rows()[0].t == 2s);
    CHECK(line.rows()[299].memory == 600);
    line.note({.t = 602s, .memory = 2});
    REQUIRE(line.rows().size() == 301);
    CHECK(last_end(line) == 602s);
    CHECK(line.rows()[300].memory == 2);
}

TEST_CASE("a day of samples has at most 600 rows, and a spike of one second survives") {
    Timeline line(1s);
    constexpr int spike = 50'000;
    for (int second = 1; second <= 24 * 3600; ++second) {
        line.note({.t = second * 1s + 3ms,
                   .cpu = second * 500ms,
                   .memory = second == spike ? 900 * mega : 10 * mega,
                   .processes = 3});
        REQUIRE(line.rows().size() <= Timeline::most_rows);
    }
    line.end();
    const auto rows = line.rows();
    CHECK(rows.size() > Timeline::most_rows / 4);
    CHECK(last_end(line) == 24h + 3ms);
    CHECK(rows.back().cpu == 12h);
    CHECK(std::ranges::count(rows, std::optional<Size>(900 * mega), &Sample::memory) == 1);
    const auto with_spike = std::ranges::find(rows, std::optional<Size>(900 * mega), &Sample::memory);
    CHECK(with_spike->t >= spike * 1s);
    CHECK(with_spike->t - line.interval() <= spike * 1s + 3ms);
    CHECK(std::ranges::is_sorted(rows, {}, &Sample::t));
    CHECK(std::ranges::is_sorted(rows, {}, &Sample::cpu));
    // The intervals are equal: no row of a quarter of them, and none that is longer.
    for (std::size_t i = 1; i + 1 < rows.size(); ++i) {
        CHECK(rows[i].t - rows[i - 1].t <= line.interval() + 1s);
        CHECK(rows[i].t - rows[i - 1].t >= line.interval() - 1s);
    }
}

TEST_CASE("the shortest interval has at most 600 rows too") {
    Timeline line(50ms);
    for (int i = 1; i <= 100'000; ++i) line.note({.t = i * 50ms, .processes = 1});
    line.end();
    CHECK(line.rows().size() <= Timeline::most_rows);
}

TEST_CASE("a time without samples has no rows") {
    Timeline line(1s);
    line.note({.t = 1s, .processes = 1});
    line.note({.t = 1h, .processes = 1});
    line.note({.t = 1h + 1s, .processes = 1});
    CHECK(line.rows().size() == 3);
}

TEST_SUITE_END();
