#include "src/report/summary.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

Outcome full() {
    Outcome outcome;
    outcome.end = Signaled{SIGKILL, false};
    outcome.stop = StopRecord{.cause = StopCause::timeout, .steps = {{SIGTERM, 30s}, {SIGKILL, 35s}}, .limit = "30s"};
    outcome.usage = protocol::Usage{.user_us = 900'000, .system_us = 100'000, .max_rss = 10485760};
    outcome.wall = 35100ms;
    outcome.standard_output = {.mode = "pipe", .bytes = 1536, .blocked = 1500ms, .lost = true, .dropped = 2048};
    outcome.standard_error = {.mode = "inherit", .bytes = std::nullopt};
    for (pid_t pid = 100; pid < 107; ++pid) {
        outcome.orphans.push_back({.pid = pid, .name = "sleep", .command = "sleep 60", .ended_by = SIGTERM});
    }
    GroupRecord group{.path = "/sys/fs/cgroup/" + std::string(90, 'x') + "/end",
                      .limits = {{"memory.max", "536870912"}},
                      .figures = {}};
    group.figures.memory_peak = 400 << 20;
    group.figures.cpu_throttled_us = 250'000;
    group.figures.cpu_user_us = 900'000;
    group.figures.cpu_system_us = 100'000;
    group.figures.pids_peak = 12;
    group.figures.oom_kills = 2;
    group.figures.io_read = 4096;
    group.figures.io_written = 1 << 20;
    outcome.cgroup = group;
    return outcome;
}

std::size_t longest_line(const std::string& text) {
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        longest = std::max(longest, end - at);
        at = end + 1;
    }
    return longest;
}

}  // namespace

TEST_SUITE_BEGIN("summary");

TEST_CASE("the summary is aligned and shows what happened") {
    CHECK(render_summary(full(), {124, {}}, false) == R"(netrunner --summary:
  status     124, timeout
  time       35.100s wall, 0.900s user, 0.100s system
  memory     400 MiB peak of 512 MiB, all processes together
  stdout     1536 B, held up by its reader for 1.500s, truncated, 2 KiB dropped
  stderr     inherit
  orphans    sleep (100) ended by SIGTERM, sleep (101) ended by SIGTERM,
             sleep (102) ended by SIGTERM, sleep (103) ended by SIGTERM,
             sleep (104) ended by SIGTERM, 2 more
  group      ...xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/end
             0.250s throttled, 12 processes at most, 2 killed by the OOM killer,
             4 KiB read, 1 MiB written
)");
}

TEST_CASE("the summary fits a terminal of 80 columns") {
    CHECK(longest_line(render_summary(full(), {124, {}}, false)) <= 80);
}

TEST_CASE("colours are only used if asked for, and the text is the same without them") {
    std::string coloured = render_summary(full(), {124, {}}, true);
    CHECK(coloured.find("\033[31m124, timeout\033[0m") != std::string::npos);
    CHECK(render_summary(full(), {0, {}}, true).find("\033[32m0, ") != std::string::npos);
    for (std::size_t at = 0; (at = coloured.find("\033[", at)) != std::string::npos;) {
        coloured.erase(at, coloured.find('m', at) - at + 1);
    }
    CHECK(coloured == render_summary(full(), {124, {}}, false));
}

TEST_CASE("all times have one form") {
    Outcome outcome;
    outcome.end = Exited{0};
    outcome.usage = protocol::Usage{.user_us = 75'200'400, .system_us = 7'203'000'000};
    outcome.wall = 59999600us;
    CHECK(render_summary(outcome, {0, {}}, false).find("1m00.000s wall, 1m15.200s user, 2h00m03.000s system") !=
          std::string::npos);
}

TEST_CASE("standard error that went into the same stream is called merged") {
    for (const char* mode : {"stdout", "pty"}) {
        Outcome outcome;
        outcome.end = Exited{0};
        outcome.standard_output = {.mode = "pipe", .bytes = 5};
        outcome.standard_error.mode = mode;
        CHECK(render_summary(outcome, {0, {}}, false).ends_with("  stderr     merged into stdout\n"));
    }
}

TEST_CASE("unknown values have no line") {
    Outcome outcome;
    outcome.end = Exited{0};
    outcome.standard_output.mode = outcome.standard_error.mode = "pipe";
    CHECK(render_summary(outcome, {0, {}}, false) ==
          "netrunner --summary:\n  status     0, exited\n  time       0.000s wall\n  stdout     pipe\n  stderr     "
          "pipe\n");
}

TEST_SUITE_END();
