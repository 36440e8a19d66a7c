// Tests which waiting job gets the next attempt with numbers and times of our own.
#include "src/batch/retry_queue.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1000s};

}  // namespace

TEST_SUITE_BEGIN("retry_queue");

TEST_CASE("no attempt is due before its time") {
    RetryQueue queue;
    CHECK(!queue.deadline());
    CHECK(!queue.next());
    queue.add(7, start + 2s);
    queue.add(8, start + 1s);
    CHECK(queue.size() == 2);
    CHECK(queue.deadline() == start + 1s);
    queue.tick(start + 999ms);
    CHECK(!queue.next());
    queue.tick(start + 1s);
    CHECK(queue.next() == 8);
    CHECK(queue.deadline() == start + 2s);
    CHECK(queue.size() == 2);
}

TEST_CASE("of those that are due, the first of the input is next, and what is due has no deadline") {
    RetryQueue queue;
    for (const RetryQueue::Number number : {9U, 3U, 5U}) queue.add(number, start);
    queue.tick(start);
    CHECK(!queue.deadline());
    for (const RetryQueue::Number number : {3U, 5U, 9U}) {
        CHECK(queue.next() == number);
        queue.take_next();
    }
    CHECK(!queue.next());
    CHECK(queue.size() == 0);
}

TEST_CASE("a pause shifts what is not due, and all that wait can be listed and dropped") {
    RetryQueue queue;
    queue.add(1, start);
    queue.add(2, start + 10s);
    queue.tick(start);
    queue.pause(5s);
    CHECK(queue.next() == 1);
    CHECK(queue.deadline() == start + 15s);
    CHECK(queue.all() == std::vector<RetryQueue::Number>{1, 2});
    queue.clear();
    CHECK(queue.size() == 0);
    CHECK(!queue.next());
}

TEST_SUITE_END();
