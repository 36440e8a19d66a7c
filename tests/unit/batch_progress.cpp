// With a clock of the test's own.
#include "src/batch/batch_progress.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using namespace std::chrono_literals;
using Place = BatchProgress::Place;

namespace {

const TimePoint begun{1000s};
const BatchFigures some{.done = 10, .failed = 2, .running = 4, .waiting = 26};

}  // namespace

TEST_SUITE_BEGIN("batch_progress");

TEST_CASE("a sentence has the figures, and an estimate where the number of jobs is known") {
    const BatchProgress progress(Place::lines, begun);
    CHECK(progress.sentence(begun + 60s, some) == "10 done (2 failed), 4 running, 26 waiting, about 3m left after 1m");
    CHECK(progress.sentence(begun + 60s, {.done = 3, .skipped = 5, .running = 1}) ==
          "3 done, 5 skipped, 1 running after 1m");
    CHECK(progress.sentence(begun + 1s, {.running = 2, .waiting = 3}) == "0 done, 2 running, 3 waiting after 1s");
}

TEST_CASE("a live line is as short as the terminal wants it") {
    const BatchProgress progress(Place::terminal, begun);
    const std::string whole = "01:00:05  10 done (2 failed)  4 running  26 waiting  ETA 03:00:15";
    CHECK(progress.live_line(begun + 3605s, some, 80) == whole);
    CHECK(progress.live_line(begun + 3605s, some, whole.size()) == whole);
    CHECK(progress.live_line(begun + 3605s, some, whole.size() - 1) ==
          "01:00:05  10 done (2 failed)  4 running  26 waiting");
    CHECK(progress.live_line(begun + 3605s, some, 20) == "01:00:05  10 done (2");
    CHECK(progress.live_line(begun, {.done = 1, .running = 1}, 80) == "00:00:00  1 done  1 running");
}

TEST_CASE("on a terminal it is due soon after a change, and each second without one") {
    BatchProgress progress(Place::terminal, begun);
    CHECK(progress.deadline(some, true) == begun + 200ms);
    progress.shown(begun + 1s, some);
    CHECK(progress.deadline(some, false) == begun + 2s);
    CHECK(progress.deadline(some, true) == begun + 1200ms);
    BatchFigures other = some;
    ++other.done;
    CHECK(progress.deadline(other, false) == begun + 1200ms);
    progress.shown(begun + 1300ms, other);
    CHECK(progress.deadline(other, false) == begun + 2300ms);
}

TEST_CASE("without a terminal it is due once a minute, whatever changes") {
    BatchProgress progress(Place::lines, begun);
    CHECK(progress.deadline(some, true) == begun + 60s);
    progress.shown(begun + 61s, some);
    CHECK(progress.deadline({}, false) == begun + 121s);
}

TEST_CASE("a time in which nothing could run does not count") {
    BatchProgress progress(Place::terminal, begun);
    progress.pause(50s);
    CHECK(progress.live_line(begun + 60s, {.running = 1}, 80) == "00:00:10  0 done  1 running");
}

TEST_SUITE_END();
