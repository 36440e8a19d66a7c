#include "src/batch/halting.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace netrunner;
using Phase = Halting::Phase;

namespace {

const TimePoint begun{std::chrono::seconds(1000)};

Halting with(HaltPolicy policy, std::optional<std::uint64_t> known = std::nullopt, Duration timeout = forever) {
    return {policy, timeout, begun, known};
}

void fail(Halting& halting, int times = 1) {
    for (; times > 0; --times) halting.job_ended(JobResult::failed);
}

void succeed(Halting& halting, int times) {
    for (; times > 0; --times) halting.job_ended(JobResult::succeeded);
}

}  // namespace

TEST_SUITE_BEGIN("halting");

TEST_CASE("without a policy failures halt nothing, and the status is 1") {
    Halting halting = with({});
    CHECK(halting.ending().status == 0);
    fail(halting, 1000);
    CHECK(halting.may_start());
    CHECK(halting.ending().status == 1);
    CHECK(halting.counts().failed == 1000);
    CHECK(!halting.deadline());
}

TEST_CASE("soon: no new jobs after so many failures") {
    Halting halting = with({HaltPolicy::Kind::soon, 2, false});
    fail(halting);
    succeed(halting, 5);
    CHECK(halting.may_start());
    fail(halting);
    CHECK(halting.phase() == Phase::draining);
    CHECK(halting.cause() == Halting::Cause::policy);
    fail(halting);
    CHECK(halting.phase() == Phase::draining);
    CHECK(halting.ending().status == 1);
}

TEST_CASE("now: and the running jobs are stopped with their own ladder") {
    Halting halting = with({HaltPolicy::Kind::now, 1, false});
    fail(halting);
    CHECK(halting.phase() == Phase::stopping);
    CHECK(!halting.first_signal());
    CHECK(halting.ending().status == 1);
}

TEST_CASE("a percentage counts against all jobs where their number is known") {
    Halting halting = with({HaltPolicy::Kind::soon, 20, true}, 10);
    fail(halting);
    CHECK(halting.may_start());
    fail(halting);
    CHECK(halting.phase() == Phase::draining);
}

TEST_CASE("else a percentage counts against the finished jobs") {
    Halting halting = with({HaltPolicy::Kind::soon, 20, true});
    succeed(halting, 9);
    fail(halting);
    CHECK(halting.may_start());
    fail(halting);
    CHECK(halting.may_start());  // 2 of 11
    fail(halting);
    CHECK(halting.phase() == Phase::draining);  // 3 of 12
    Halting first = with({HaltPolicy::Kind::soon, 20, true});
    fail(first);
    CHECK(first.phase() == Phase::draining);
}

TEST_CASE("the first signal stops the jobs, and the second kills them") {
    Halting halting = with({});
    succeed(halting, 3);
    halting.signal(SIGINT);
    CHECK(halting.phase() == Phase::stopping);
    CHECK(halting.first_signal() == SIGINT);
    CHECK(halting.ending().status == 130);
    CHECK(halting.ending().signal == SIGINT);
    halting.signal(SIGTERM);
    CHECK(halting.phase() == Phase::killing);
    CHECK(halting.ending().signal == SIGINT);
}

TEST_CASE("a signal while jobs are stopped for another reason does not kill them yet") {
    Halting halting = with({HaltPolicy::Kind::now, 1, false});
    fail(halting);
    halting.signal(SIGINT);
    CHECK(halting.phase() == Phase::stopping);
    CHECK(!halting.first_signal());  // their ladders have begun
    CHECK(halting.ending().signal == SIGINT);
    halting.signal(SIGINT);
    CHECK(halting.phase() == Phase::killing);
}

TEST_CASE("SIGUSR2 starts no more, and the status is that of what has finished") {
    Halting halting = with({});
    halting.start_no_more();
    CHECK(halting.phase() == Phase::draining);
    succeed(halting, 1);
    CHECK(halting.ending().status == 0);
    fail(halting);
    CHECK(halting.ending().status == 1);
    halting.signal(SIGHUP);
    CHECK(halting.phase() == Phase::stopping);
    CHECK(halting.ending().signal == SIGHUP);
}

TEST_CASE("the time limit stops all, and the status is 124") {
    Halting halting = with({}, std::nullopt, std::chrono::seconds(10));
    CHECK(halting.deadline() == begun + std::chrono::seconds(10));
    halting.tick(begun + std::chrono::seconds(9));
    CHECK(halting.may_start());
    halting.tick(begun + std::chrono::seconds(10));
    CHECK(halting.phase() == Phase::stopping);
    CHECK(!halting.deadline());
    fail(halting);
    CHECK(halting.ending().status == 124);
    CHECK(!with({}, std::nullopt, Duration::zero()).deadline());
}

TEST_CASE("the time limit applies while no more jobs start, but not when all are being stopped") {
    Halting draining = with({}, std::nullopt, std::chrono::seconds(10));
    draining.start_no_more();
    draining.tick(begun + std::chrono::seconds(10));
    CHECK(draining.phase() == Phase::stopping);
    CHECK(draining.ending().status == 124);
    Halting cancelled = with({HaltPolicy::Kind::now, 1, false}, std::nullopt, std::chrono::seconds(10));
    fail(cancelled);
    cancelled.tick(begun + std::chrono::seconds(10));
    CHECK(cancelled.ending().status == 1);
}

TEST_CASE("a pause moves the time limit") {
    Halting halting = with({}, std::nullopt, std::chrono::seconds(10));
    halting.pause(std::chrono::seconds(5));
    halting.tick(begun + std::chrono::seconds(14));
    CHECK(halting.may_start());
    halting.tick(begun + std::chrono::seconds(15));
    CHECK(!halting.may_start());
}

TEST_CASE("a lost job and a failure of netrunner make the status 125") {
    Halting lost = with({});
    lost.job_ended(JobResult::lost);
    CHECK(lost.may_start());
    CHECK(lost.counts().failed == 1);
    CHECK(lost.ending().status == 125);
    Halting failed = with({});
    failed.own_failure();
    CHECK(failed.phase() == Phase::draining);
    failed.signal(SIGINT);
    CHECK(failed.ending().status == 125);
    CHECK(!failed.ending().signal);
}

TEST_CASE("a lost job counts as a failure for the policy") {
    Halting halting = with({HaltPolicy::Kind::now, 1, false});
    halting.job_ended(JobResult::lost);
    CHECK(halting.phase() == Phase::stopping);
}

TEST_SUITE_END();
