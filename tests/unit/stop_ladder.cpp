#include "src/values/stop_ladder.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1000s};  // any time

using Steps = std::vector<StopStep>;

StopLadder usual() { return StopLadder({{SIGTERM, 5s}, {SIGKILL, {}}}); }

}  // namespace

TEST_SUITE_BEGIN("stop_ladder");

TEST_CASE("the ladder waits for each grace and no longer") {
    StopLadder ladder = usual();
    CHECK(!ladder.deadline());
    CHECK(ladder.start(start) == SIGTERM);
    CHECK(ladder.deadline() == start + 5s);
    CHECK(!ladder.advance(start + 4999ms));
    CHECK(ladder.advance(start + 5s) == SIGKILL);
    CHECK(!ladder.deadline());
    CHECK(!ladder.advance(start + 100s));
}

TEST_CASE("a grace counts from the time of the step before, also if that step was late") {
    StopLadder ladder({{SIGINT, 2s}, {SIGTERM, 5s}, {SIGKILL, {}}});
    ladder.start(start);
    CHECK(ladder.advance(start + 3s) == SIGTERM);
    CHECK(ladder.deadline() == start + 8s);
}

TEST_CASE("a signal from outside takes the first step's place and grace") {
    StopLadder ladder = usual();
    CHECK(ladder.start(start, SIGINT) == SIGINT);
    CHECK(ladder.advance(start + 5s) == SIGKILL);
}

TEST_CASE("a signal from outside precedes a SIGKILL, with the grace of that step") {
    StopLadder only(Steps{{SIGKILL, 5s}});
    CHECK(only.start(start, SIGTERM) == SIGTERM);
    CHECK(!only.advance(start + 4999ms));
    CHECK(only.advance(start + 5s) == SIGKILL);
    StopLadder first({{SIGKILL, 2s}, {SIGTERM, 0s}, {SIGKILL, {}}});
    CHECK(first.start(start, SIGINT) == SIGINT);
    CHECK(first.advance(start + 2s) == SIGKILL);
    StopLadder endless(Steps{{SIGKILL, forever}});
    CHECK(endless.start(start, SIGHUP) == SIGHUP);
    CHECK(!endless.deadline());
    CHECK(endless.climb_to_kill() == SIGKILL);
}

TEST_CASE("the order KILL, or no order, does not delay a first SIGKILL") {
    StopLadder ordered(Steps{{SIGKILL, 5s}});
    CHECK(ordered.start(start, SIGKILL) == SIGKILL);
    StopLadder limit(Steps{{SIGKILL, 5s}});
    CHECK(limit.start(start) == SIGKILL);
    CHECK(!limit.deadline());
}

TEST_CASE("a pause counts for no grace") {
    StopLadder ladder(Steps{{SIGTERM, 5s}, {SIGKILL, {}}});
    ladder.pause(100s);
    ladder.start(start);
    ladder.pause(100s);
    CHECK(!ladder.advance(start + 104s));
    CHECK(ladder.advance(start + 105s) == SIGKILL);
    ladder.pause(100s);
    CHECK(!ladder.deadline());
}

TEST_CASE("no grace means that the next step is due at once") {
    StopLadder ladder(Steps{{SIGTERM, 0s}, {SIGKILL, {}}});
    ladder.start(start);
    CHECK(ladder.advance(start) == SIGKILL);
}

TEST_CASE("an endless grace never ends") {
    StopLadder ladder({{SIGTERM, forever}, {SIGKILL, {}}});
    ladder.start(start);
    CHECK(!ladder.deadline());
    CHECK(!ladder.advance(start + 1000h));
    CHECK(ladder.total_grace() == forever);
}

TEST_CASE("the ladder climbs to SIGKILL at once when asked, and only once") {
    StopLadder ladder = usual();
    ladder.start(start);
    CHECK(ladder.climb_to_kill() == SIGKILL);
    CHECK(!ladder.climb_to_kill());
    CHECK(!ladder.deadline());
    CHECK(!ladder.advance(start + 10s));
}

TEST_CASE("SIGKILL that was sent in its turn is not sent again") {
    StopLadder ladder = usual();
    ladder.start(start);
    ladder.advance(start + 5s);
    CHECK(!ladder.climb_to_kill());
    StopLadder direct(Steps{{SIGKILL, {}}});
    direct.start(start);
    CHECK(!direct.climb_to_kill());
}

TEST_CASE("the whole grace is the sum of the steps but the last") {
    CHECK(usual().total_grace() == 5s);
    CHECK(StopLadder({{SIGINT, 2s}, {SIGTERM, 5s}, {SIGKILL, 9s}}).total_grace() == 7s);
    CHECK(StopLadder(Steps{{SIGKILL, {}}}).total_grace() == 0s);
    CHECK(StopLadder(Steps(8, {SIGINT, longest_duration})).total_grace() == forever);
}

TEST_CASE("a step that is put before the first has the same grace, and the whole ladder follows") {
    StopLadder ladder = usual();
    ladder.precede(SIGHUP);
    CHECK(ladder.total_grace() == 10s);
    CHECK(ladder.start(start) == SIGHUP);
    CHECK(ladder.advance(start + 5s) == SIGTERM);
    CHECK(ladder.advance(start + 10s) == SIGKILL);
}

TEST_SUITE_END();
