#include "src/batch/slots.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

TEST_SUITE_BEGIN("slots");

TEST_CASE("as many jobs run as there are slots") {
    Slots slots(2);
    CHECK(slots.has_room_for(1));
    slots.start(1);
    slots.start(1);
    CHECK(!slots.has_room_for(1));
    CHECK(slots.jobs() == 2);
    slots.end(1);
    CHECK(slots.has_room_for(1));
}

TEST_CASE("a heavy job counts for several") {
    Slots slots(4);
    slots.start(3);
    CHECK(slots.has_room_for(1));
    CHECK(!slots.has_room_for(2));
    CHECK(slots.missing_for(2) == 1);
    slots.end(3);
    CHECK(slots.used() == 0);
}

TEST_CASE("a job that is larger than all slots runs alone") {
    Slots slots(2);
    CHECK(slots.has_room_for(5));
    slots.start(5);
    CHECK(!slots.has_room_for(1));
    slots.end(5);
    slots.start(1);
    CHECK(!slots.has_room_for(5));
}

TEST_CASE("inside make a large job needs tokens also if it is the first") {
    Slots slots(1);
    CHECK(slots.missing_for(1) == 0);
    CHECK(slots.missing_for(3) == 2);
    slots.set_capacity(3);
    CHECK(slots.missing_for(3) == 0);
    slots.start(3);
    CHECK(slots.unused() == 0);
    CHECK(slots.missing_for(1) == 1);
}

TEST_CASE("inside make the slots are the tokens and one") {
    Slots slots(1);
    slots.start(1);
    CHECK(slots.missing_for(1) == 1);
    slots.set_capacity(2);
    CHECK(slots.missing_for(1) == 0);
    slots.start(1);
    slots.set_capacity(4);
    CHECK(slots.unused() == 2);
    slots.end(1);
    slots.end(1);
    CHECK(slots.unused() == 3);  // one slot is make's gift and has no token
    slots.set_capacity(1);
    CHECK(slots.unused() == 0);
}

TEST_SUITE_END();
