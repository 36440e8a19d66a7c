#include "src/batch/floor.hpp"

#include <doctest/doctest.h>

using netrunner::Floor;

TEST_SUITE_BEGIN("floor");

TEST_CASE("the first job with output gets the floor, and keeps it until it is delivered") {
    Floor floor(Floor::Order::ended_first, false);
    for (const std::uint64_t number : {1, 2, 3}) floor.started(number);
    CHECK(!floor.give());
    floor.has_output(2);
    CHECK(floor.give() == 2U);
    floor.has_output(1);
    floor.ended(1);
    CHECK(floor.give() == 2U);
    CHECK(floor.backlog() == 1);
    floor.ended(2);
    CHECK(floor.give() == 2U);
    floor.delivered(2);
    CHECK(floor.give() == 1U);
}

TEST_CASE("jobs that have ended go before those that run") {
    Floor floor(Floor::Order::ended_first, false);
    for (const std::uint64_t number : {1, 2, 3, 4}) {
        floor.started(number);
        floor.has_output(number);
    }
    CHECK(floor.give() == 1U);
    floor.ended(4);
    floor.ended(3);
    floor.ended(1);
    floor.delivered(1);
    CHECK(floor.give() == 3U);
    floor.delivered(3);
    CHECK(floor.give() == 4U);
    floor.delivered(4);
    CHECK(floor.give() == 2U);
}

TEST_CASE("in the order of the input the floor waits for a job without output") {
    Floor floor(Floor::Order::input, false);
    for (const std::uint64_t number : {2, 5, 7}) floor.started(number);
    floor.has_output(5);
    floor.ended(7);
    CHECK(floor.give() == 2U);
    floor.ended(2);
    floor.delivered(2);
    CHECK(floor.give() == 5U);
    floor.ended(5);
    floor.delivered(5);
    CHECK(floor.give() == 7U);
    floor.delivered(7);
    CHECK(!floor.give());
    CHECK(floor.backlog() == 0);
}

TEST_CASE("if only failed jobs are shown, a running job gets the floor only when there is no room for its output") {
    for (const Floor::Order order : {Floor::Order::ended_first, Floor::Order::input}) {
        Floor floor(order, true);
        floor.started(1);
        floor.started(2);
        floor.has_output(1);
        CHECK(!floor.give());
        floor.has_no_room(1);
        CHECK(floor.give() == 1U);
        floor.ended(1);
        floor.delivered(1);
        CHECK(!floor.give());
        floor.ended(2);
        CHECK(floor.give() == 2U);
    }
}

TEST_CASE("a job that has ended cannot come back") {
    Floor floor(Floor::Order::ended_first, false);
    floor.started(1);
    floor.ended(1);
    floor.delivered(1);
    floor.has_output(1);
    floor.has_no_room(1);
    CHECK(!floor.give());
}

TEST_SUITE_END();
