#include "src/session/settling.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

using Answer = Settling::Answer;
const TimePoint start{1000s};

}  // namespace

TEST_SUITE_BEGIN("settling");

TEST_CASE("orphans that do nothing have 50 ms") {
    Settling settling(5s);
    CHECK(!settling.deadline());
    settling.begin(start);
    CHECK(settling.deadline() == start + 50ms);
    CHECK(settling.look(start + 50ms, {}) == Answer::settled);
}

TEST_CASE("orphans that work have until they rest, or the grace") {
    Settling settling(5s);
    settling.begin(start);
    CHECK(settling.look(start + 50ms, {.works = true}) == Answer::go_on);
    CHECK(settling.deadline() == start + 100ms);
    CHECK(settling.look(start + 100ms, {}) == Answer::settled);
    Settling hard(5s);
    hard.begin(start);
    CHECK(hard.look(start + 4999ms, {.works = true}) == Answer::go_on);
    CHECK(hard.look(start + 5s, {.works = true}) == Answer::cut_short);
    Settling endless(forever);
    endless.begin(start);
    CHECK(endless.look(start + 1000h, {.works = true}) == Answer::go_on);
    Settling at_once(0s);
    at_once.begin(start);
    CHECK(at_once.look(start + 50ms, {.works = true}) == Answer::cut_short);
}

TEST_CASE("time in which the reader holds the orphans up does not count") {
    Settling settling(1s);
    settling.begin(start);
    CHECK(settling.look(start + 50ms, {.held_up = true}) == Answer::go_on);
    CHECK(settling.look(start + 60s, {.held_up = true, .works = true}) == Answer::go_on);
    CHECK(settling.look(start + 60s + 999ms, {.works = true}) == Answer::go_on);
    CHECK(settling.last_look() == start + 60s + 999ms);
    CHECK(settling.look(start + 61s, {.works = true}) == Answer::cut_short);
}

TEST_CASE("the looks become rarer, but not rarer than two a second") {
    Settling settling(forever);
    settling.begin(start);
    settling.look(start + 2s, {.works = true});
    CHECK(settling.deadline() == start + 2200ms);
    settling.look(start + 60s, {.works = true});
    CHECK(settling.deadline() == start + 60500ms);
}

TEST_CASE("a suspension does not count") {
    Settling settling(1s);
    settling.pause(9s);
    settling.begin(start);
    settling.pause(10s);
    CHECK(settling.deadline() == start + 10050ms);
    CHECK(settling.look(start + 10900ms, {.works = true}) == Answer::go_on);
    CHECK(settling.look(start + 11s, {.works = true}) == Answer::cut_short);
}

TEST_SUITE_END();
