// SIGKILL at every system call of each of netrunner's processes, from its birth to its end: nothing is left.
#include <doctest/doctest.h>

#include <csignal>
#include <random>

#include "chain.hpp"
#include "injection.hpp"

using namespace support;

namespace {

std::vector<std::string> with_a_tree(const Arena& arena, bool in_group) {
    std::vector<std::string> words{"-q", "-t", "100ms", "-k", "50ms"};
    const auto group = arena.in_group();
    if (in_group) words.insert(words.end(), group.begin(), group.end());
    words.insert(words.end(), {"--", "sh", "-c", "exec 9>\"$0\"; setsid sleep 60 & sleep 60", arena.fifo()});
    return words;
}

struct Sweep {
    int calls = 0;
    int needed_gc = 0;
};

/// Strikes every `stride`th call. The first call is random, so that repeated test runs cover all.
Sweep kill_at_every_call(Trial& trial, const CgroupDir& groups, int depth, bool in_group) {
    Sweep sweep;
    trial.expect_strays();
    const long stride = amount(11, 1);
    const long first = 1 + static_cast<long>(std::random_device{}() % static_cast<unsigned>(stride));
    for (long when = first;; when += stride) {
        Arena arena(trial, groups);
        const Strike strike{.depth = depth, .deed = "kill", .when = when};
        Injection injection(trial, arena, strike, with_a_tree(arena, in_group));
        const auto struck = injection.finish();
        CAPTURE(strike.text());
        CAPTURE(call_name(struck.call));
        CHECK_MESSAGE(struck.ended, "hangs");
        if (struck.hit) {
            const auto& ending = struck.result.ending;
            if (depth == depth_of_runner) {
                CHECK(ending == killed_by(SIGKILL));
            } else {  // 124: it had already reported the command's end
                CHECK((ending == exit_code(125) || ending == exit_code(124)));
            }
            ++sweep.calls;
        }
        if (!arena.all_gone(injection.process(), {}, 3s)) {
            const auto left = arena.left(injection.process());
            // Until a shepherd knows of the group, no process can remove it after netrunner's death.
            const bool cleared = depth == depth_of_runner && arena.all_gone_after_gc(injection.process());
            CHECK_MESSAGE(cleared, left);
            ++sweep.needed_gc;
        }
        trial.reap_strays();
        if (!struck.hit) break;
    }
    MESSAGE("killed at ", sweep.calls, " calls; gc was needed after ", sweep.needed_gc);
    return sweep;
}

/// SIGSTOP at every `stride`th call and SIGCONT 50 ms later, as if the process had not been scheduled.
int stop_at_every_call(Trial& trial, const CgroupDir& groups, int depth) {
    trial.expect_strays();
    const long stride = amount(17, 1);
    long when = 1 + static_cast<long>(std::random_device{}() % static_cast<unsigned>(stride));
    int stopped = 0;
    for (bool hit = true; hit; when += stride) {
        Arena arena(trial, groups);
        auto words = arena.in_group();
        words.insert(words.end(), {"-q", "-k", "50ms", "--", "sh", "-c",
                                   "exec 9>\"$0\"; setsid sleep 60 & echo hi; exit 3", arena.fifo()});
        Injection injection(trial, arena, {.depth = depth, .deed = "stop", .when = when}, words);
        CAPTURE(when);
        REQUIRE(wait_until([&] {
            const auto text = read_text(arena.path("struck"));
            hit = contains(text, "hit");
            return hit || contains(text, "end");
        }));
        if (hit) let_pass(50ms);
        for (const pid_t pid : descendants_of(injection.process().pid())) ::kill(pid, SIGCONT);
        const auto struck = injection.finish();
        CHECK_MESSAGE(struck.ended, "hangs");
        CHECK_MESSAGE(struck.result.ending == exit_code(3), struck.result.ending, " ", struck.result.err);
        CHECK(struck.result.out == "hi\n");
        CHECK_MESSAGE(arena.all_gone(injection.process()), arena.left(injection.process()));
        trial.reap_strays();
        if (hit) ++stopped;
    }
    MESSAGE("stopped at ", stopped, " calls");
    return stopped;
}

// Without --cgroup too, each run has a group around it, in which the arena looks for what is left.
struct Swept : Trial {
    const CgroupDir groups;
};

}  // namespace

TEST_SUITE_BEGIN("sweep");

TEST_CASE_FIXTURE(Swept, "netrunner is killed at every system call, with a group") {
    if (!groups) return;
    CHECK(kill_at_every_call(*this, groups, depth_of_runner, true).calls > 10);
}

TEST_CASE_FIXTURE(Swept, "netrunner is killed at every system call, without a group") {
    if (!groups) return;
    CHECK(kill_at_every_call(*this, groups, depth_of_runner, false).calls > 10);
}

TEST_CASE_FIXTURE(Swept, "the shepherd is killed at every system call, with a group") {
    if (!groups) return;
    CHECK(kill_at_every_call(*this, groups, depth_of_shepherd, true).calls > 3);
}

TEST_CASE_FIXTURE(Swept, "the shepherd is killed at every system call, without a group") {
    if (!groups) return;
    CHECK(kill_at_every_call(*this, groups, depth_of_shepherd, false).calls > 2);
}

TEST_CASE_FIXTURE(Swept, "the guard is killed at every system call") {
    if (!groups) return;
    if (!has_guard()) return skip("this netrunner has no guard");
    CHECK(kill_at_every_call(*this, groups, depth_of_shepherd + 1, true).calls > 3);
    CHECK(kill_at_every_call(*this, groups, depth_of_shepherd + 1, false).calls > 3);
}

TEST_CASE_FIXTURE(Swept, "the shepherd is stopped for a moment at every system call: the run ends as usual") {
    if (!groups) return;
    CHECK(stop_at_every_call(*this, groups, depth_of_shepherd) > 0);
}

TEST_CASE_FIXTURE(Swept, "the shepherd's child is stopped for a moment at every system call: the run ends as usual") {
    if (!groups) return;
    CHECK(stop_at_every_call(*this, groups, depth_of_shepherd + 1) > 0);
}

TEST_SUITE_END();
