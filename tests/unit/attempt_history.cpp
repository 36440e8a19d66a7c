// Tests what the attempts of a run or a job have in common, with outcomes and times of our own.
#include "src/session/attempt_history.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "outcomes.hpp"

using namespace netrunner;
using namespace std::chrono_literals;
using unit::exited;
using unit::start;

namespace {

RetryPlan plan(int retries) { return {.retries = retries, .on = {{.word = "failure"}}, .delay = 2s}; }

}  // namespace

TEST_SUITE_BEGIN("attempt_history");

TEST_CASE("the outcome of the job is the last one, with all attempts") {
    AttemptHistory attempts(plan(3), start);
    CHECK(attempts.number() == 1);
    CHECK(attempts.most() == 4);
    Outcome first = exited(2);
    first.spared.push_back({.pid = 11, .name = "daemon", .command = "daemon"});
    CHECK(attempts.ended(first, start + 1s) == start + 3s);
    CHECK(attempts.number() == 2);
    CHECK(attempts.end_of_last() == "make: exited with 2");
    CHECK(!attempts.ended(exited(0), start + 5s));
    const Outcome last = attempts.take_last();
    CHECK(reason_of(last) == "exited");
    REQUIRE(last.attempts.size() == 2);
    CHECK(last.attempts[0].exit_code == 2);
    CHECK(last.attempts[1].exit_code == 0);
    REQUIRE(last.spared.size() == 1);
    CHECK(last.spared[0].pid == 11);
    CHECK(last.notes.empty());
}

TEST_CASE("after the last attempt a remark says so") {
    AttemptHistory attempts(plan(1), start);
    CHECK(attempts.ended(exited(1), start));
    CHECK(!attempts.ended(exited(1), start + 2s));
    CHECK(attempts.take_last().notes == std::vector<std::string>{"make: gave up after 2 attempts"});
}

TEST_CASE("an order to end between two attempts cancels the job, whose last attempt stays as it was") {
    AttemptHistory attempts(plan(1), start);
    CHECK(attempts.ended(exited(1), start));
    attempts.cancel(SIGINT);
    const Outcome last = attempts.take_last();
    CHECK(reason_of(last) == "cancelled");
    CHECK(ending_of(last, false).status == 128 + SIGINT);
    REQUIRE(last.attempts.size() == 1);
    CHECK(last.attempts[0].reason == "exited");
}

TEST_CASE("an attempt that does not come is remarked") {
    AttemptHistory attempts(plan(1), start);
    CHECK(attempts.ended(exited(1), start));
    attempts.give_up("not tried again: no time");
    CHECK(attempts.take_last().notes == std::vector<std::string>{"make: not tried again: no time"});
}

TEST_CASE("the time for all attempts limits each of them, and a pause does not count") {
    RetryPlan retry = plan(9);
    retry.timeout = 10s;
    AttemptHistory attempts(retry, start);
    LaunchPlan launch;
    launch.retry = retry;
    launch.timeout = 60s;
    CHECK(attempts.limit(launch, start).timeout == 10s);
    CHECK(attempts.limit(launch, start + 4s).timeout == 6s);
    attempts.pause(3s);
    CHECK(attempts.limit(launch, start + 4s).timeout == 9s);
    launch.timeout = 5s;
    CHECK(attempts.limit(launch, start + 4s).timeout == 5s);
}

TEST_SUITE_END();
