// Cases that the matrix does not have: clean-up after all of netrunner's processes were killed, signals to the helpers,
// and deaths at unusual moments.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "chain.hpp"
#include "injection.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

struct Survival : Trial {
    CgroupDir groups;

    Survival() { expect_strays(); }

    /// A tree with a process in another session that ignores TERM.
    static Words tree(const Arena& arena, const Words& options = {}) {
        Words words{"-k", "150ms"};
        words.insert(words.end(), options.begin(), options.end());
        words.insert(words.end(),
                     {"--", "sh", "-c", "exec 9>\"$0\"; (trap '' TERM; setsid sleep 60 &); echo go; exec sleep 60",
                      arena.fifo()});
        return words;
    }
    /// The same, after it has printed `go`.
    Process start_tree(const Arena& arena, const Words& options = {}) {
        auto process = start(arena.runner(tree(arena, options)));
        process.wait_for_output("go\n");
        return process;
    }
    static Words with(Words first, const Words& second) {
        first.insert(first.end(), second.begin(), second.end());
        return first;
    }
};

/// Kills netrunner, the shepherd and the guard at once. Returns netrunner's pid.
pid_t kill_all_three(Process& process) {
    const auto chain = chain_of(process, "sleep");
    kill_all(chain);
    process.finish();
    return chain.runner;
}

}  // namespace

TEST_SUITE_BEGIN("survival");

TEST_CASE_FIXTURE(Survival, "all of netrunner's processes are killed: the next run on the path ends what is left") {
    if (!groups) return;
    Arena arena(*this, groups);
    auto process = start_tree(arena, arena.in_group());
    const pid_t killed = kill_all_three(process);
    const auto next = complete(arena.runner(with(arena.in_group(), {"-v", "--", "true"})));
    CHECK(next.ending == exit_code(0));
    CHECK(contains(next.err, "a run that was killed (pid " + std::to_string(killed) + ")"));
    CHECK_MESSAGE(arena.all_gone(process), arena.left(process));
}

TEST_CASE_FIXTURE(Survival, "all of netrunner's processes are killed: gc ends what is left") {
    if (!groups) return;
    Arena arena(*this, groups);
    auto process = start_tree(arena, arena.in_group());
    kill_all_three(process);
    CHECK_MESSAGE(arena.all_gone_after_gc(process), arena.left(process));
}

TEST_CASE_FIXTURE(Survival,
                  "all are killed, in a PID namespace and a group: no process lives, and gc removes the group") {
    if (!groups) return;
    if (!knows_option("--pid-namespace")) return skip("this netrunner has no --pid-namespace");
    Arena arena(*this, groups);
    auto process = start_tree(arena, with(arena.in_group(), {"--pid-namespace"}));
    kill_all_three(process);
    CHECK(wait_until([&] { return arena.count_left(process) == 0; }, 2s));
    CHECK_MESSAGE(arena.all_gone_after_gc(process), arena.left(process));
}

TEST_CASE_FIXTURE(Survival,
                  "a shepherd that wakes up after others have cleaned up does not touch a new run on the path") {
    if (!groups) return;
    Arena arena(*this, groups);
    auto process = start_tree(arena, arena.in_group());
    const auto chain = chain_of(process, "sleep");
    if (chain.guard == 0) return skip("this netrunner has no guard: no process cleans up for a stopped shepherd");
    ::kill(chain.shepherd, SIGSTOP);
    process.signal(SIGKILL);
    process.finish();
    CHECK(arena.all_gone(process, {chain.shepherd}));
    auto next = start(arena.runner(with(arena.in_group(), {"--", "sh", "-c", "echo go; read line; exit 6"})));
    next.wait_for_output("go\n");
    if (is_running(chain.shepherd)) ::kill(chain.shepherd, SIGCONT);
    CHECK(wait_until([&] { return !is_running(chain.shepherd); }));
    CHECK(next.finish().ending == exit_code(6));
    CHECK_MESSAGE(arena.all_gone(process), arena.left(process));
}

TEST_CASE_FIXTURE(Survival, "no two of netrunner's processes have the same name, or the same group") {
    if (!groups) return;
    Arena arena(*this, groups);
    auto process = start_tree(arena);
    const auto chain = chain_of(process, "sleep");
    CHECK(name_of(chain.runner) == "netrunner");
    CHECK(name_of(chain.shepherd) == "nr-shepherd");
    CHECK(::getpgid(chain.shepherd) == chain.shepherd);
    CHECK(::getpgid(chain.command) == chain.command);
    if (chain.guard != 0) {
        CHECK(::getpgid(chain.guard) != chain.shepherd);
        CHECK(::getpgid(chain.guard) != chain.command);
    }
    CHECK(begins(command_line_of(chain.shepherd), "nr-shepherd"));
    process.signal(SIGKILL);  // like pkill -9 -x netrunner
    process.finish();
    CHECK_MESSAGE(arena.all_gone(process), arena.left(process));
}

TEST_CASE_FIXTURE(Survival, "TERM to the shepherd or to the guard is a request to end, not a crash") {
    if (!groups) return;
    for (const bool to_guard : {false, true}) {
        CAPTURE(to_guard);
        Arena arena(*this, groups);
        auto process = start_tree(arena, arena.in_group());
        const auto chain = chain_of(process, "sleep");
        if (to_guard && chain.guard == 0) return skip("this netrunner has no guard");
        ::kill(to_guard ? chain.guard : chain.shepherd, SIGTERM);
        const auto result = process.finish();
        CHECK(result.ending == killed_by(SIGTERM));
        CHECK_MESSAGE(contains(result.err, "cancelled by SIGTERM"), result.err);
        CHECK_MESSAGE(arena.all_gone(process), arena.left(process));
    }
}

TEST_CASE_FIXTURE(Survival,
                  "netrunner inside netrunner in groups: killing the outermost leaves no process and no group") {
    if (!groups) return;
    std::vector<Words> kinds{{}};
    if (knows_option("--pid-namespace")) kinds.push_back({"--pid-namespace"});
    for (const auto& options : kinds) {
        CAPTURE(options.size());
        Arena arena(*this, groups);
        auto process =
            start(arena.runner(with(with({"-k", "500ms", "--cgroup-base", arena.groups(), "--cgroup", "one"}, options),
                                    with({"--", netrunner(), "run", "-k", "200ms", "--cgroup-base", arena.groups(),
                                          "--cgroup", "two", "--", netrunner(), "run"},
                                         tree(arena, {"--cgroup-base", arena.groups(), "--cgroup", "three"})))));
        process.wait_for_output("go\n");
        process.signal(SIGKILL);
        process.finish();
        const bool gone = arena.all_gone(process, {}, 5s);
        // In a namespace that ends at once no process of the inner netrunner is left to remove its group.
        CHECK_MESSAGE((gone || (!options.empty() && arena.all_gone_after_gc(process))), arena.left(process));
    }
}

TEST_CASE_FIXTURE(Survival, "netrunner is killed before the child has become the command: the command never runs") {
    if (!groups) return;
    if (sanitized) return skip("the injector takes a sanitizer's threads for the child");
    for (const bool in_group : {false, true}) {
        for (long when = 1; when <= amount(40, 200); when += amount(6, 1)) {
            Arena arena(*this, groups);
            static const int depth = depth_of_shepherd + (has_guard() ? 2 : 1);
            const Words command{
                "--", "sh", "-c", "exec 9>\"$0\"; echo ran >\"$1\"; sleep 60", arena.fifo(), arena.path("ran")};
            Injection injection(*this, arena, {.depth = depth, .deed = "stop", .when = when},
                                with(in_group ? arena.in_group() : Words{}, command));
            CAPTURE(when);
            // The child is stopped at that call, or has made fewer calls and is past its exec.
            const auto& process = injection.process();
            REQUIRE(wait_until([&] {
                const auto text = read_text(arena.path("struck"));
                return contains(text, "hit") || contains(text, "end");
            }));
            const bool hit = contains(read_text(arena.path("struck")), "hit");
            ::kill(process.pid(), SIGKILL);
            injection.finish();
            CHECK_MESSAGE(arena.all_gone(process), arena.left(process));
            if (hit) CHECK(read_text(arena.path("ran")).empty());
            reap_strays();
            if (!hit) break;
        }
    }
}

TEST_CASE_FIXTURE(Survival, "a debugger outside that holds a process of the namespace does not hold netrunner") {
    if (!knows_option("--pid-namespace")) return skip("this netrunner has no --pid-namespace");
    const auto setup = runner({"-k", "200ms", "--pid-namespace", "--", "sh", "-c", "sleep 60 & echo go; wait"});
    auto process = start(setup);
    process.wait_for_output("go\n");
    pid_t held = 0;
    REQUIRE(wait_until([&] {
        for (const pid_t pid : descendants_of(process.pid())) {
            if (name_of(pid) == "sleep") held = pid;
        }
        return held != 0;
    }));
    // The debugger attaches and is then stopped: a process that it holds becomes a zombie that only the debugger can
    // reap.
    auto debugger = start(command({"strace", "-qq", "-o", "/dev/null", "-p", std::to_string(held)}));
    REQUIRE(wait_until([&] { return status_field(held, "TracerPid") == std::to_string(debugger.pid()); }));
    debugger.signal(SIGSTOP);
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK_MESSAGE(contains(result.err, "cannot end sleep 60 (" + std::to_string(held) + "), which is in state t"),
                  result.err);
    CHECK_MESSAGE(result.wall < scaled(8s), result.wall.count());
    debugger.signal(SIGCONT);
    debugger.signal(SIGKILL);
    debugger.finish();
    CHECK(wait_until([&] { return !is_running(held); }));
}

TEST_SUITE_END();
