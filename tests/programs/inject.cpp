// inject DEPTH kill|stop WHEN RESULT COMMAND...         : signals the target at the entry of its WHENth system call
// inject DEPTH fail SYSCALL ERRNO WHEN RESULT COMMAND... : lets its WHENth call of SYSCALL fail with ERRNO (numbers)
// inject DEPTH list 0 RESULT COMMAND...                  : only lists its system calls
//
// Runs COMMAND and acts once on one process: COMMAND itself (0, from its exec on), its first child (1), that child's
// first child (2), ... from their birth on. A process of depth 2 or more is not followed after an exec, because it is
// no longer part of netrunner. RESULT gets `tracer PID`, `call NUMBER` for every call seen, and `hit NUMBER` or `end`.
// Unlike strace -f it acts on exactly one process, and then detaches from all.
#include <elf.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "announce.hpp"

namespace {

enum class Deed { kill, stop, fail, list };

struct Order {
    int depth = 0;
    Deed deed = Deed::list;
    long syscall = -1;
    int error = 0;
    long when = 0;
    const char* result = nullptr;
};

constexpr long options =
    PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;

// The kernel detaches all traced processes when the tracer exits (ptrace(2)).
[[noreturn]] void leave(const Order& order, const char* word, long number) {
    announce(order.result, "%s %ld\n", word, number);
    std::_Exit(0);
}

int event_of(int status) { return status >> 16; }

/// At the entry of a system call: lets the kernel skip the call, and gives it the result -`error`. An invalid number
/// makes the kernel skip it.
void replace(pid_t pid, int error) {
#if defined(__x86_64__)
    user_regs_struct registers{};
    ::ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
    registers.orig_rax = static_cast<unsigned long long>(-1);
    ::ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
    ::ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr);
    int status = 0;
    ::waitpid(pid, &status, __WALL);
    ::ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
    registers.rax = static_cast<unsigned long long>(-error);
    ::ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
#elif defined(__aarch64__)
    // The number is no register of the process's: x8 has been read already.
    int number = -1;
    iovec part{&number, sizeof number};
    ::ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &part);
    ::ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr);
    int status = 0;
    ::waitpid(pid, &status, __WALL);
    user_regs_struct registers{};
    part = {&registers, sizeof registers};
    ::ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part);
    registers.regs[0] = static_cast<unsigned long long>(-error);
    ::ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &part);
#else
    (void)pid, (void)error;
#endif
}

/// At the entry of a system call: acts if it is the call that was ordered.
void consider(const Order& order, pid_t pid, long& seen) {
    __ptrace_syscall_info info{};
    ::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
    const long number = static_cast<long>(info.entry.nr);
    if (order.deed == Deed::list) announce(order.result, "call %ld\n", number);
    if (order.deed == Deed::list || (order.deed == Deed::fail && number != order.syscall)) return;
    if (++seen != order.when) return;
    if (order.deed == Deed::kill) ::kill(pid, SIGKILL);
    if (order.deed == Deed::stop) ::kill(pid, SIGSTOP);
    if (order.deed == Deed::fail) replace(pid, order.error);
    leave(order, "hit", number);
}

[[noreturn]] void trace(const Order& order, pid_t target) {
    pid_t pid = target;
    int depth = 0;
    bool begun = false;  // the first exec starts COMMAND
    long seen = 0;
    for (;;) {
        int status = 0;
        if (::waitpid(pid, &status, __WALL) < 0 || WIFEXITED(status) || WIFSIGNALED(status)) leave(order, "end", seen);
        const int signal = WSTOPSIG(status);
        int deliver = 0;
        auto go_on = depth == order.depth && begun ? PTRACE_SYSCALL : PTRACE_CONT;
        if (signal == (SIGTRAP | 0x80)) {
            consider(order, pid, seen);
        } else if (event_of(status) == PTRACE_EVENT_EXEC) {
            if (depth >= 2) leave(order, "end", seen);
            begun = true;
            if (depth == order.depth) go_on = PTRACE_SYSCALL;
        } else if (const int event = event_of(status);
                   event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
            unsigned long born = 0;
            ::ptrace(PTRACE_GETEVENTMSG, pid, nullptr, &born);
            const pid_t child = static_cast<pid_t>(born);
            if (depth < order.depth && begun) {
                ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
                pid = child;
                ++depth;
            } else {
                ::waitpid(child, nullptr, __WALL);
                ::ptrace(PTRACE_DETACH, child, nullptr, nullptr);
            }
            if (pid == child) continue;
        } else if (event_of(status) == PTRACE_EVENT_STOP) {
            if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU) {
                ::ptrace(PTRACE_LISTEN, pid, nullptr, nullptr);
                continue;
            }
        } else {
            deliver = signal;
        }
        ::ptrace(go_on, pid, nullptr, deliver);
    }
}

/// The tracer is a daemon, not a relative of COMMAND, so that COMMAND has the same parent and children as without it.
void start_tracer(const Order& order) {
    const pid_t target = ::getpid();
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0) std::_Exit(97);
    ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    const pid_t middle = ::fork();
    if (middle == 0) {
        if (::fork() != 0) std::_Exit(0);
        for (int descriptor = 0; descriptor < 3; ++descriptor) ::close(descriptor);
        if (::ptrace(PTRACE_SEIZE, target, nullptr, options) != 0) std::_Exit(96);
        announce(order.result, "tracer %d\n", static_cast<int>(::getpid()));
        ::close(ready[0]);
        ::close(ready[1]);
        trace(order, target);
    }
    ::close(ready[1]);
    ::waitpid(middle, nullptr, 0);
    char byte = 0;
    [[maybe_unused]] const ssize_t end = ::read(ready[0], &byte, 1);
    ::close(ready[0]);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) return 2;
    Order order{.depth = std::atoi(argv[1])};
    int at = 3;
    if (std::strcmp(argv[2], "kill") == 0) order.deed = Deed::kill;
    if (std::strcmp(argv[2], "stop") == 0) order.deed = Deed::stop;
    if (std::strcmp(argv[2], "fail") == 0) {
        order.deed = Deed::fail;
        order.syscall = std::atol(argv[at++]);
        order.error = std::atoi(argv[at++]);
    }
    if (argc < at + 3) return 2;
    order.when = std::atol(argv[at++]);
    order.result = argv[at++];
    start_tracer(order);
    ::execvp(argv[at], argv + at);
    return 127;
}
