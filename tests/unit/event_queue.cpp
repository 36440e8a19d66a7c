#include "src/live/event_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

using namespace netrunner;
using namespace std::chrono_literals;
using Kind = EventQueue::Kind;

namespace {

const TimePoint begun{1000s};
const EventLines lines(1, begun);

/// Pops all that waits.
std::vector<std::string> rest_of(EventQueue& queue, TimePoint now = begun) {
    std::vector<std::string> all;
    while (const auto line = queue.next(now)) {
        all.emplace_back(*line);
        queue.pop();
    }
    return all;
}

using Texts = std::vector<std::string>;

std::string dropped(std::uint64_t count, TimePoint since, TimePoint now = begun) {
    return lines.dropped(now, count, since);
}

}  // namespace

TEST_SUITE_BEGIN("event_queue");

TEST_CASE("lines come out in order, each until it is popped") {
    EventQueue queue(lines);
    CHECK(queue.empty());
    CHECK(!queue.next(begun));
    queue.add(Kind::other, "a\n", begun);
    queue.add(Kind::reply, "b\n", begun);
    queue.add(Kind::end, "c\n", begun);
    CHECK(!queue.empty());
    CHECK(queue.waiting() == 2);
    CHECK(queue.next(begun) == "a\n");
    CHECK(queue.next(begun) == "a\n");
    CHECK(queue.waiting() == 2);
    CHECK(rest_of(queue) == Texts{"a\n", "b\n", "c\n"});
    CHECK(queue.empty());
    CHECK(queue.waiting() == 0);
    CHECK(queue.figures().written == 2);
    CHECK(queue.figures().dropped == 0);
    queue.pop();
    CHECK(queue.figures().written == 2);
}

TEST_CASE("of output and samples only the latest waits, for each key and kind") {
    EventQueue queue(lines);
    queue.add(Kind::output, "o1\n", begun + 1s, 1);
    queue.add(Kind::output, "other job\n", begun + 1s, 2);
    queue.add(Kind::sample, "s1\n", begun + 1s, 1);
    queue.add(Kind::other, "between\n", begun + 2s);
    queue.add(Kind::output, "o2\n", begun + 3s, 1);
    queue.add(Kind::output, "o3\n", begun + 4s, 1);
    CHECK(queue.figures().dropped == 2);
    CHECK(queue.waiting() == 4);
    // One was dropped in front of all, the other one behind "between".
    CHECK(rest_of(queue) ==
          Texts{dropped(1, begun + 3s), "other job\n", "s1\n", "between\n", dropped(1, begun + 4s), "o3\n"});
    CHECK(queue.figures().written == 4);
}

TEST_CASE("gaps that become one are told of with the time of the first drop") {
    EventQueue queue(lines);
    for (const std::uint64_t key : {1U, 2U, 3U}) queue.add(Kind::output, "old\n", begun, key);
    queue.add(Kind::other, "x\n", begun);
    queue.add(Kind::output, "first\n", begun + 2s, 1);
    queue.add(Kind::output, "third\n", begun + 3s, 3);
    queue.add(Kind::output, "second\n", begun + 4s, 2);
    CHECK(rest_of(queue) == Texts{dropped(3, begun + 2s), "x\n", "first\n", "third\n", "second\n"});
}

TEST_CASE("a line that has been given out is not replaced") {
    EventQueue queue(lines);
    queue.add(Kind::output, "o1\n", begun);
    CHECK(queue.next(begun) == "o1\n");
    queue.add(Kind::output, "o2\n", begun);
    CHECK(queue.next(begun) == "o1\n");
    CHECK(queue.figures().dropped == 0);
    queue.add(Kind::output, "o3\n", begun + 2s);
    CHECK(rest_of(queue) == Texts{"o1\n", dropped(1, begun + 2s), "o3\n"});
}

TEST_CASE("the line that tells of drops stays the same, and later drops get another one") {
    EventQueue queue(lines);
    queue.add(Kind::output, "o1\n", begun, 1);
    queue.add(Kind::output, "o2\n", begun + 1s, 1);
    const std::string told{queue.next(begun + 5s).value()};
    CHECK(told == dropped(1, begun + 1s, begun + 5s));
    queue.add(Kind::output, "o3\n", begun + 6s, 1);
    queue.add(Kind::output, "o4\n", begun + 7s, 1);
    CHECK(queue.next(begun + 8s) == told);
    queue.pop();
    CHECK(rest_of(queue, begun + 9s) == Texts{dropped(2, begun + 6s, begun + 9s), "o4\n"});
    CHECK(queue.figures().written == 1);
    CHECK(queue.figures().dropped == 3);
}

TEST_CASE("what does not fit is dropped and told of before the next line that does, but never a reply or the end") {
    EventQueue queue(lines);
    const std::string line(999, 'x');
    std::uint64_t added = 0;
    while (queue.figures().dropped == 0) {
        queue.add(Kind::other, line, begun + std::chrono::seconds(added));
        ++added;
    }
    const TimePoint since = begun + std::chrono::seconds(added - 1);
    CHECK(added > 55);
    CHECK(added * line.size() <= EventQueue::most_bytes);
    queue.add(Kind::other, line, since + 1s);
    queue.add(Kind::sample, line, since + 2s);
    queue.add(Kind::reply, std::string(100'000, 'r'), since + 2s);
    queue.add(Kind::other, line, since + 3s);
    queue.add(Kind::end, std::string(100'000, 'e'), since + 4s);
    queue.add(Kind::other, line, since + 5s);
    const Texts all = rest_of(queue);
    REQUIRE(all.size() == added - 1 + 4);
    CHECK(all[added - 1] == dropped(3, since));
    CHECK(all[added].front() == 'r');
    CHECK(all[added + 1] == dropped(1, since + 3s));
    CHECK(all[added + 2].front() == 'e');
    // Of what was dropped at the end nothing is said until a line follows.
    queue.add(Kind::other, "y\n", begun);
    CHECK(rest_of(queue) == Texts{dropped(1, since + 5s), "y\n"});
}

TEST_CASE("room is there again once a line is popped, and not before") {
    EventQueue queue(lines);
    const std::string half(EventQueue::most_bytes / 2, 'x');
    queue.add(Kind::other, half, begun);
    CHECK(queue.next(begun) == half);
    queue.add(Kind::other, half, begun);
    CHECK(queue.figures().dropped == 1);
    queue.pop();
    queue.add(Kind::other, half, begun);
    CHECK(queue.figures().dropped == 1);
}

TEST_CASE("a full queue exchanges an output for the latest one, unless it is larger than the room") {
    EventQueue queue(lines);
    queue.add(Kind::output, "o1\n", begun);
    while (queue.figures().dropped == 0) queue.add(Kind::other, "xxx\n", begun);
    queue.add(Kind::output, "o2\n", begun);
    CHECK(queue.figures().dropped == 2);
    queue.add(Kind::output, std::string(500, 'o'), begun);
    CHECK(queue.figures().dropped == 3);
    const Texts all = rest_of(queue);
    CHECK(std::ranges::count(all, "o1\n") == 0);
    CHECK(std::ranges::count(all, "o2\n") == 1);
}

TEST_CASE("once the reader is gone, all is dropped but replies, and nothing is kept any more") {
    EventQueue queue(lines);
    queue.add(Kind::other, "a\n", begun);
    CHECK(queue.next(begun) == "a\n");
    queue.add(Kind::reply, "r\n", begun);
    queue.add(Kind::end, "e\n", begun);
    queue.give_up();
    CHECK(queue.empty());
    CHECK(!queue.next(begun));
    CHECK(queue.figures().dropped == 2);
    queue.add(Kind::end, "e\n", begun);
    queue.add(Kind::reply, "r\n", begun);
    CHECK(!queue.next(begun));
    CHECK(queue.figures().dropped == 3);
    CHECK(queue.figures().written == 0);
}

TEST_CASE("written, dropped and waiting are always all that was added, and what is told of is what was dropped") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        std::mt19937 random(seed);
        EventQueue queue(lines);
        std::uint64_t added = 0;
        std::uint64_t told = 0;
        std::uint64_t replies = 0;
        TimePoint now = begun;
        std::string current;
        const auto pop_one = [&] {
            const auto line = queue.next(now);
            if (!line) return;
            if (!current.empty()) REQUIRE(*line == current);
            if (line->starts_with("{\"event\":\"dropped\"")) {
                const auto event = nlohmann::json::parse(*line);
                told += event["count"].get<std::uint64_t>();
                const TimePoint since =
                    begun + std::chrono::milliseconds(std::lround(event["since"].get<double>() * 1000));
                REQUIRE(since <= now);
            } else if (line->starts_with("reply")) {
                --replies;
            }
            queue.pop();
            current.clear();
        };
        const auto readiness = 1 + random() % 100;  // how often the reader reads
        for (int i = 0; i < 2000; ++i) {
            now += std::chrono::milliseconds(random() % 10);
            if (random() % 100 < readiness) {
                if (random() % 2 == 0) {
                    pop_one();
                } else if (const auto line = queue.next(now)) {
                    if (!current.empty()) REQUIRE(*line == current);
                    current = *line;
                }
            }
            const auto what = random() % 20;
            const Kind kind = what < 5    ? Kind::output
                              : what < 8  ? Kind::sample
                              : what < 18 ? Kind::other
                              : what < 19 ? Kind::reply
                                          : Kind::end;
            const std::string line((kind == Kind::reply ? "reply" : "event") + std::string(random() % 2000, 'x'));
            queue.add(kind, line, now, random() % 4);
            if (kind == Kind::reply) {
                ++replies;
            } else {
                ++added;
            }
            const auto [written, dropped] = queue.figures();
            REQUIRE(written + dropped + queue.waiting() == added);
        }
        while (!queue.empty()) pop_one();
        queue.add(Kind::end, "last", now);
        ++added;
        while (!queue.empty()) pop_one();
        const auto [written, dropped] = queue.figures();
        CHECK(written + dropped == added);
        CHECK(told == dropped);
        CHECK(replies == 0);
    }
}

TEST_SUITE_END();
