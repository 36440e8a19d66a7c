#include "src/session/suspension_watch.hpp"

#include <doctest/doctest.h>

#include <ctime>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1000s};

}  // namespace

TEST_SUITE_BEGIN("suspension_watch");

TEST_CASE("the watch looks twenty times in the shortest limit, but at most 20 times a second and at least once") {
    CHECK(SuspensionWatch(2s, start).deadline() == start + 100ms);
    CHECK(SuspensionWatch(10ms, start).deadline() == start + 50ms);
    CHECK(SuspensionWatch(48h, start).deadline() == start + 1s);
    CHECK(SuspensionWatch(forever, start).deadline() == start + 1s);
}

TEST_CASE("a look that is in time, early or a little late finds no suspension") {
    SuspensionWatch watch(2s, start);
    CHECK(watch.look(start + 99ms, 0s) == 0s);
    CHECK(watch.deadline() == start + 100ms);
    CHECK(watch.look(start + 100ms, 0s) == 0s);
    CHECK(watch.deadline() == start + 200ms);
    CHECK(watch.look(start + 450ms, 0s) == 0s);
    CHECK(watch.deadline() == start + 550ms);
}

TEST_CASE("a look that is late finds that the process could not run since the look before") {
    SuspensionWatch watch(2s, start);
    watch.look(start + 100ms, 0s);
    CHECK(watch.look(start + 3s, 0s) == 2900ms);
    CHECK(watch.look(start + 3100ms, 0s) == 0s);
    watch.restart(start + 60s, 0s);
    CHECK(watch.look(start + 60100ms, 0s) == 0s);
}

TEST_CASE("a process that waited for a processor all the time was not suspended") {
    SuspensionWatch watch(2s, start);
    CHECK(watch.look(start + 100ms, 5s) == 0s);
    CHECK(watch.look(start + 3s, 7700ms) == 0s);
    CHECK(watch.look(start + 6s, 7800ms) == 3s);
}

TEST_CASE("what the process waited before a restart does not excuse a late look after it") {
    SuspensionWatch watch(2s, start);
    watch.restart(start + 10s, 5s);
    CHECK(watch.look(start + 13s, 5s) == 3s);
    watch.restart(start + 20s, 9s);
    CHECK(watch.look(start + 23s, 11900ms) == 0s);
}

TEST_CASE("suspend to RAM does not count: the steady clock stands still meanwhile") {
    timespec now{};
    const auto before = std::chrono::steady_clock::now();
    REQUIRE(::clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    const TimePoint monotonic{std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec)};
    CHECK(before <= monotonic);
    CHECK(monotonic <= std::chrono::steady_clock::now());
}

TEST_SUITE_END();
