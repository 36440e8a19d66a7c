#include "src/system/child_end.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <chrono>

#include "shepherd/system/pidfd.hpp"

namespace netrunner {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

bool await_by_signal(pid_t child, milliseconds patience) {
    const auto until = steady_clock::now() + patience;
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGCHLD);
    bool took_signal = false;
    bool ended = false;
    while (!(ended = has_ended(child))) {
        const nanoseconds left = until - steady_clock::now();
        if (left <= nanoseconds::zero()) break;
        constexpr long second = 1'000'000'000;
        const timespec time{.tv_sec = left.count() / second, .tv_nsec = static_cast<long>(left.count() % second)};
        took_signal = ::sigtimedwait(&set, nullptr, &time) == SIGCHLD || took_signal;
    }
    // It may have been about another child.
    if (took_signal) ::raise(SIGCHLD);
    return ended;
}

}  // namespace

bool has_ended(pid_t child) {
    siginfo_t end{};
    return ::waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 &&
           end.si_pid == child;
}

bool await_end(pid_t child, int milliseconds) {
    const Descriptor pidfd = open_pidfd(child);
    if (!pidfd) return await_by_signal(child, std::chrono::milliseconds(milliseconds));
    pollfd ended{pidfd.get(), POLLIN, 0};
    return ::poll(&ended, 1, milliseconds) == 1;
}

}  // namespace netrunner
