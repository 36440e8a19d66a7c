// Many runs on one path: never two commands at once, even if a quarter of the runs is killed while gc runs in a loop.
#include <doctest/doctest.h>
#include <sys/syscall.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>
#include <random>

#include "cgroup_dir.hpp"
#include "chain.hpp"
#include "injection.hpp"
#include "trial.hpp"

using namespace support;

namespace {

constexpr int violation = 77;

struct Contest : Trial {
    CgroupDir groups;
    std::mt19937 random{std::random_device{}()};

    Contest() { expect_strays(); }

    /// A run whose command holds a lock for its lifetime: two commands at once are detected, however the first one
    /// ended.
    Process start_holder() {
        return start(runner({"-q", "-k", "100ms", "--cgroup-base", groups.path(), "--cgroup", "x", "--", "flock", "-n",
                             "-E", std::to_string(violation), path("held"), "sh", "-c", "sleep 0.02"}));
    }

    struct Tally {
        int ran = 0, refused = 0, killed = 0, violations = 0;
        std::string strange;
    };

    /// Starts `rounds` runs, `rivals` of them at a time. If asked, kills about a quarter of them.
    Tally compete(std::size_t rivals, int rounds, bool with_deaths) {
        std::vector<std::optional<Process>> running(rivals);
        std::vector<Clock::time_point> deaths(rivals);
        Tally tally;
        int started = 0;
        while (tally.ran + tally.refused + tally.killed + tally.violations < rounds && tally.strange.empty()) {
            bool moved = false;
            for (std::size_t i = 0; i < rivals; ++i) {
                if (!running[i] && started < rounds) {
                    running[i].emplace(start_holder());
                    const bool dies = with_deaths && random() % 2 == 0;  // half: many are refused before they die
                    const auto life = std::chrono::microseconds{random() % 60000};
                    deaths[i] = dies ? Clock::now() + life : Clock::time_point::max();
                    ++started;
                    moved = true;
                } else if (running[i]) {
                    if (Clock::now() >= deaths[i]) {
                        kill_all(links_of(*running[i]));  // all three, so that none is left to clean up
                        deaths[i] = Clock::time_point::max();
                    }
                    running[i]->exchange(0ms);
                    if (running[i]->running()) continue;
                    count(tally, running[i]->finish());
                    running[i].reset();
                    moved = true;
                }
            }
            if (!moved) let_pass(500us);
        }
        return tally;
    }

    static void count(Tally& tally, const Result& result) {
        if (result.ending == exit_code(0))
            ++tally.ran;
        else if (result.ending == exit_code(125))
            ++tally.refused;
        else if (result.ending == killed_by(SIGKILL))
            ++tally.killed;
        else if (result.ending == exit_code(violation))
            ++tally.violations;
        else
            tally.strange = "ended with " + std::to_string(result.ending.shell_status()) + ": " + result.err;
    }

    Result gc() { return complete(command({netrunner(), "gc", "--cgroup-base", groups.path()})); }

    void expect_clear() {
        CHECK(wait_until([&] {
            gc();
            return groups.is_empty();
        }));
        CHECK(nothing_left(5s));
        reap_strays();
    }
};

}  // namespace

TEST_SUITE_BEGIN("ownership");

TEST_CASE_FIXTURE(Contest, "each of fifty runs that want one path runs alone or is refused") {
    if (!groups) return;
    const auto tally = compete(50, times(100, 1000), false);
    CHECK(tally.violations == 0);
    CHECK_MESSAGE(tally.strange.empty(), tally.strange);
    CHECK(tally.ran > 0);
    CHECK(groups.is_empty());  // without gc
    MESSAGE(tally.ran, " ran, ", tally.refused, " were refused");
    expect_clear();
}

TEST_CASE_FIXTURE(Contest, "eight runs take turns on one path, and a quarter is killed with its helpers") {
    if (!groups) return;
    const auto tally = compete(8, times(160, 16000), true);
    CHECK(tally.violations == 0);
    CHECK_MESSAGE(tally.strange.empty(), tally.strange);
    CHECK(tally.ran > 0);
    MESSAGE(tally.ran, " ran, ", tally.refused, " were refused, ", tally.killed, " were killed");
    expect_clear();
}

TEST_CASE_FIXTURE(Contest, "gc in a loop disturbs no run") {
    if (!groups) return;
    auto collector =
        start(command({"/bin/sh", "-c", "while :; do \"$NR\" gc --cgroup-base \"$0\" >&2; done", groups.path()}));
    const auto tally = compete(20, times(100, 2000), false);
    CHECK(tally.violations == 0);
    CHECK_MESSAGE(tally.strange.empty(), tally.strange);
    CHECK(tally.ran > 0);
    MESSAGE(tally.ran, " ran, ", tally.refused, " were refused");
    collector.signal(SIGTERM);
    const auto collected = collector.finish();
    CHECK_MESSAGE(collected.err.empty(), collected.err);  // there was nothing to remove
    expect_clear();
}

TEST_CASE_FIXTURE(Contest,
                  "gc in a loop while a quarter of the runs is killed: never two at once, and all is removed") {
    if (!groups) return;
    auto collector = start(
        command({"/bin/sh", "-c", "while :; do \"$NR\" gc --cgroup-base \"$0\" >/dev/null; done", groups.path()}));
    const auto tally = compete(8, times(80, 2000), true);
    CHECK(tally.violations == 0);
    CHECK_MESSAGE(tally.strange.empty(), tally.strange);
    CHECK(tally.ran > 0);
    MESSAGE(tally.ran, " ran, ", tally.refused, " were refused, ", tally.killed, " were killed");
    collector.signal(SIGTERM);
    collector.finish();
    expect_clear();
}

// In the moment between mkdir(2) and flock(2) the new group has no owner that another run can see.
TEST_CASE_FIXTURE(Contest,
                  "a run that is stopped after each call of its group's making takes no group that another run uses") {
    if (!groups) return;
    const std::vector<std::string> outer{"--cgroup", "p", "--", "true"};
    std::vector<long> calls;
    {
        Arena arena(*this, groups);
        calls = Injection(*this, arena, {.depth = depth_of_runner, .deed = "list"}, outer).finish().calls;
    }
    const auto made = std::find(calls.begin(), calls.end(), SYS_mkdirat);
    const auto locked = std::find(made, calls.end(), SYS_flock);
    REQUIRE(locked != calls.end());
    int beside = 0;
    for (auto call = made; call <= locked + 1; ++call) {
        Arena arena(*this, groups);
        Injection above(*this, arena, {.depth = depth_of_runner, .deed = "stop", .when = call - calls.begin() + 1},
                        outer);
        REQUIRE(wait_until([&] { return contains(read_text(arena.path("struck")), "hit"); }));
        const pid_t stopped = above.process().pid();
        REQUIRE(wait_until([&] { return state_of(stopped) == 'T'; }));
        auto inside = start(arena.runner({"--cgroup", "p/a", "--", "sh", "-c", "echo go; exec sleep 60"}));
        inside.wait_for("a start or a refusal", [&] { return inside.out() == "go\n" || !inside.running(); });
        const bool runs = inside.running();
        ::kill(stopped, SIGCONT);
        const auto struck = above.finish();
        CAPTURE(call_name(*call));
        CHECK(struck.result.ending == exit_code(runs ? 125 : 0));
        CHECK((!runs || contains(struck.result.err, "/p/a' is in use by another run")));
        if (runs) inside.signal(SIGTERM);
        const auto ended = inside.finish();
        CHECK_MESSAGE(ended.ending == (runs ? killed_by(SIGTERM) : exit_code(125)), ended.err);
        CHECK_MESSAGE(arena.all_gone(above.process()), arena.left(above.process()));
        reap_strays();
        if (runs) ++beside;
    }
    CHECK(beside > 0);
}

TEST_SUITE_END();
