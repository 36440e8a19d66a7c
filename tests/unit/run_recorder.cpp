#include "src/sampling/run_recorder.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint start{1000s};

RunRecorder recorder(Duration interval = 1s) {
    return RunRecorder({.interval = interval, .begun = start, .grid = start, .processors = 2});
}

}  // namespace

TEST_SUITE_BEGIN("run_recorder");

TEST_CASE("the first look comes soon, the others at whole intervals") {
    RunRecorder made = recorder();
    made.begin(start + 2ms);
    CHECK(made.deadline() == start + 52ms);
    made.looked(start + 53ms, 0ms);
    CHECK(made.deadline() == start + 1s);
    made.looked(start + 1s + 1ms, 0ms);
    CHECK(made.deadline() == start + 2s);
    made.looked(start + 1h + 1ms, 0ms);  // suspended meanwhile
    CHECK(made.deadline() == start + 1h + 1s);
}

TEST_CASE("looks that take long are left out") {
    RunRecorder made = recorder(100ms);
    made.begin(start);
    made.looked(start + 101ms, 5ms);
    CHECK(made.deadline() == start + 200ms);
    made.looked(start + 201ms, 30ms);
    CHECK(made.deadline() == start + 500ms);
    made.looked(start + 600ms, 1s);
    CHECK(made.deadline() == start + 9700ms);
}

TEST_CASE("jobs with one grid are looked at together") {
    RunRecorder one({.interval = 1s, .begun = start + 300ms, .grid = start, .processors = 2});
    one.begin(start + 301ms);
    one.looked(start + 351ms, 0ms);
    CHECK(one.deadline() == start + 1s);
}

TEST_CASE("the last row has the kernel's count of the processor time") {
    RunRecorder made = recorder();
    made.begin(start);
    made.note({.cpu = 1s, .memory = 100, .processes = 3}, false, start + 1s);
    made.end({.cpu = 1500ms, .output = 7}, start + 1600ms);
    const RunRecord record = made.record();
    REQUIRE(record.rows.size() == 2);
    CHECK(record.rows[0].cpu == 1s);
    CHECK(record.rows[0].busy.value_or(0) == doctest::Approx(1));
    CHECK(record.rows[1].t == 1600ms);
    CHECK(record.rows[1].cpu == 1500ms);
    CHECK(record.rows[1].output == 7);
    CHECK(!record.rows[1].memory);
    CHECK(record.processors == 2);
    CHECK(!record.memory_of_group);
}

TEST_CASE("another attempt goes on with the counts of the one before") {
    RunRecorder made = recorder();
    made.begin(start);
    made.note({.cpu = 1s, .output = 10}, false, start + 1s);
    made.end({.cpu = 2s, .output = 12}, start + 2s);
    made.begin(start + 10s);
    made.note({.cpu = 500ms, .output = 3}, false, start + 11s);
    CHECK(made.latest().cpu == 2500ms);
    CHECK(made.latest().output == 15);
    made.end({.cpu = 1s, .output = 4}, start + 12s);
    const RunRecord record = made.record();
    CHECK(record.rows.back().cpu == 3s);
    CHECK(record.rows.back().output == 16);
    CHECK(record.rows.back().t == 12s);
}

TEST_CASE("memory of a group and of resident sizes are not mixed") {
    RunRecorder made = recorder();
    made.begin(start);
    made.note({.memory = 100}, true, start + 1s);
    made.note({.memory = 999}, false, start + 2s);
    const RunRecord record = made.record();
    CHECK(record.memory_of_group);
    CHECK(record.rows[0].memory == 100);
    CHECK(!record.rows[1].memory);
}

TEST_CASE("the coverage is the share of the processor time that the seen processes have used") {
    RunRecorder made = recorder();
    made.begin(start);
    made.processes().note({.key = {.pid = 1, .started = 1}, .cpu = 600ms});
    made.processes().note({.key = {.pid = 2, .started = 1}, .cpu = 300ms});
    made.end({.cpu = 1s}, start + 1s);
    CHECK(made.record().coverage.value_or(0) == doctest::Approx(0.9));
}

TEST_CASE("what the processes have used is not lost if their parents do not reap them") {
    RunRecorder made = recorder();
    made.begin(start);
    made.processes().note({.key = {.pid = 1, .started = 1}, .cpu = 600ms});
    made.note({.cpu = 200ms}, false, start + 1s);
    made.end({.cpu = 300ms}, start + 2s);
    const RunRecord record = made.record();
    CHECK(record.rows.back().cpu == 600ms);
    CHECK(record.coverage.value_or(0) == doctest::Approx(1));
}

TEST_CASE("without a count of the processor time there is no coverage") {
    RunRecorder made = recorder();
    made.begin(start);
    made.end({}, start + 1s);
    CHECK(!made.record().coverage);
}

TEST_SUITE_END();
