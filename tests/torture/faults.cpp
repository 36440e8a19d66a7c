// Each system call of one of netrunner's processes fails once, with each error that a machine short of resources can
// give. The run succeeds, or reports the failure, and nothing is left.
#include <doctest/doctest.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include "injection.hpp"

using namespace support;

namespace {

constexpr std::array errors{EINTR, EAGAIN, EMFILE, ENOMEM, EIO, ENOSYS};
constexpr long first_three = 3;

// Calls that cannot fail or do not return, and calls of the C library, which ends the program if one of them fails.
const std::set<long> not_ours {
#if defined(__x86_64__)
    SYS_arch_prctl,
#endif
        SYS_getpid, SYS_getppid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_umask,
        SYS_rt_sigreturn, SYS_exit_group, SYS_exit, SYS_restart_syscall, SYS_set_tid_address, SYS_set_robust_list,
        SYS_rseq, SYS_mprotect, SYS_brk, SYS_getrandom, SYS_futex
};

std::vector<std::string> with_an_orphan(const Arena& arena, bool in_group) {
    std::vector<std::string> words{"-k", "50ms"};
    const auto group = arena.in_group();
    if (in_group) words.insert(words.end(), group.begin(), group.end());
    words.insert(words.end(), {"--", "sh", "-c", "exec 9>\"$0\"; setsid sleep 60 & echo hi; exit 3", arena.fifo()});
    return words;
}

/// Whether the kernel can give `error` for `call`. On netrunner's own sockets, pipes and children these calls fail only
/// if they are interrupted or memory is short. close(2) is left out: it closes the descriptor even if it fails, but an
/// injected failure skips the call.
bool can_give(long call, int error) {
    if (call == SYS_close) return false;
#if defined(__x86_64__)
    if (call == SYS_poll) return error == EINTR;
#endif
    static const std::set<long> waiting{SYS_read, SYS_ppoll, SYS_wait4, SYS_waitid};
    static const std::set<long> linked{SYS_sendto, SYS_sendmsg, SYS_recvmsg, SYS_recvfrom};
    if (waiting.contains(call)) return error == EINTR;
    return !linked.contains(call) || error == EINTR || error == EAGAIN || error == ENOMEM;
}

std::vector<Strike> all_strikes(const std::vector<long>& calls, int depth) {
    std::vector<Strike> strikes;
    for (const long call : std::set<long>(calls.begin(), calls.end())) {
        if (not_ours.contains(call)) continue;
        const long most = std::min<long>(first_three, std::count(calls.begin(), calls.end(), call));
        for (const int error : errors) {
            if (!can_give(call, error)) continue;
            for (long when = 1; when <= most; ++when) {
                strikes.push_back({.depth = depth, .deed = "fail", .call = call, .error = error, .when = when});
            }
        }
    }
    return strikes;
}

/// True for the command's own result. Also true for a line that names what failed; then the run may end in any way.
bool as_promised(const Result& result) {
    if (contains(result.err, "netrunner: cannot ") || contains(result.err, "netrunner: cgroup: ")) return true;
    if (result.ending == exit_code(125)) return begins(result.err, "netrunner: ");
    return result.ending == exit_code(3) && result.out == "hi\n";
}

int fail_every_call(Trial& trial, int depth, bool in_group) {
    if (sanitized) {
        skip("the strikes would hit the sanitizer's own calls, and the sanitizer ends the program if one fails");
        return 1;
    }
    if (!can_fail_calls) {
        skip("the injector does not know this machine's registers");
        return 1;
    }
    const CgroupDir groups;
    if (!groups) return 1;
    trial.expect_strays();
    std::vector<long> calls;
    {
        Arena arena(trial, groups);
        calls =
            Injection(trial, arena, {.depth = depth, .deed = "list"}, with_an_orphan(arena, in_group)).finish().calls;
    }
    auto strikes = all_strikes(calls, depth);
    const std::size_t of_all = strikes.size();
    // The short form selects strikes by their content, so that it makes the same strikes even if a run makes a call
    // more or less.
    const auto left_out = [](const Strike& strike) {
        return (strike.call * 7 + strike.error * 3 + strike.when) % 11 != 0;
    };
    if (amount(1, 2) == 1) std::erase_if(strikes, left_out);
    int hits = 0;
    for (const auto& strike : strikes) {
        Arena arena(trial, groups);
        Injection injection(trial, arena, strike, with_an_orphan(arena, in_group));
        const auto struck = injection.finish();
        CAPTURE(strike.text());
        CHECK_MESSAGE(struck.ended, "hangs; its standard error: ", struck.result.err);
        if (struck.ended) {
            CHECK_MESSAGE(as_promised(struck.result), struck.result.ending, " out: ", struck.result.out,
                          " err: ", struck.result.err);
        }
        if (!arena.all_gone(injection.process(), {}, 3s)) {
            // If netrunner cannot remove a group, it reports that, and gc has to remove the group.
            const auto seen = arena.left(injection.process());
            const bool told = contains(struck.result.err, "cannot remove") || !struck.ended;
            CHECK_MESSAGE((told && arena.all_gone_after_gc(injection.process())), seen, struck.result.err);
        }
        trial.reap_strays();
        if (struck.hit) ++hits;
    }
    MESSAGE(hits, " of ", of_all, " faults were tried");
    return hits;
}

}  // namespace

TEST_SUITE_BEGIN("faults");

TEST_CASE_FIXTURE(Trial, "any system call of netrunner may fail, with a group") {
    CHECK(fail_every_call(*this, depth_of_runner, true) > 0);
}

TEST_CASE_FIXTURE(Trial, "any system call of netrunner may fail, without a group") {
    CHECK(fail_every_call(*this, depth_of_runner, false) > 0);
}

TEST_CASE_FIXTURE(Trial, "any system call of the shepherd may fail, with a group") {
    CHECK(fail_every_call(*this, depth_of_shepherd, true) > 0);
}

TEST_CASE_FIXTURE(Trial, "any system call of the shepherd may fail, without a group") {
    CHECK(fail_every_call(*this, depth_of_shepherd, false) > 0);
}

TEST_CASE_FIXTURE(Trial, "any system call of the shepherd's child may fail") {
    CHECK(fail_every_call(*this, depth_of_shepherd + 1, true) > 0);
    CHECK(fail_every_call(*this, depth_of_shepherd + 1, false) > 0);
}

TEST_CASE_FIXTURE(Trial, "any system call of the shepherd's grandchild may fail") {
    // In a build without a guard this depth is not a process of netrunner.
    CHECK(fail_every_call(*this, depth_of_shepherd + 2, true) >= 0);
}

TEST_CASE_FIXTURE(Trial, "a system call that fails once, or has a fallback, does not change the run") {
    if (!can_fail_calls) return skip("the injector does not know this machine's registers");
    const CgroupDir groups;
    if (!groups) return;
    expect_strays();
    const auto of_runner = [](long call, int error, long when) {
        return Strike{.depth = depth_of_runner, .deed = "fail", .call = call, .error = error, .when = when};
    };
    const auto of_guard = [](long call, int error, long when) {
        return Strike{.depth = depth_of_shepherd + 1, .deed = "fail", .call = call, .error = error, .when = when};
    };
    for (const auto& strike :
         {of_runner(SYS_splice, ENOSYS, 1), of_runner(SYS_splice, ENOMEM, 1), of_runner(SYS_splice, EIO, 2),
          of_guard(SYS_sendmsg, ENOMEM, 1), of_guard(SYS_sendmsg, ENOBUFS, 2), of_guard(SYS_clone3, ENOSYS, 1)}) {
        CAPTURE(strike.text());
        Arena arena(*this, groups);
        Injection injection(*this, arena, strike, with_an_orphan(arena, true));
        const auto struck = injection.finish();
        CHECK(struck.hit);
        CHECK(struck.result.ending == exit_code(3));
        CHECK_MESSAGE(struck.result.out == "hi\n", struck.result.err);
        CHECK_MESSAGE(arena.all_gone(injection.process()), arena.left(injection.process()));
    }
}

TEST_SUITE_END();
