#include "src/progress/heartbeat.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint start{100s};

}  // namespace

TEST_SUITE_BEGIN("heartbeat");

TEST_CASE("a heartbeat comes after each period of silence") {
    Heartbeat heart(30s);
    CHECK(heart.deadline(start) == start + 30s);
    heart.beat(start + 31s);
    CHECK(heart.deadline(start) == start + 61s);
    // After output the silence is counted anew.
    CHECK(heart.deadline(start + 40s) == start + 70s);
}

TEST_CASE("without a duration there is no heartbeat") {
    CHECK(!Heartbeat(forever).deadline(start));
    CHECK(!Heartbeat(forever).wanted());
    CHECK(Heartbeat(1s).wanted());
}

TEST_CASE("the line has the time, the silence, the processes, their memory, and the source of these counts") {
    TreeFigures tree{.processes = 12, .memory = 340 << 20, .of_group = true};
    CHECK(describe_heartbeat(600s, 300s, "", tree) ==
          "running for 10m, no output for 5m, 12 processes, 340 MiB of memory (control group)");
    tree.of_group = false;
    CHECK(describe_heartbeat(1234ms, 1049ms, "", tree) ==
          "running for 1.2s, no output for 1s, 12 processes, 340 MiB of memory (sum of resident sizes)");
    CHECK(describe_heartbeat(60s, std::nullopt, "", {.processes = 1}) == "running for 1m, no output yet, 1 process");
    CHECK(describe_heartbeat(60s, std::nullopt, "standard output", {.processes = 1}) ==
          "running for 1m, no output yet (standard output is not seen), 1 process");
}

TEST_SUITE_END();
