#include "src/session/cpu_limit.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1000s};

CpuLimit begun(Duration limit, unsigned processors) {
    CpuLimit made(limit);
    made.begin(start, processors);
    return made;
}

}  // namespace

TEST_SUITE_BEGIN("cpu_limit");

TEST_CASE("without a limit there is nothing to look at") {
    CHECK(!begun(forever, 4).deadline());
    CHECK(!CpuLimit(10s).deadline());
}

TEST_CASE("the next look comes when all processors together can have used the rest, and not earlier") {
    CpuLimit limit = begun(10s, 4);
    CHECK(limit.deadline() == start + 2500ms);
    CHECK(!limit.note({.used = 2s, .processors = 4}, start + 3s));
    CHECK(limit.deadline() == start + 5s);
    CHECK(!limit.note({.used = 6s, .processors = 2}, start + 5s));
    CHECK(limit.deadline() == start + 7s);
}

TEST_CASE("the pause is at least 10 ms, at most a minute, and long in comparison with a look") {
    CpuLimit limit = begun(10s, 4);
    CHECK(!limit.note({.used = 9990ms, .processors = 4}, start));
    CHECK(limit.deadline() == start + 10ms);
    CHECK(!limit.note({.used = 9990ms, .took = 50ms, .processors = 4}, start));
    CHECK(limit.deadline() == start + 1s);
    CHECK(begun(100h, 1).deadline() == start + 60s);
    CHECK(begun(1ms, 64).deadline() == start + 10ms);
}

TEST_CASE("the limit is reached when exactly that much is used, and a look that sees less changes nothing") {
    CpuLimit limit = begun(10s, 1);
    CHECK(!limit.note({.used = 9s}, start));
    CHECK(!limit.note({.used = 4s}, start));
    CHECK(limit.used() == 9s);
    CHECK(limit.deadline() == start + 1s);
    CHECK(limit.note({.used = 10s}, start));
    CHECK(limit.used() == 10s);
}

TEST_SUITE_END();
