// This file makes only async-signal-safe calls, because most of it runs between fork and exec.
#include "shepherd/start/child.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <paths.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "shepherd/group/cpuset.hpp"
#include "shepherd/start/listen_pid.hpp"
#include "shepherd/system/descriptor.hpp"

namespace netrunner {
namespace {

using protocol::Stage;

[[noreturn]] void fail(const ChildSetup& setup, Stage stage, int error, int detail = 0) {
    const ChildFailure failure{stage, error, detail};
    // The pipe is empty, so it takes the whole report. If the write fails, the guard is gone and no process reads the
    // report.
    [[maybe_unused]] const ssize_t written = ::write(setup.report, &failure, sizeof failure);
    ::_exit(127);
}

void place(const ChildSetup& setup, int from, int to) {
    if (from >= 0 && ::dup2(from, to) < 0) fail(setup, Stage::streams, errno);
}

/// Resets a negative oom_score_adj to 0. The kernel does not kill a protected process, even if the control group is out
/// of memory, and would try forever to free some (docs/decisions/0015). The value is inherited (from sshd, for
/// example); the user has not asked for it.
void give_up_oom_protection() {
    const Descriptor file(::open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC));
    char sign = 0;
    if (!file || ::pread(file.get(), &sign, 1, 0) != 1 || sign != '-') return;
    [[maybe_unused]] const ssize_t written = ::write(file.get(), "0", 1);
}

/// Closes those of descriptors 0-2 that netrunner itself found closed (docs/decisions/0032).
void close_unwired(const protocol::Plan& plan) {
    using protocol::Wiring;
    if (plan.standard_input == Wiring::closed) ::close(STDIN_FILENO);
    if (plan.standard_output == Wiring::closed) ::close(STDOUT_FILENO);
    if (plan.standard_error == Wiring::closed) ::close(STDERR_FILENO);
}

enum class Birthplace : std::uint8_t { anywhere, in_group };

/// Moves the child into the control group, unless it was started there, before it gives up its privileges. The
/// descriptors were opened earlier and lead to the group that is locked and limited, even if the group's path leads
/// elsewhere by now. If the group has a process afterwards, that process is the child.
void join_group(const ChildSetup& setup, Birthplace birthplace) {
    if (setup.group < 0) return;
    give_up_oom_protection();
    if (birthplace == Birthplace::anywhere && ::write(setup.group_procs, "0", 1) != 1)
        fail(setup, Stage::cgroup, errno);
    std::array<char, 256> text{};
    const ssize_t got = ::pread(setup.group_events, text.data(), text.size(), 0);
    const std::string_view events(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    if (events.find("populated 1") == std::string_view::npos) fail(setup, Stage::cgroup, ESRCH);
}

/// Maps enough stack for all later calls. The command's stack limit may be smaller than what the arguments already take
/// here. Once it is set, the stack cannot grow any more, but mapped pages stay.
[[gnu::noinline]] void reserve_stack() {
    constexpr std::size_t room = 64 * 1024;
    constexpr std::size_t page = 4096;
    std::array<char, room> stack;  // NOLINT: deliberately not initialised
    for (std::size_t at = 0; at < room; at += page) static_cast<volatile char&>(stack[at]) = 0;
}

void apply_limits(const ChildSetup& setup) {
    const protocol::Plan& plan = *setup.plan;
    if (plan.limit_count > 0) reserve_stack();
    for (std::uint32_t i = 0; i < plan.limit_count; ++i) {
        const protocol::Limit& limit = plan.limits[i];
        const rlimit64 value{limit.soft, limit.hard};
        if (::setrlimit64(static_cast<__rlimit_resource>(limit.resource), &value) != 0) {
            fail(setup, Stage::rlimit, errno, limit.resource);
        }
    }
}

// On 32-bit x86 and ARM the older calls take 16 bits of an id.
#ifdef SYS_setresuid32
constexpr long set_groups = SYS_setgroups32, set_gid = SYS_setresgid32, set_uid = SYS_setresuid32;
#else
constexpr long set_groups = SYS_setgroups, set_gid = SYS_setresgid, set_uid = SYS_setresuid;
#endif

void apply_identity(const ChildSetup& setup) {
    const protocol::Plan& plan = *setup.plan;
    // Supplementary groups first: once the uid has changed, the process may not change them. Raw system calls, because
    // glibc's functions also synchronise other threads and this process has none.
    if (plan.has_groups != 0 && ::syscall(set_groups, plan.group_count, plan.groups.data()) != 0) {
        fail(setup, Stage::groups, errno);
    }
    if (plan.has_gid != 0 && ::syscall(set_gid, plan.gid, plan.gid, plan.gid) != 0) fail(setup, Stage::gid, errno);
    if (plan.has_uid != 0 && ::syscall(set_uid, plan.uid, plan.uid, plan.uid) != 0) fail(setup, Stage::uid, errno);
}

/// The kernel's struct sigaction; glibc's has another layout.
struct KernelAction {
    void (*handler)(int) = SIG_DFL;
    unsigned long flags = 0;
    void (*restorer)() = nullptr;
    std::uint64_t mask = 0;
};

/// Sets the signals that may differ from the plan to ignored or default. Raw system calls, because glibc's sigaction
/// refuses signals 32 and 33.
void apply_dispositions(const protocol::Plan& plan) {
    for (std::uint64_t left = plan.differing; left != 0; left &= left - 1) {
        const int index = std::countr_zero(left);
        KernelAction action;
        action.handler = (plan.ignored >> index & 1) != 0 ? SIG_IGN : SIG_DFL;
        ::syscall(SYS_rt_sigaction, index + 1, &action, nullptr, sizeof action.mask);
    }
}

/// Calls execve(2). If the file is neither a binary nor has an interpreter line, runs it with /bin/sh, as execvp(3) and
/// every shell do. Returns errno.
int execute(const ChildSetup& setup, const char* path) {
    ::execve(path, setup.argv, setup.environment);
    if (errno == ENOEXEC) {
        // As execvp(3) does: sh, the script's path, then the command's arguments without its argv[0].
        static char shell[] = _PATH_BSHELL;
        setup.shell_argv[0] = shell;
        setup.shell_argv[1] = const_cast<char*>(path);
        ::execve(shell, setup.shell_argv, setup.environment);
    }
    return errno;
}

/// After ENOENT: 1 if the file exists, because then its interpreter is missing; else 0.
int interpreter_missing(const char* path) { return ::access(path, F_OK) == 0 ? 1 : 0; }

std::string_view search_path(char** environment) {
    for (char** entry = environment; *entry != nullptr; ++entry) {
        if (std::strncmp(*entry, "PATH=", 5) == 0) return *entry + 5;
    }
    return "/bin:/usr/bin";  // confstr(_CS_PATH), as for execvp(3)
}

[[noreturn]] void search_and_execute(const ChildSetup& setup) {
    const std::string_view name = setup.file;
    if (name.empty()) fail(setup, Stage::exec, ENOENT);
    if (name.find('/') != std::string_view::npos) {
        const int error = execute(setup, setup.file);
        fail(setup, Stage::exec, error, error == ENOENT ? interpreter_missing(setup.file) : 0);
    }
    std::string_view path = search_path(setup.environment);
    std::array<char, 4096 + 256> candidate{};
    int denied = 0;
    while (true) {
        const std::size_t colon = path.find(':');
        std::string_view directory = path.substr(0, colon);
        if (directory.empty()) directory = ".";
        if (directory.size() + 1 + name.size() < candidate.size()) {
            std::memcpy(candidate.data(), directory.data(), directory.size());
            candidate[directory.size()] = '/';
            std::memcpy(candidate.data() + directory.size() + 1, name.data(), name.size());
            candidate[directory.size() + 1 + name.size()] = '\0';
            const int error = execute(setup, candidate.data());
            if (error == ENOENT && interpreter_missing(candidate.data()) != 0) fail(setup, Stage::exec, error, 1);
            const bool not_here = error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP ||
                                  error == ESTALE || error == ENODEV || error == ETIMEDOUT;
            if (error == EACCES) {
                denied = error;
            } else if (!not_here) {
                fail(setup, Stage::exec, error);
            }
        }
        if (colon == std::string_view::npos) break;
        path.remove_prefix(colon + 1);
    }
    fail(setup, Stage::exec, denied != 0 ? denied : ENOENT);
}

/// Runs in the new process. The order of the steps matters; the comments say why.
[[noreturn]] void become_command(const ChildSetup& setup, Birthplace birthplace) noexcept {
    const protocol::Plan& plan = *setup.plan;
    // The guard calls setpgid for this process too, so the process group exists before either of the two processes
    // needs it.
    if (::setpgid(0, 0) != 0) fail(setup, Stage::session, errno);

    // All signals are blocked here, SIGTTOU too, so the kernel lets a process in the background take the foreground.
    if (setup.foreground_of >= 0 && ::tcsetpgrp(setup.foreground_of, ::getpid()) != 0) {
        fail(setup, Stage::terminal, errno);
    }
    place(setup, setup.standard_input, STDIN_FILENO);
    place(setup, setup.standard_output, STDOUT_FILENO);
    place(setup, setup.standard_error, STDERR_FILENO);
    if (plan.standard_error == protocol::Wiring::like_stdout) place(setup, STDOUT_FILENO, STDERR_FILENO);
    close_unwired(plan);

    join_group(setup, birthplace);
    apply_limits(setup);
    if (plan.has_nice != 0 && ::setpriority(PRIO_PROCESS, 0, plan.nice) != 0) fail(setup, Stage::nice, errno);
    if (plan.has_umask != 0) ::umask(static_cast<mode_t>(plan.umask));
    apply_identity(setup);
    if (plan.no_new_privs != 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        fail(setup, Stage::no_new_privs, errno);
    }
    // If the guard dies, the kernel kills the command. Set this after the identity, because the kernel clears it when
    // the identity changes. If the guard died before this call, the parent is another process by now.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (::getppid() != setup.guard) ::_exit(127);

    if (plan.passes_descriptors != 0) take_over_listening(setup.environment, plan.runner);
    apply_dispositions(plan);
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &plan.blocked, nullptr, sizeof plan.blocked);
    search_and_execute(setup);
}

/// Starts the child inside the control group (clone3(2), Linux 5.7), because joining it later took 15 ms on an idle
/// machine (docs/decisions/0016). Returns -1 if that fails. Kernels from 6.12 on kill the child before its first
/// instruction if cgroup.kill was not written equally often to the guard's group and the new one, so the child writes
/// one byte to show that it runs. Older kernels (5.10) do not apply the group's cpuset to the child; it then exits.
pid_t start_in_group(const ChildSetup& setup) noexcept {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
    const Descriptor sign_of_life(ends[0]);
    Descriptor to_parent(ends[1]);
    struct clone_args arguments {};
    arguments.flags = CLONE_INTO_CGROUP;
    arguments.exit_signal = SIGCHLD;
    arguments.cgroup = static_cast<std::uint64_t>(setup.group);
    const long pid = ::syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) {
        // Without the byte, the guard starts another process, which joins the group by a write. That applies the
        // cpuset.
        if (!obeys_cpuset(setup.group) || ::write(to_parent.get(), "", 1) != 1) ::_exit(127);
        become_command(setup, Birthplace::in_group);
    }
    if (pid < 0) return -1;
    to_parent.reset();
    constexpr int patience_ms = 1000;  // in a frozen group the child neither runs nor dies
    pollfd living{sign_of_life.get(), POLLIN, 0};
    char sign = 0;
    // Only end-of-file means that the child has died.
    if (::poll(&living, 1, patience_ms) != 1 || ::read(sign_of_life.get(), &sign, 1) != 0)
        return static_cast<pid_t>(pid);
    while (::waitpid(static_cast<pid_t>(pid), nullptr, 0) < 0 && errno == EINTR) {
    }
    return -1;
}

}  // namespace

pid_t start_command(const ChildSetup& setup) noexcept {
    if (setup.group >= 0) {
        const pid_t pid = start_in_group(setup);
        if (pid > 0) return pid;
    }
    // Fall back to fork and a write to cgroup.procs. If the write fails, its errno tells why the group cannot be
    // joined. The write also succeeds when pids.max is reached.
    const pid_t pid = ::fork();
    if (pid == 0) become_command(setup, Birthplace::anywhere);
    return pid;
}

}  // namespace netrunner
