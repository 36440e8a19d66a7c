#include "src/relay/wake_moderation.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

constexpr Size capacity = 256 * 1024;

/// A stream that runs dry again and again.
struct Stream {
    WakeModeration moderation{capacity};
    Size passed = 0;
    TimePoint now{100s};

    /// The pause that it wants then.
    Duration runs_dry(Size bytes, Duration later = 10us) {
        passed += bytes;
        now += later;
        return moderation.pause_after(passed, now);
    }

    /// Wakes without a pause, each with `bytes`, until one is wanted; -1: none was, in a hundred thousand.
    int wakes_to_pause(Size bytes) {
        for (int wakes = 1; wakes <= 100'000; ++wakes) {
            if (runs_dry(bytes) != 0us) return wakes;
        }
        return -1;
    }
};

}  // namespace

TEST_SUITE_BEGIN("wake_moderation");

TEST_CASE("small pieces in succession are let gather as long as they do") {
    Stream stream;
    CHECK(stream.wakes_to_pause(80) == 16);
    CHECK(stream.runs_dry(10'000) > 0us);
    CHECK(stream.runs_dry(160) > 0us);
    CHECK(stream.runs_dry(159) == 0us);
}

TEST_CASE("the pause grows to what is still no delay, unless the writer would fill its pipe in it") {
    Stream stream;
    for (int wake = 0; wake < 15; ++wake) REQUIRE(stream.runs_dry(80) == 0us);
    CHECK(stream.runs_dry(80) == 40us);
    CHECK(stream.runs_dry(1000) == 80us);
    CHECK(stream.runs_dry(1000) == 160us);
    CHECK(stream.runs_dry(1000) == 160us);
    CHECK(stream.runs_dry(capacity / 4) == 40us);
    CHECK(stream.runs_dry(1000) == 80us);
    CHECK(stream.runs_dry(capacity / 8) == 80us);
}

TEST_CASE("a stream that was let gather gets another chance sooner than one that never did") {
    Stream stream;
    REQUIRE(stream.wakes_to_pause(80) == 16);
    REQUIRE(stream.runs_dry(10'000) > 0us);
    SUBCASE("nothing came in the pause") { CHECK(stream.runs_dry(0) == 0us); }
    SUBCASE("no more than usual came in the pause") { CHECK(stream.runs_dry(100) == 0us); }
    CHECK(stream.wakes_to_pause(80) == 16);
}

TEST_CASE("a dialogue, in which nothing gathers, is left alone ever longer") {
    for (const Size answer : {0, 80}) {
        Stream stream;
        CHECK(stream.wakes_to_pause(80) == 16);
        for (const int wakes : {64, 256, 1024, 4096, 4096}) {
            CHECK(stream.runs_dry(answer) == 0us);
            CHECK(stream.wakes_to_pause(80) == wakes);
        }
    }
}

TEST_CASE("wakes that are far apart, or bring much, need no pause") {
    Stream stream;
    for (int wake = 0; wake < 10'000; ++wake) REQUIRE(stream.runs_dry(80, 1ms) == 0us);
    CHECK(stream.wakes_to_pause(capacity / 16) == -1);
}

TEST_CASE("one wake that brings much, or comes late, begins the count anew") {
    Stream stream;
    for (int wake = 0; wake < 15; ++wake) REQUIRE(stream.runs_dry(80) == 0us);
    SUBCASE("much") { CHECK(stream.runs_dry(capacity / 16) == 0us); }
    SUBCASE("late") { CHECK(stream.runs_dry(80, 1ms) == 0us); }
    CHECK(stream.wakes_to_pause(80) >= 15);  // the late one may be the first of them
}

TEST_CASE("a wake without bytes, as from the reader's side, counts for nothing") {
    Stream stream;
    for (int wake = 0; wake < 15; ++wake) REQUIRE(stream.runs_dry(80) == 0us);
    for (int wake = 0; wake < 100; ++wake) REQUIRE(stream.runs_dry(0) == 0us);
    CHECK(stream.runs_dry(80) > 0us);
}

TEST_CASE("what is no pipe never pauses") {
    WakeModeration moderation(0);
    TimePoint now{100s};
    for (Size passed = 0; passed < 100'000; ++passed) REQUIRE(moderation.pause_after(passed, now += 10us) == 0us);
}

TEST_SUITE_END();
