// Only async-signal-safe calls in this file: most of it runs between birth and exec.
#include "shepherd/start/child.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
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
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {
namespace {

using protocol::Stage;

[[noreturn]] void fail(const ChildSetup& setup, Stage stage, int error, int detail = 0) {
    const ChildFailure failure{stage, error, detail};
    // The pipe is empty and takes this whole; if the guard is gone, so is the reader of any complaint.
    [[maybe_unused]] const ssize_t written = ::write(setup.report, &failure, sizeof failure);
    ::_exit(127);
}

void place(const ChildSetup& setup, int from, int to) {
    if (from >= 0 && ::dup2(from, to) < 0) fail(setup, Stage::streams, errno);
}

/// The kernel does not choose who is protected, not even in a group that is out of memory: it would try for ever. A
/// protection that was inherited (from sshd, say) is no wish.
void give_up_oom_protection() {
    const Descriptor file(::open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC));
    char sign = 0;
    if (!file || ::pread(file.get(), &sign, 1, 0) != 1 || sign != '-') return;
    [[maybe_unused]] const ssize_t written = ::write(file.get(), "0", 1);
}

enum class Birthplace : std::uint8_t { anywhere, in_group };

/// By the process itself, with its own privileges and before it has given them away. What was pre-opened is the group
/// that is locked and limited, whatever its name means by now; that somebody is in it now is us.
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

/// Room on the stack for all that is still to be called: what is mapped stays, even if the command's limit is smaller
/// than what its own arguments take here, and the stack could not grow any more.
[[gnu::noinline]] void reserve_stack() {
    constexpr std::size_t room = 64 * 1024;
    constexpr std::size_t page = 4096;
    std::array<char, room> stack;  // NOLINT: not to be initialised, only to be there
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

void apply_identity(const ChildSetup& setup) {
    const protocol::Plan& plan = *setup.plan;
    // Groups first: without the user's privileges they could no longer be changed. The raw calls, since glibc's
    // tell other threads, of which there are none.
    if (plan.has_groups != 0 && ::syscall(SYS_setgroups, plan.group_count, plan.groups.data()) != 0) {
        fail(setup, Stage::groups, errno);
    }
    if (plan.has_gid != 0 && ::syscall(SYS_setresgid, plan.gid, plan.gid, plan.gid) != 0)
        fail(setup, Stage::gid, errno);
    if (plan.has_uid != 0 && ::syscall(SYS_setresuid, plan.uid, plan.uid, plan.uid) != 0)
        fail(setup, Stage::uid, errno);
}

/// The kernel's struct, which is not glibc's.
struct KernelAction {
    void (*handler)(int) = SIG_DFL;
    unsigned long flags = 0;
    void (*restorer)() = nullptr;
    std::uint64_t mask = 0;
};

/// The raw call: glibc's refuses 32 and 33, which posix_spawn(3) on our way here has left ignored. Fails for SIGKILL
/// and SIGSTOP, for which nothing is to be done.
void apply_dispositions(std::uint64_t ignored) {
    for (int number = 1; number <= 64; ++number) {
        KernelAction action;
        action.handler = (ignored >> (number - 1) & 1) != 0 ? SIG_IGN : SIG_DFL;
        ::syscall(SYS_rt_sigaction, number, &action, nullptr, sizeof action.mask);
    }
}

/// As execve(2), with the shell for a file that is neither a binary nor says what runs it, as execvp(3) and every
/// shell do. Returns errno.
int execute(const ChildSetup& setup, const char* path) {
    ::execve(path, setup.argv, setup.environment);
    if (errno == ENOEXEC) {
        // execvp(3): sh, the script's path, then the arguments after the command's own name.
        static char shell[] = _PATH_BSHELL;
        setup.shell_argv[0] = shell;
        setup.shell_argv[1] = const_cast<char*>(path);
        ::execve(shell, setup.shell_argv, setup.environment);
    }
    return errno;
}

/// The file is there, yet exec said ENOENT: it names an interpreter that is not.
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

/// Called in the new process.
[[noreturn]] void become_command(const ChildSetup& setup, Birthplace birthplace) noexcept {
    const protocol::Plan& plan = *setup.plan;
    // Also done by the guard; whoever comes first, the group is there before anyone needs it.
    if (::setpgid(0, 0) != 0) fail(setup, Stage::session, errno);

    // SIGTTOU is blocked like all others: asking from the background is allowed.
    if (setup.foreground_of >= 0 && ::tcsetpgrp(setup.foreground_of, ::getpid()) != 0) {
        fail(setup, Stage::terminal, errno);
    }
    place(setup, setup.standard_input, STDIN_FILENO);
    place(setup, setup.standard_output, STDOUT_FILENO);
    place(setup, setup.standard_error, STDERR_FILENO);
    if (plan.standard_error == protocol::Wiring::like_stdout) place(setup, STDOUT_FILENO, STDERR_FILENO);
    // Everything of ours is born close-on-exec; this is for what is not ours. Kernels before 5.11 lack the flag.
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);

    join_group(setup, birthplace);
    apply_limits(setup);
    if (plan.has_nice != 0 && ::setpriority(PRIO_PROCESS, 0, plan.nice) != 0) fail(setup, Stage::nice, errno);
    if (plan.has_umask != 0) ::umask(static_cast<mode_t>(plan.umask));
    apply_identity(setup);
    if (plan.no_new_privs != 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        fail(setup, Stage::no_new_privs, errno);
    }
    // A belt for the death of the guard; set after the identity, since changing that clears it. A guard that died
    // before is noticed by the parent being another one.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (::getppid() != setup.guard) ::_exit(127);

    apply_dispositions(plan.ignored);
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &plan.blocked, nullptr, sizeof plan.blocked);
    search_and_execute(setup);
}

/// In its group from the first instruction (clone3(2), Linux 5.7). Joining later is a migration, for which the kernel
/// may wait until every processor has been seen to pass a quiet point: measured 15 ms on an idle machine. -1 where it
/// cannot be. Kernels from 6.12 kill the new process before its first instruction if cgroup.kill was not written to the
/// two groups equally often, so it has to say that it lives.
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
        // Unheard it would be taken for dead, and there would be two.
        if (::write(to_parent.get(), "", 1) != 1) ::_exit(127);
        become_command(setup, Birthplace::in_group);
    }
    if (pid < 0) return -1;
    to_parent.reset();
    constexpr int patience_ms = 1000;  // a group that is frozen lets nobody run, and kills nobody
    pollfd living{sign_of_life.get(), POLLIN, 0};
    char sign = 0;
    // Only the end of the file is the sign of a death.
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
    // The other way also finds out why it cannot be, and is allowed one process more than pids.max.
    const pid_t pid = ::fork();
    if (pid == 0) become_command(setup, Birthplace::anywhere);
    return pid;
}

}  // namespace netrunner
