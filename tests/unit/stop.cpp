#include "src/session/stop.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

using protocol::Receiver;
using Answer = Stop::Answer;
StopSignal to_all(int signal) { return {signal}; }
StopSignal to_command(int signal) { return {signal, true}; }
const TimePoint start{1000s};

Stop usual() { return Stop({{SIGTERM, 5s}, {SIGKILL, {}}}); }

}  // namespace

TEST_SUITE_BEGIN("stop");

TEST_CASE("the first order begins the stop, with its own signal") {
    Stop stop = usual();
    CHECK(stop.ordered({SIGINT}, start, false) == Answer::begin);
    stop.prepare(StopCause::cancelled, SIGINT);
    CHECK(stop.begin(start) == to_all(SIGINT));
    CHECK(stop.advance(start + 5s) == to_all(SIGKILL));
}

TEST_CASE("an order during a stop for another reason is passed on, the next order insists") {
    Stop stop = usual();
    stop.prepare(StopCause::timeout);
    CHECK(stop.begin(start) == to_all(SIGTERM));
    CHECK(stop.ordered({SIGTERM}, start + 1s, true) == Answer::pass_on);
    CHECK(stop.ordered({SIGTERM}, start + 2s, true) == Answer::insist);
}

TEST_CASE("two orders at once are one, and only INT and TERM insist") {
    Stop stop = usual();
    CHECK(stop.ordered({SIGINT}, start, false) == Answer::begin);
    stop.begin(start);
    CHECK(stop.ordered({SIGTERM}, start + 9ms, true) == Answer::pass_on);
    CHECK(stop.ordered({SIGHUP}, start + 1s, true) == Answer::pass_on);
    CHECK(stop.ordered({SIGQUIT}, start + 1s, true) == Answer::pass_on);
    CHECK(stop.ordered({SIGTERM}, start + 10ms, true) == Answer::insist);
}

TEST_CASE("if the reader of a terminal's output is gone, HUP comes before the ladder") {
    Stop stop = usual();
    stop.prepare(StopCause::no_reader);
    CHECK(stop.begin(start) == to_all(SIGHUP));
    CHECK(stop.advance(start + 5s) == to_all(SIGTERM));
    CHECK(stop.advance(start + 10s) == to_all(SIGKILL));
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

TEST_CASE("an order that reaches several processes of a run is one order, however late the copies come") {
    Stop stop = usual();
    CHECK(stop.ordered({SIGTERM, Receiver::guard}, start, false) == Answer::begin);
    CHECK(stop.ordered({SIGTERM, Receiver::runner}, start + 1h, true) == Answer::nothing);
    CHECK(stop.ordered({SIGTERM, Receiver::shepherd}, start + 2h, true) == Answer::nothing);
    CHECK(stop.ordered({SIGTERM, Receiver::shepherd}, start + 2h, true) == Answer::insist);
    CHECK(!stop.is_part_of_outer_stop());
}

TEST_CASE("a step of an outer run is a copy of an order that came directly, and the reverse") {
    Stop stop = usual();
    CHECK(stop.ordered({SIGTERM}, start, false) == Answer::begin);
    CHECK(stop.ordered({.signal = SIGTERM, .outer_step = 1}, start + 1s, true) == Answer::nothing);
    CHECK(stop.is_part_of_outer_stop());
    CHECK(stop.ordered({.signal = SIGTERM, .outer_step = 2}, start + 2s, true) == Answer::step);

    Stop other = usual();
    CHECK(other.ordered({.signal = SIGTERM, .outer_step = 1}, start, false) == Answer::begin);
    CHECK(other.ordered({SIGTERM}, start + 1s, true) == Answer::nothing);
    CHECK(other.ordered({SIGTERM, Receiver::guard}, start + 2s, true) == Answer::nothing);
    CHECK(other.ordered({SIGTERM}, start + 3s, true) == Answer::insist);
}

TEST_CASE("further steps of an outer run are passed on, never insist, and begin the grace again") {
    Stop stop = usual();
    CHECK(stop.ordered({.signal = SIGINT, .outer_step = 1}, start, false) == Answer::begin);
    stop.prepare(StopCause::cancelled, SIGINT);
    CHECK(stop.begin(start) == to_all(SIGINT));
    CHECK(stop.ordered({.signal = SIGTERM, .outer_step = 2}, start + 4s, true) == Answer::step);
    CHECK(stop.ordered({.signal = SIGTERM, .outer_step = 2}, start + 4s, true) == Answer::nothing);  // sent twice
    CHECK(stop.ordered({.signal = SIGTERM, .outer_step = 3}, start + 4s, true) == Answer::step);
    CHECK(stop.deadline() == start + 9s);
}

TEST_CASE("a signal that this run's stop has sent is not sent again for the outer run's first step") {
    Stop stop = usual();
    stop.prepare(StopCause::timeout);
    CHECK(stop.begin(start) == to_all(SIGTERM));
    CHECK(stop.ordered({.signal = SIGTERM, .outer_step = 1}, start + 1s, true) == Answer::nothing);
    CHECK(stop.ordered({.signal = SIGTERM, .outer_step = 2}, start + 2s, true) == Answer::step);

    Stop other = usual();
    other.prepare(StopCause::timeout);
    CHECK(other.begin(start) == to_all(SIGTERM));
    CHECK(other.ordered({.signal = SIGINT, .outer_step = 1}, start + 1s, true) == Answer::step);
}

TEST_CASE("what is passed on during a stop goes where its last step went") {
    Stop stop({{SIGTERM, 5s, true}, {SIGTERM, 5s}, {SIGKILL, {}}});
    CHECK(stop.addresses_command());
    stop.prepare(StopCause::cancelled, SIGINT);
    CHECK(stop.begin(start) == to_command(SIGINT));
    CHECK(stop.addresses_command());
    stop.command_ended(start + 1s);
    CHECK(!stop.addresses_command());
    CHECK(stop.deadline() == start + 1s + moment_after_command);
    CHECK(stop.advance(start + 2s) == to_all(SIGTERM));
    CHECK(stop.climb_to_kill() == to_all(SIGKILL));
}

TEST_CASE("what comes together with the first order, before the ladder begins, is held until then") {
    Stop stop = usual();
    CHECK(stop.ordered({SIGINT}, start, false) == Answer::begin);
    CHECK(stop.ordered({SIGTERM}, start + 9ms, true) == Answer::nothing);
    stop.prepare(StopCause::cancelled, SIGINT);
    CHECK(stop.begin(start + 3s) == to_all(SIGINT));
    CHECK(stop.take_held() == SIGTERM);
    CHECK(!stop.take_held());
    CHECK(stop.ordered({SIGHUP}, start + 4s, true) == Answer::pass_on);
}

TEST_CASE("the time that it took to start a command before the ladder does not part two orders") {
    Stop stop = usual();
    CHECK(stop.ordered({SIGINT}, start, false) == Answer::begin);
    stop.delayed(start + 50ms);
    CHECK(stop.ordered({SIGTERM}, start + 51ms, true) == Answer::nothing);
    CHECK(stop.ordered({SIGTERM}, start + 60ms, true) == Answer::insist);
}

TEST_CASE("before the ladder begins, a second order insists, and a first one of a limit's stop is passed on") {
    Stop stop = usual();
    CHECK(stop.ordered({SIGTERM}, start, false) == Answer::begin);
    CHECK(stop.ordered({SIGTERM}, start + 1s, true) == Answer::insist);
    Stop limit = usual();
    limit.prepare(StopCause::timeout);
    CHECK(limit.ordered({SIGTERM}, start, true) == Answer::pass_on);
    CHECK(limit.ordered({SIGTERM}, start + 1s, true) == Answer::insist);
}

TEST_SUITE_END();
