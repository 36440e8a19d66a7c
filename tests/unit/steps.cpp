#include "src/pages/steps.hpp"

#include <doctest/doctest.h>

#include "made_report.hpp"
#include "src/pages/highlights.hpp"

using namespace netrunner;
using Row = Samples::Row;

TEST_SUITE_BEGIN("steps");

TEST_CASE("sums become rates, and a row that is not known belongs to the next") {
    const Samples timeline{
        .rows = {{.from = 0, .to = 1, .cpu = 2}, {.from = 1, .to = 2}, {.from = 2, .to = 3, .cpu = 3}}};
    const Steps rates = rates_of(timeline, &Row::cpu);
    REQUIRE(rates.size() == 2);
    CHECK(rates[0].value == 2);
    CHECK(rates[1].from == 1);
    CHECK(rates[1].to == 3);
    CHECK(rates[1].value == 0.5);
    CHECK(largest(rates) == 2);
    CHECK(!largest(rates_of(timeline, &Row::out)));
}

TEST_CASE("joining keeps the largest, or the mean over time") {
    const Steps steps{{0, 1, 4}, {1, 4, 0}, {4, 5, std::nullopt}, {5, 6, 7}, {6, 7, 1}};
    const Steps peaks = joined(steps, 3, Join::largest);
    REQUIRE(peaks.size() == 3);
    CHECK(peaks[0].value == 4);
    CHECK(peaks[0].to == 4);
    CHECK(peaks[1].value == 7);
    CHECK(joined(steps, 3, Join::mean)[0].value == 1);
    CHECK(joined(steps, 10, Join::mean).size() == 5);
    CHECK(!joined({{0, 1, std::nullopt}, {1, 2, std::nullopt}}, 1, Join::mean)[0].value);
}

TEST_CASE("highlights name what used the most, and when") {
    const Highlights found = highlights_of(run_of(sampled_report()), 2);
    CHECK(found.peak_at == 5);
    CHECK(found.at_peak == Highlights::Indexes{1, 0});
    CHECK(found.most_cpu == Highlights::Indexes{1, 2});
    CHECK(found.longest == Highlights::Indexes{1, 2});
    CHECK(found.most_processes == 3);
    REQUIRE(found.quiet);
    CHECK(found.quiet->total == 2.5);
    CHECK(found.quiet->from == 5);
    CHECK(found.quiet->to == 7.5);
}

TEST_CASE("without samples and processes there are no highlights") {
    const Highlights found = highlights_of(run_of(made_report()), 5);
    CHECK(!found.peak_at);
    CHECK(!found.quiet);
    CHECK(found.most_cpu.empty());
}

TEST_SUITE_END();
