#include "src/values/stop_ladder.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

StopSignal to_all(int signal) { return {signal}; }
StopSignal to_command(int signal) { return {signal, true}; }
const TimePoint start{1000s};  // any time

using Steps = std::vector<StopStep>;

StopLadder usual() { return StopLadder({{SIGTERM, 5s}, {SIGKILL, {}}}); }

StopLadder careful() { return StopLadder({{SIGTERM, 10s, true}, {SIGTERM, 5s}, {SIGKILL, {}}}); }

}  // namespace

TEST_SUITE_BEGIN("stop_ladder");

TEST_CASE("the ladder waits for each grace and no longer") {
    StopLadder ladder = usual();
    CHECK(!ladder.deadline());
    CHECK(ladder.start(start) == to_all(SIGTERM));
    CHECK(ladder.deadline() == start + 5s);
    CHECK(!ladder.advance(start + 4999ms));
    CHECK(ladder.advance(start + 5s) == to_all(SIGKILL));
    CHECK(!ladder.deadline());
    CHECK(!ladder.advance(start + 100s));
}

TEST_CASE("a grace counts from the time of the step before, also if that step was late") {
    StopLadder ladder({{SIGINT, 2s}, {SIGTERM, 5s}, {SIGKILL, {}}});
    ladder.start(start);
    CHECK(ladder.advance(start + 3s) == to_all(SIGTERM));
    CHECK(ladder.deadline() == start + 8s);
}

TEST_CASE("a signal from outside takes the first step's place and grace") {
    StopLadder ladder = usual();
    CHECK(ladder.start(start, SIGINT) == to_all(SIGINT));
    CHECK(ladder.advance(start + 5s) == to_all(SIGKILL));
}

TEST_CASE("a signal from outside precedes a SIGKILL, with the grace of that step") {
    StopLadder only(Steps{{SIGKILL, 5s}});
    CHECK(only.start(start, SIGTERM) == to_all(SIGTERM));
    CHECK(!only.advance(start + 4999ms));
    CHECK(only.advance(start + 5s) == to_all(SIGKILL));
    StopLadder first({{SIGKILL, 2s}, {SIGTERM, 0s}, {SIGKILL, {}}});
    CHECK(first.start(start, SIGINT) == to_all(SIGINT));
    CHECK(first.advance(start + 2s) == to_all(SIGKILL));
    StopLadder endless(Steps{{SIGKILL, forever}});
    CHECK(endless.start(start, SIGHUP) == to_all(SIGHUP));
    CHECK(!endless.deadline());
    CHECK(endless.climb_to_kill() == to_all(SIGKILL));
}

TEST_CASE("the order KILL, or no order, does not delay a first SIGKILL") {
    StopLadder ordered(Steps{{SIGKILL, 5s}});
    CHECK(ordered.start(start, SIGKILL) == to_all(SIGKILL));
    StopLadder limit(Steps{{SIGKILL, 5s}});
    CHECK(limit.start(start) == to_all(SIGKILL));
    CHECK(!limit.deadline());
}

TEST_CASE("a pause counts for no grace") {
    StopLadder ladder(Steps{{SIGTERM, 5s}, {SIGKILL, {}}});
    ladder.pause(100s);
    ladder.start(start);
    ladder.pause(100s);
    CHECK(!ladder.advance(start + 104s));
    CHECK(ladder.advance(start + 105s) == to_all(SIGKILL));
    ladder.pause(100s);
    CHECK(!ladder.deadline());
}

TEST_CASE("no grace means that the next step is due at once") {
    StopLadder ladder(Steps{{SIGTERM, 0s}, {SIGKILL, {}}});
    ladder.start(start);
    CHECK(ladder.advance(start) == to_all(SIGKILL));
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
    CHECK(ladder.climb_to_kill() == to_all(SIGKILL));
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
    CHECK(ladder.start(start) == to_all(SIGHUP));
    CHECK(ladder.advance(start + 5s) == to_all(SIGTERM));
    CHECK(ladder.advance(start + 10s) == to_all(SIGKILL));
}

TEST_CASE("a step for the command alone is returned as one, with its grace") {
    StopLadder ladder = careful();
    CHECK(ladder.addresses_command());
    CHECK(ladder.start(start) == to_command(SIGTERM));
    CHECK(ladder.addresses_command());
    CHECK(ladder.advance(start + 10s) == to_all(SIGTERM));
    CHECK(!ladder.addresses_command());
    CHECK(ladder.advance(start + 15s) == to_all(SIGKILL));
}

TEST_CASE("a signal from outside that takes the place of a step for the command goes to the command alone") {
    StopLadder ladder = careful();
    CHECK(ladder.start(start, SIGINT) == to_command(SIGINT));
    CHECK(ladder.advance(start + 10s) == to_all(SIGTERM));
    StopLadder killing({{SIGKILL, 2s, true}, {SIGKILL, {}}});
    CHECK(killing.start(start, SIGINT) == to_command(SIGINT));
    CHECK(killing.advance(start + 2s) == to_command(SIGKILL));
    StopLadder preceded = careful();
    preceded.precede(SIGHUP);
    CHECK(preceded.start(start) == to_command(SIGHUP));
    CHECK(preceded.advance(start + 10s) == to_command(SIGTERM));
}

TEST_CASE("SIGKILL for the command alone is not the end of the ladder") {
    StopLadder ladder({{SIGKILL, 2s, true}, {SIGTERM, 5s}, {SIGKILL, {}}});
    CHECK(ladder.start(start) == to_command(SIGKILL));
    CHECK(ladder.climb_to_kill() == to_all(SIGKILL));
    CHECK(!ladder.climb_to_kill());
    CHECK(!ladder.addresses_command());
}

TEST_CASE("once the command has ended, steps for it alone are skipped") {
    StopLadder ladder = careful();
    ladder.command_ended(start);
    CHECK(!ladder.addresses_command());
    CHECK(!ladder.deadline());
    CHECK(ladder.start(start) == to_all(SIGTERM));
    CHECK(ladder.advance(start + 5s) == to_all(SIGKILL));

    StopLadder ordered = careful();
    ordered.command_ended(start);
    CHECK(ordered.start(start, SIGINT) == to_all(SIGINT));
    CHECK(ordered.advance(start + 5s) == to_all(SIGKILL));

    StopLadder preceded = careful();
    preceded.command_ended(start);
    preceded.precede(SIGHUP);
    CHECK(preceded.start(start) == to_all(SIGHUP));
    CHECK(preceded.advance(start + 5s) == to_all(SIGTERM));

    StopLadder only({{SIGINT, 9s, true}, {SIGTERM, 9s, true}, {SIGKILL, 3s}});
    only.command_ended(start);
    CHECK(only.start(start, SIGINT) == to_all(SIGINT));
    CHECK(only.advance(start + 3s) == to_all(SIGKILL));
}

TEST_CASE("the grace of a step for the command alone ends soon after the command") {
    StopLadder ladder({{SIGINT, 10s, true}, {SIGTERM, forever, true}, {SIGTERM, 5s}, {SIGKILL, {}}});
    ladder.start(start);
    ladder.command_ended(start + 1s);
    CHECK(ladder.deadline() == start + 1s + moment_after_command);
    ladder.command_ended(start + 2s);
    CHECK(ladder.deadline() == start + 1s + moment_after_command);
    CHECK(ladder.advance(start + 2s) == to_all(SIGTERM));
    CHECK(ladder.deadline() == start + 7s);

    StopLadder endless({{SIGTERM, forever, true}, {SIGKILL, {}}});
    endless.start(start);
    CHECK(!endless.deadline());
    endless.command_ended(start + 1s);
    CHECK(endless.deadline() == start + 1s + moment_after_command);

    StopLadder late = careful();
    late.start(start);
    late.command_ended(start + 9990ms);
    CHECK(late.deadline() == start + 10s);
}

TEST_CASE("the command's end does not shorten the grace of a step for the tree") {
    StopLadder ladder({{SIGTERM, 5s}, {SIGINT, 9s, true}, {SIGKILL, {}}});
    ladder.start(start);
    ladder.command_ended(start + 1s);
    CHECK(ladder.deadline() == start + 5s);
    CHECK(ladder.advance(start + 5s) == to_all(SIGKILL));
}

TEST_SUITE_END();
