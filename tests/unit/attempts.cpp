// Tests the decision about a further attempt with outcomes and times of our own.
#include "src/session/attempts.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "outcomes.hpp"

using namespace netrunner;
using namespace std::chrono_literals;
using unit::exited;
using unit::start;

namespace {

Outcome killed(int signal) {
    Outcome outcome = exited(0);
    outcome.end = Signaled{signal};
    return outcome;
}

Outcome stopped(StopCause cause, End end = Signaled{SIGTERM}) {
    Outcome outcome = exited(0);
    outcome.end = end;
    outcome.stop = StopRecord{.cause = cause, .steps = {{SIGTERM, 1s}}, .limit = "1s"};
    return outcome;
}

Outcome not_found() {
    Outcome outcome = exited(0);
    outcome.end = NotStarted{.fault = NotStarted::Fault::not_found, .stage = "exec", .message = "cannot run 'x'"};
    return outcome;
}

bool is_tried_again(const Outcome& outcome, std::vector<RetryEnd> on) {
    Attempts attempts({.retries = 1, .on = std::move(on), .delay = 2s}, start);
    return attempts.after(outcome, start + 1s).again_after == 2s;
}

RetryEnd word(const char* word) { return {.word = word}; }

}  // namespace

TEST_SUITE_BEGIN("attempts");

TEST_CASE("a failure is any end with another status than 0, if the command was started") {
    for (const Outcome& failure :
         {exited(1), exited(255), killed(SIGSEGV), stopped(StopCause::timeout), stopped(StopCause::idle_timeout),
          stopped(StopCause::output_limit, Exited{0}), stopped(StopCause::orphans, Exited{2})}) {
        CHECK(is_tried_again(failure, {word("failure")}));
    }
    CHECK(!is_tried_again(exited(0), {word("failure")}));
    CHECK(!is_tried_again(stopped(StopCause::orphans, Exited{0}), {word("failure")}));
    CHECK(!is_tried_again(not_found(), {word("failure")}));
}

TEST_CASE("a reason names its ends only, and `exited` no success") {
    CHECK(is_tried_again(stopped(StopCause::timeout), {word("timeout")}));
    CHECK(!is_tried_again(stopped(StopCause::timeout), {word("exited"), word("idle-timeout")}));
    CHECK(is_tried_again(exited(3), {word("timeout"), word("exited")}));
    CHECK(!is_tried_again(exited(0), {word("exited")}));
    CHECK(is_tried_again(killed(SIGSEGV), {word("signaled")}));
    CHECK(is_tried_again(not_found(), {word("spawn-failed")}));
}

TEST_CASE("an exit code names the command's own exits, also a success") {
    const RetryEnd some{.word = "exit", .first = 2, .last = 4};
    for (const int code : {2, 3, 4}) CHECK(is_tried_again(exited(code), {some}));
    for (const int code : {0, 1, 5}) CHECK(!is_tried_again(exited(code), {some}));
    CHECK(is_tried_again(exited(0), {{.word = "exit", .first = 0, .last = 0}}));
    CHECK(!is_tried_again(stopped(StopCause::timeout, Exited{3}), {some}));
}

TEST_CASE("with --preserve-status the status decides, not the limit") {
    Attempts attempts({.retries = 1, .on = {word("failure")}, .preserve_status = true}, start);
    CHECK(!attempts.after(stopped(StopCause::timeout, Exited{0}), start).again_after);
}

TEST_CASE("an order to end, a typed interrupt and a lost helper end all attempts") {
    Outcome ordered = stopped(StopCause::cancelled);
    ordered.cancelled_by = SIGTERM;
    Outcome forwarded = killed(SIGUSR1);
    forwarded.cancelled_by = SIGUSR1;
    Outcome parentless = stopped(StopCause::parent_died);
    Outcome interrupted = exited(2);
    interrupted.interrupted = true;
    Outcome lost = exited(0);
    lost.end = Lost{};
    for (const Outcome& outcome : {ordered, forwarded, parentless, interrupted, lost}) {
        Attempts attempts({.retries = 1, .on = {word("failure"), word("exited"), word("signaled")}}, start);
        const auto answer = attempts.after(outcome, start);
        CHECK(!answer.again_after);
        CHECK(answer.remark.empty());
    }
}

TEST_CASE("if only the command can have heard of a typed interrupt, its end tells") {
    for (const Outcome& like : {killed(SIGINT), killed(SIGQUIT), exited(130), exited(131)}) {
        Outcome outcome = like;
        CHECK(is_tried_again(outcome, {word("failure")}));
        outcome.had_terminal = true;
        CHECK(!is_tried_again(outcome, {word("failure")}));
    }
    Outcome other = killed(SIGTERM);
    other.had_terminal = true;
    CHECK(is_tried_again(other, {word("failure")}));
}

TEST_CASE("a failure of netrunner and a reader that has gone end all attempts") {
    Outcome own = exited(2);
    own.failures = {"cannot write to 'x'"};
    Outcome unread = killed(SIGPIPE);
    unread.standard_output.unread = true;
    CHECK(!is_tried_again(own, {word("failure")}));
    CHECK(!is_tried_again(unread, {word("failure")}));
    CHECK(!is_tried_again(stopped(StopCause::no_reader), {word("failure")}));
}

TEST_CASE("processes that could not be ended end all attempts, and that is said") {
    Outcome outcome = stopped(StopCause::timeout);
    outcome.survivors = {{.pid = 5, .command = "dd", .state = "D"}};
    Attempts attempts({.retries = 1, .on = {word("failure")}}, start);
    const auto answer = attempts.after(outcome, start);
    CHECK(!answer.again_after);
    CHECK(answer.remark == "make: not tried again: processes of the last attempt could not be ended");
}

TEST_CASE("the attempts are counted, and the last one says how many there were") {
    Attempts attempts({.retries = 2, .on = {word("failure")}}, start);
    CHECK(attempts.most() == 3);
    CHECK(attempts.after(exited(1), start).again_after == 0s);
    CHECK(attempts.number() == 2);
    CHECK(!attempts.is_last());
    CHECK(attempts.after(exited(1), start).again_after);
    CHECK(attempts.is_last());
    const auto answer = attempts.after(exited(1), start);
    CHECK(!answer.again_after);
    CHECK(answer.remark == "make: gave up after 3 attempts");
    CHECK(Attempts({.retries = 0, .on = {word("failure")}}, start).after(exited(1), start).remark.empty());
}

TEST_CASE("no attempt begins after the time for all together, which a suspension prolongs") {
    const RetryPlan plan{.retries = 9, .on = {word("failure")}, .delay = 5s, .timeout = 20s};
    Attempts attempts(plan, start);
    CHECK(attempts.end() == start + 20s);
    CHECK(attempts.after(exited(1), start + 14s).again_after);
    const auto late = attempts.after(exited(1), start + 15s);
    CHECK(!late.again_after);
    CHECK(late.remark == "make: gave up after 2 attempts: the next would begin after --retry-timeout 20s");

    Attempts suspended(plan, start);
    Outcome outcome = exited(1);
    outcome.suspended = 10s;
    CHECK(suspended.after(outcome, start + 24s).again_after);
    CHECK(suspended.end() == start + 30s);
    suspended.pause(1s);
    CHECK(suspended.end() == start + 31s);
}

TEST_CASE("an attempt that the time for all together has stopped needs no second line") {
    Attempts attempts({.retries = 9, .on = {word("failure")}, .timeout = 20s}, start);
    const auto answer = attempts.after(stopped(StopCause::timeout), start + 20s);
    CHECK(!answer.again_after);
    CHECK(answer.remark.empty());
}

TEST_CASE("the record of an attempt has its own end") {
    const AttemptRecord timed_out = record_of(stopped(StopCause::timeout), false);
    CHECK(timed_out.reason == "timeout");
    CHECK(timed_out.status == 124);
    CHECK(!timed_out.exit_code);
    CHECK(timed_out.signal == SIGTERM);
    CHECK(record_of(exited(3), false).exit_code == 3);
}

TEST_SUITE_END();
