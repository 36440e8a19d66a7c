#include "src/session/watched_limit.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1000s};
constexpr std::uint64_t mega = 1024 * 1024;

WatchedLimit begun(std::optional<std::uint64_t> limit) {
    WatchedLimit made(limit);
    made.begin(start);
    return made;
}

/// The most that a program has used when it is stopped, if it grows by `each_second` from `from` on.
std::uint64_t stopped_at(std::uint64_t limit, std::uint64_t each_second, Duration from) {
    WatchedLimit watched = begun(limit);
    while (true) {
        const TimePoint now = *watched.deadline();
        const double seconds = std::chrono::duration<double>(now - start - from).count();
        const auto used = seconds > 0 ? static_cast<std::uint64_t>(seconds * static_cast<double>(each_second)) : 0;
        if (watched.note(used, 0ms, now)) return used;
        if (now > start + 1h) return 0;
    }
}

}  // namespace

TEST_SUITE_BEGIN("watched_limit");

TEST_CASE("without a limit there is nothing to look at") {
    CHECK(!begun(std::nullopt).deadline());
    CHECK(!WatchedLimit(5).deadline());
}

TEST_CASE("the first look comes soon, and the pauses double while nothing grows") {
    WatchedLimit limit = begun(100);
    CHECK(limit.deadline() == start + 10ms);
    CHECK(!limit.note(7, 0ms, start + 10ms));
    CHECK(limit.deadline() == start + 30ms);
    limit.note(7, 0ms, start + 30ms);
    CHECK(limit.deadline() == start + 70ms);
    limit.note(7, 0ms, start + 70ms);
    CHECK(limit.deadline() == start + 150ms);
    limit.note(7, 0ms, start + 150ms);
    CHECK(limit.deadline() == start + 250ms);
    CHECK(limit.most() == 7);
}

TEST_CASE("only more than the limit exceeds it") {
    WatchedLimit limit = begun(10);
    CHECK(!limit.note(10, 0ms, start + 10ms));
    CHECK(limit.note(11, 0ms, start + 20ms));
    CHECK(limit.most() == 11);
}

TEST_CASE("looking uses at most a tenth of a processor") {
    WatchedLimit limit = begun(1000);
    limit.note(1, 30ms, start + 10ms);
    CHECK(limit.deadline() == start + 310ms);
}

TEST_CASE("the pauses shrink as the use comes near") {
    CHECK(stopped_at(64 * mega, 100 * mega, 0s) < 66 * mega);
    CHECK(stopped_at(64 * mega, 100 * mega, 10s) < 66 * mega);
    CHECK(stopped_at(64 * mega, mega, 3s) < 65 * mega);
    CHECK(stopped_at(64 * mega, 1024 * mega, 0s) < 80 * mega);
    // A program that has been quiet may use 100 ms of growth before the first look that sees it.
    CHECK(stopped_at(64 * mega, 1024 * mega, 10s) < 64 * mega + 110 * mega);
}

TEST_CASE("a suspension is no growth") {
    WatchedLimit limit = begun(100);
    limit.pause(1s);
    CHECK(limit.deadline() == start + 1010ms);
}

TEST_SUITE_END();
