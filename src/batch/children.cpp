#include "src/batch/children.hpp"

#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <ctime>

namespace netrunner {
namespace {

constexpr std::chrono::seconds time_to_exit{1};

}  // namespace

void Children::leave(pid_t helper, TimePoint now) {
    const auto found = helpers_.find(helper);
    if (found == helpers_.end()) return;  // it has been reaped
    siginfo_t unused{};
    if (::waitid(P_PID, static_cast<id_t>(helper), &unused, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0) {
        helpers_.erase(found);  // a guard that died before its shepherd is no child of this process
        return;
    }
    found->second = nullptr;
    leaving_.push_back({helper, now + time_to_exit});
}

void Children::reap(const Reaped& reaped) {
    while (true) {
        siginfo_t child{};
        if (::waitid(P_ALL, 0, &child, WEXITED | WSTOPPED | WNOHANG | __WALL) != 0 || child.si_pid == 0) break;
        const auto found = helpers_.find(child.si_pid);
        const bool is_helper = found != helpers_.end();
        if (child.si_code == CLD_STOPPED || child.si_code == CLD_TRAPPED) {
            if (is_helper) ::kill(child.si_pid, SIGCONT);
            continue;
        }
        Session* const session = is_helper ? found->second : nullptr;
        const bool is_over = is_helper && session == nullptr;
        if (is_helper) helpers_.erase(found);
        if (!is_over) reaped(session, child);
    }
    while (!leaving_.empty() && !helpers_.contains(leaving_.front().pid)) leaving_.pop_front();
}

std::optional<TimePoint> Children::deadline() const {
    return leaving_.empty() ? std::nullopt : std::optional(leaving_.front().kill_at);
}

void Children::handle_time(TimePoint now) {
    while (!leaving_.empty() && now >= leaving_.front().kill_at) {
        const pid_t pid = leaving_.front().pid;
        leaving_.pop_front();
        // Not reaped yet, so the pid is still its own. It stays in `helpers_` until it has ended.
        if (helpers_.contains(pid)) ::kill(pid, SIGKILL);
    }
}

void Children::finish() {
    constexpr timespec moment{.tv_sec = 0, .tv_nsec = 50'000'000};
    sigset_t ended;
    ::sigemptyset(&ended);
    ::sigaddset(&ended, SIGCHLD);
    const Reaped ignore = [](Session*, const siginfo_t&) {};
    for (reap(ignore); !helpers_.empty(); reap(ignore)) {
        handle_time(std::chrono::steady_clock::now());
        ::sigtimedwait(&ended, nullptr, &moment);
    }
}

}  // namespace netrunner
