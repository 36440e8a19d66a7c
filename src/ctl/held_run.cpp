#include "src/ctl/held_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <vector>

#include "shepherd/system/pidfd.hpp"
#include "shepherd/tree/tree.hpp"
#include "src/runs/run_scan.hpp"
#include "src/values/errno_text.hpp"

namespace netrunner {
namespace {

/// PIDFD_SIGNAL_PROCESS_GROUP of pidfd_send_signal(2), Linux 6.9.
constexpr unsigned to_group = 1U << 2U;

/// The run whose tree, or whose helpers, the process is one of; 0 if there is none.
pid_t run_around(pid_t pid, const std::vector<FoundRun>& runs) {
    TreeMember member;
    while (pid > 1 && read_member(pid, member)) {
        pid = member.parent;
        if (std::ranges::find(runs, pid, &FoundRun::pid) != runs.end()) return pid;
    }
    return 0;
}

FoundRun find_run(pid_t pid) {
    const std::vector<FoundRun> runs = find_runs(std::nullopt);
    const auto found = std::ranges::find(runs, pid, &FoundRun::pid);
    if (found == runs.end()) {
        if (const pid_t around = run_around(pid, runs))
            throw std::runtime_error(
                fmt::format("process {} is part of run {} (say: netrunner ctl {})", pid, around, around));
        throw std::runtime_error(fmt::format("process {} is no run (netrunner ps lists the runs)", pid));
    }
    if (::geteuid() != 0 && ::geteuid() != found->user) {
        throw std::runtime_error(
            fmt::format("run {} is another user's, uid {} (only that user and root can control it)", pid, found->user));
    }
    if (found->state == FoundRun::State::lost) {
        throw std::runtime_error(
            fmt::format("run {} is lost: its netrunner was killed, and a helper is ending the command", pid));
    }
    return *found;
}

}  // namespace

HeldRun::HeldRun(pid_t pid) : pidfd_(open_pidfd(pid)), run_(find_run(pid)) {}

void HeldRun::fail(const char* act, int error) const {
    if (error == ESRCH) throw std::runtime_error(fmt::format("run {} has just ended", run_.pid));
    throw std::runtime_error(fmt::format("cannot {} {}: {}", act, run_.pid, errno_text(error)));
}

void HeldRun::stop() const {
    if (pidfd_) {
        if (send_by_pidfd(pidfd_, SIGTERM, nullptr)) return;
    } else {
        errno = 0;
        if (::kill(run_.pid, SIGTERM) == 0) return;
    }
    fail("stop run", errno);
}

void HeldRun::signal_command(int signal) const {
    if (run_.jobs) {
        throw std::runtime_error(
            fmt::format("{} is a batch, and 'signal' needs one command: only 'stop' works for a batch", run_.pid));
    }
    const auto has_ended = [&] {
        return std::runtime_error(
            fmt::format("the command of run {} is not running: it has ended, or has not started", run_.pid));
    };
    if (run_.leader == 0) throw has_ended();
    const Descriptor command = open_pidfd(run_.leader);
    TreeMember member;
    // If the pid was reused since the scan, the process is no group leader below the guard any more.
    if (!read_member(run_.leader, member) || member.is_dead() || find_run(run_.pid).leader != run_.leader)
        throw has_ended();
    if (command && send_by_pidfd(command, signal, nullptr, to_group)) return;
    if (::kill(-run_.leader, signal) == 0) return;
    if (errno == ESRCH) throw has_ended();
    fail("signal the command of run", errno);
}

}  // namespace netrunner
