#include "src/session/time_limits.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1000s};

}  // namespace

TEST_SUITE_BEGIN("time_limits");

TEST_CASE("without limits nothing is ever exceeded, and there is no deadline") {
    const TimeLimits limits(forever, forever, start);
    CHECK_FALSE(limits.deadline({}));
    CHECK_FALSE(limits.exceeded(start + 10000h, {}));
}

TEST_CASE("the time limit counts from the start, whatever is written") {
    const TimeLimits limits(5s, forever, start);
    CHECK(limits.deadline(start + 4s) == start + 5s);
    CHECK_FALSE(limits.exceeded(start + 4999ms, start + 4s));
    CHECK(limits.exceeded(start + 5s, start + 4s) == StopCause::timeout);
}

TEST_CASE("the idle limit counts from the last byte, or from the start if there was none") {
    const TimeLimits limits(forever, 2s, start);
    CHECK(limits.deadline({}) == start + 2s);
    CHECK(limits.exceeded(start + 2s, {}) == StopCause::idle_timeout);
    CHECK(limits.deadline(start + 7s) == start + 9s);
    CHECK_FALSE(limits.exceeded(start + 8999ms, start + 7s));
    CHECK(limits.exceeded(start + 9s, start + 7s) == StopCause::idle_timeout);
}

TEST_CASE("the earlier deadline counts, and the time limit is named if both are exceeded") {
    const TimeLimits limits(5s, 2s, start);
    CHECK(limits.deadline({}) == start + 2s);
    CHECK(limits.deadline(start + 4s) == start + 5s);
    CHECK(limits.exceeded(start + 5s, start + 3s) == StopCause::timeout);
}

TEST_CASE("a pause counts for neither limit") {
    TimeLimits limits(5s, 2s, start);
    limits.pause(100s, start + 101s);
    CHECK(limits.resumed() == start + 101s);
    CHECK(limits.deadline(start + 1s) == start + 103s);
    CHECK_FALSE(limits.exceeded(start + 102s, start + 1s));
    CHECK(limits.deadline(start + 104s) == start + 105s);
    CHECK(limits.exceeded(start + 105s, start + 104s) == StopCause::timeout);
}

TEST_SUITE_END();
