#include "shepherd/start/runner_watch.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "shepherd/system/monotonic.hpp"
#include "shepherd/system/pidfd.hpp"

namespace netrunner {

RunnerWatch::RunnerWatch(pid_t runner) noexcept : runner_(runner) {
    if (is_orphan()) return;
    descriptor_ = open_pidfd(runner_);
    if (!descriptor_ && errno == ENOSYS) {
        has_pidfd_ = false;
        sigset_t continued;
        ::sigemptyset(&continued);
        ::sigaddset(&continued, SIGCONT);
        descriptor_ = Descriptor(::signalfd(-1, &continued, SFD_CLOEXEC | SFD_NONBLOCK));
    }
    // The runner may have died meanwhile, and another process may have its pid by now.
    if (is_orphan()) descriptor_.reset();
}

bool RunnerWatch::has_ended(int patience_ms) noexcept {
    const std::int64_t until = patience_ms == forever ? -1 : now_ms() + patience_ms;
    while (descriptor_) {
        pollfd runner{descriptor_.get(), POLLIN, 0};
        const std::int64_t left = until < 0 ? forever : std::max<std::int64_t>(until - now_ms(), 0);
        if (::poll(&runner, 1, static_cast<int>(left)) > 0) {
            if (!has_pidfd_) forget_signals();
            // Any process may send SIGCONT, and the runner does, to continue a shepherd that was stopped.
            if (has_pidfd_ || is_orphan()) descriptor_.reset();
        } else if (until >= 0 && now_ms() >= until) {
            return false;
        }
    }
    return true;
}

bool RunnerWatch::is_orphan() const noexcept { return ::getppid() != runner_; }

void RunnerWatch::forget_signals() const noexcept {
    signalfd_siginfo info{};
    while (::read(descriptor_.get(), &info, sizeof info) == sizeof info) {
    }
}

}  // namespace netrunner
