#include "src/session/stop.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

using Answer = Stop::Answer;
const TimePoint start{1000s};

Stop usual() { return Stop({{SIGTERM, 5s}, {SIGKILL, {}}}); }

}  // namespace

TEST_SUITE_BEGIN("stop");

TEST_CASE("the first order begins the stop, with its own signal") {
    Stop stop = usual();
    CHECK(stop.ordered(SIGINT, start, false) == Answer::begin);
    stop.prepare(StopCause::cancelled, SIGINT);
    CHECK(stop.begin(start) == SIGINT);
    CHECK(stop.advance(start + 5s) == SIGKILL);
}

TEST_CASE("an order during a stop for another reason is passed on, the next order insists") {
    Stop stop = usual();
    stop.prepare(StopCause::timeout);
    CHECK(stop.begin(start) == SIGTERM);
    CHECK(stop.ordered(SIGTERM, start + 1s, true) == Answer::pass_on);
    CHECK(stop.ordered(SIGTERM, start + 2s, true) == Answer::insist);
}

TEST_CASE("two orders at once are one, and only INT and TERM insist") {
    Stop stop = usual();
    CHECK(stop.ordered(SIGINT, start, false) == Answer::begin);
    CHECK(stop.ordered(SIGTERM, start + 9ms, true) == Answer::pass_on);
    CHECK(stop.ordered(SIGHUP, start + 1s, true) == Answer::pass_on);
    CHECK(stop.ordered(SIGQUIT, start + 1s, true) == Answer::pass_on);
    CHECK(stop.ordered(SIGTERM, start + 10ms, true) == Answer::insist);
}

TEST_CASE("if the reader of a terminal's output is gone, HUP comes before the ladder") {
    Stop stop = usual();
    stop.prepare(StopCause::no_reader);
    CHECK(stop.begin(start) == SIGHUP);
    CHECK(stop.advance(start + 5s) == SIGTERM);
    CHECK(stop.advance(start + 10s) == SIGKILL);
}

TEST_CASE("a reader has the ladder's time, at least a second, and no deadline if the ladder never ends") {
    Stop stop = usual();
    CHECK(!stop.patience(start));
    stop.begin(start);
    CHECK(stop.patience(start + 1s) == start + 5s);
    CHECK(stop.patience(start + 4500ms) == start + 5500ms);
    Stop endless({{SIGTERM, forever}, {SIGKILL, {}}});
    endless.begin(start);
    CHECK(!endless.patience(start));
}

TEST_SUITE_END();
