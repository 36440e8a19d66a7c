#include "src/session/input_watch.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1000s};

}  // namespace

TEST_SUITE_BEGIN("input_watch");

TEST_CASE("it looks once a second, and only if it is wanted") {
    CHECK(!InputWatch(false, start).deadline());
    InputWatch watch(true, start);
    CHECK(watch.deadline() == start + 1s);
    watch.note({}, start + 1s);
    CHECK(watch.deadline() == start + 2s);
}

TEST_CASE("a wait is told once, after 5 s, and the next wait again") {
    InputWatch watch(true, start);
    for (auto at = 1s; at < 6s; at += 1s) CHECK(!watch.note(7, start + at));
    CHECK(watch.note(7, start + 6s));
    CHECK(!watch.note(7, start + 7s));
    CHECK(!watch.note({}, start + 8s));
    CHECK(!watch.note(7, start + 9s));
    CHECK(watch.note(7, start + 14s));
}

TEST_CASE("another reader begins another wait, and a pause does not count") {
    InputWatch watch(true, start);
    watch.note(7, start);
    CHECK(!watch.note(8, start + 5s));
    watch.pause(10s);
    CHECK(!watch.note(8, start + 15s));
    CHECK(watch.note(8, start + 20s));
}

TEST_SUITE_END();
