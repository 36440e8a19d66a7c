#include "shepherd/start/start_report.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "shepherd/tree/tree.hpp"

namespace netrunner {
namespace {

bool is_named_as_we_are(pid_t pid) noexcept {
    std::array<char, 16> ours{};
    std::array<char, 16> name{};
    std::array<char, 1> command{};
    describe_process(::getpid(), ours, command);
    describe_process(pid, name, command);
    return name == ours;
}

/// True if the kernel killed the child before exec gave it a name, as it does in a control group with too little
/// memory: the child still has the guard's name then. The report ends a moment before the child dies or gets its new
/// name, so this retries for up to 50 ms.
bool died_before_exec(pid_t child) noexcept {
    constexpr int moments = 50;
    for (int i = 0; i < moments && is_named_as_we_are(child); ++i) {
        siginfo_t death{};
        if (::waitid(P_PID, static_cast<id_t>(child), &death, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            death.si_pid == child) {
            return death.si_code == CLD_KILLED && death.si_status == SIGKILL && is_named_as_we_are(child);
        }
        ::poll(nullptr, 0, 1);
    }
    return false;
}

}  // namespace

std::optional<ChildFailure> StartReport::settle(pid_t child, bool may_lack_memory) noexcept {
    ChildFailure failure;
    ssize_t got = 0;
    do {
        got = ::read(pipe_.get(), &failure, sizeof failure);
    } while (got < 0 && errno == EINTR);
    pipe_.reset();
    if (got == sizeof failure) return failure;
    if (may_lack_memory && died_before_exec(child)) return ChildFailure{protocol::Stage::cgroup, ENOMEM, 0};
    return std::nullopt;
}

}  // namespace netrunner
