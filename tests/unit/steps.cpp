#include "src/pages/steps.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

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

TEST_CASE("the processors in use are means over a second or more, and never above their number") {
    Samples samples{.processors = 2};
    double last = 0;
    for (const auto& [to, cpu] : std::vector<std::pair<double, double>>{
             {0.4, 0.1}, {0.8, 0.2}, {1.2, 0.6}, {1.6, 0.6}, {2.4, 0.9}, {2.5, 3.9}, {2.6, 4.0}}) {
        samples.rows.push_back({.from = last, .to = to, .cpu = cpu});
        last = to;
    }
    const Steps use = processors_of(samples);
    REQUIRE(use.size() == 7);
    CHECK(use[0].value == doctest::Approx(0.5));
    CHECK(use[2].value == use[0].value);
    CHECK(use[3].value == 2);  // the last 0.2 s belong to the mean before: 3.4 s of processor time in 1.4 s
    CHECK(use[6].value == use[3].value);
    samples.processors = std::nullopt;
    CHECK(processors_of(samples)[6].value == doctest::Approx(3.4 / 1.4));
    samples.rows.resize(2);
    CHECK(processors_of(samples)[0].value == doctest::Approx(0.25));
    samples.rows[0].cpu = samples.rows[1].cpu = std::nullopt;
    CHECK(!processors_of(samples)[1].value);
    CHECK(processors_of({}).empty());
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
