#include "src/relay/wake_moderation.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

constexpr Size capacity = 256 * 1024;

/// A stream whose pipe is emptied again and again.
struct Stream {
    WakeModeration moderation{capacity};
    Size passed = 0;
    TimePoint now{100s};

    /// Empties the pipe, which brings `bytes` more. Returns the pause that is wanted.
    Duration runs_dry(Size bytes, Duration later = 10us) {
        passed += bytes;
        now += later;
        return moderation.pause_after(passed, now);
    }

    /// Empties the pipe, with `bytes` each time, until a pause is wanted. Returns the number of wakes; -1: no pause in
    /// a hundred thousand wakes.
    int wakes_to_pause(Size bytes) {
        for (int wakes = 1; wakes <= 100'000; ++wakes) {
            if (runs_dry(bytes) != 0us) return wakes;
        }
        return -1;
    }
};

}  // namespace

TEST_SUITE_BEGIN("wake_moderation");

TEST_CASE("small writes in succession are given pauses as long as they gather") {
    Stream stream;
    CHECK(stream.wakes_to_pause(80) == 16);
    CHECK(stream.runs_dry(10'000) > 0us);
    CHECK(stream.runs_dry(160) > 0us);
    CHECK(stream.runs_dry(159) == 0us);
}

TEST_CASE("the pause grows to 160 us, unless the writer would fill its pipe during the pause") {
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

TEST_CASE("after a pause that worked, the next pause comes sooner than after a pause that never worked") {
    Stream stream;
    REQUIRE(stream.wakes_to_pause(80) == 16);
    REQUIRE(stream.runs_dry(10'000) > 0us);
    SUBCASE("nothing came in the pause") { CHECK(stream.runs_dry(0) == 0us); }
    SUBCASE("no more than usual came in the pause") { CHECK(stream.runs_dry(100) == 0us); }
    CHECK(stream.wakes_to_pause(80) == 16);
}

TEST_CASE("a dialogue, in which nothing gathers, gets pauses ever more rarely") {
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

TEST_CASE("one wake that brings much, or comes late, restarts the count") {
    Stream stream;
    for (int wake = 0; wake < 15; ++wake) REQUIRE(stream.runs_dry(80) == 0us);
    SUBCASE("much") { CHECK(stream.runs_dry(capacity / 16) == 0us); }
    SUBCASE("late") { CHECK(stream.runs_dry(80, 1ms) == 0us); }
    CHECK(stream.wakes_to_pause(80) >= 15);  // the late wake may be the first of them
}

TEST_CASE("a wake without bytes, such as from the reader's side, is not counted") {
    Stream stream;
    for (int wake = 0; wake < 15; ++wake) REQUIRE(stream.runs_dry(80) == 0us);
    for (int wake = 0; wake < 100; ++wake) REQUIRE(stream.runs_dry(0) == 0us);
    CHECK(stream.runs_dry(80) > 0us);
}

TEST_CASE("a stream that is no pipe has no pauses") {
    WakeModeration moderation(0);
    TimePoint now{100s};
    for (Size passed = 0; passed < 100'000; ++passed) REQUIRE(moderation.pause_after(passed, now += 10us) == 0us);
}

TEST_SUITE_END();
