// The C library functions that the shepherd calls, implemented as system calls, for builds without a C library
// (docs/decisions/0024, 0068). Each one does what its manual page says, but only what the shepherd needs: one thread,
// no cancellation points, no caches. x86-64 and arm64; where arm64 has no system call of that name, both use the newer
// one.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <type_traits>

namespace {

int last_error = 0;

/// Sets errno and returns -1 for an error. The kernel returns -errno, and no error number is above 4095.
long checked(long result) {
    if (result >= 0 || result < -4095) return result;
    last_error = static_cast<int>(-result);
    return -1;
}

#if defined(__x86_64__)
long raw(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    register long fourth asm("r10") = d;
    register long fifth asm("r8") = e;
    register long sixth asm("r9") = f;
    long result = number;
    asm volatile("syscall"
                 : "+a"(result)
                 : "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                 : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
long raw(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    register long call asm("x8") = number;
    register long result asm("x0") = a;
    register long second asm("x1") = b;
    register long third asm("x2") = c;
    register long fourth asm("x3") = d;
    register long fifth asm("x4") = e;
    register long sixth asm("x5") = f;
    asm volatile("svc 0"
                 : "+r"(result)
                 : "r"(call), "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth)
                 : "memory");
    return result;
}
#endif

template <class Value>
long word(Value value) {
    if constexpr (std::is_pointer_v<Value>) {
        return reinterpret_cast<long>(value);
    } else {
        return static_cast<long>(value);
    }
}

template <class Result = int, class... Words>
Result call(long number, Words... words) {
    return static_cast<Result>(checked(raw(number, word(words)...)));
}

constexpr long kernel_set_size = 8;  // bytes of the kernel's signal set

/// The kernel's struct termios, which is smaller than glibc's.
struct KernelTermios {
    tcflag_t input;
    tcflag_t output;
    tcflag_t control;
    tcflag_t local;
    cc_t line;
    cc_t characters[19];
};

/// The kernel's struct sigaction.
struct KernelAction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)();
    unsigned long mask;
};

}  // namespace

#define CALL extern "C" __attribute__((used))

CALL int* __errno_location() noexcept { return &last_error; }  // NOLINT(bugprone-reserved-identifier): errno uses it

CALL long syscall(long number, ...) noexcept {
    va_list rest;
    va_start(rest, number);
    long words[6];
    for (long& argument : words) argument = va_arg(rest, long);  // the kernel reads only as many as the call has
    va_end(rest);
    return checked(raw(number, words[0], words[1], words[2], words[3], words[4], words[5]));
}

CALL void _exit(int status) {
    while (true) raw(SYS_exit_group, status);
}

// ---- files

CALL int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = va_arg(rest, mode_t);
    va_end(rest);
    return call(SYS_openat, AT_FDCWD, path, flags, mode);
}
CALL int openat(int directory, const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = va_arg(rest, mode_t);
    va_end(rest);
    return call(SYS_openat, directory, path, flags, mode);
}
CALL int close(int fd) { return call(SYS_close, fd); }
CALL ssize_t read(int fd, void* to, size_t size) { return call<ssize_t>(SYS_read, fd, to, size); }
CALL ssize_t write(int fd, const void* from, size_t size) { return call<ssize_t>(SYS_write, fd, from, size); }
CALL ssize_t pread(int fd, void* to, size_t size, off_t at) { return call<ssize_t>(SYS_pread64, fd, to, size, at); }
CALL ssize_t pwrite(int fd, const void* from, size_t size, off_t at) {
    return call<ssize_t>(SYS_pwrite64, fd, from, size, at);
}
CALL off_t lseek(int fd, off_t offset, int whence) noexcept { return call<off_t>(SYS_lseek, fd, offset, whence); }
CALL int dup2(int from, int to) noexcept {
    // dup3 refuses equal numbers. dup2 only checks the descriptor then.
    if (from == to) return call(SYS_fcntl, from, F_GETFD) < 0 ? -1 : to;
    return call(SYS_dup3, from, to, 0);
}
CALL int pipe2(int* ends, int flags) noexcept { return call(SYS_pipe2, ends, flags); }
CALL int poll(pollfd* watched, nfds_t count, int timeout) {
    timespec left{timeout / 1000, timeout % 1000 * 1000000L};
    return call(SYS_ppoll, watched, count, timeout < 0 ? nullptr : &left, 0, kernel_set_size);
}
CALL int fcntl(int fd, int what, ...) {
    va_list rest;
    va_start(rest, what);
    const long argument = va_arg(rest, long);
    va_end(rest);
    return call(SYS_fcntl, fd, what, argument);
}
CALL int ioctl(int fd, unsigned long what, ...) noexcept {
    va_list rest;
    va_start(rest, what);
    const long argument = va_arg(rest, long);
    va_end(rest);
    return call(SYS_ioctl, fd, what, argument);
}
CALL int flock(int fd, int how) noexcept { return call(SYS_flock, fd, how); }
CALL int stat(const char* __restrict path, struct stat* __restrict info) noexcept {
    return call(SYS_newfstatat, AT_FDCWD, path, info, 0);
}
CALL int fstat(int fd, struct stat* info) noexcept { return call(SYS_fstat, fd, info); }
CALL int access(const char* path, int how) noexcept { return call(SYS_faccessat, AT_FDCWD, path, how); }
CALL int chdir(const char* path) noexcept { return call(SYS_chdir, path); }
CALL int rmdir(const char* path) noexcept { return call(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR); }
CALL int mkdirat(int directory, const char* path, mode_t mode) noexcept {
    return call(SYS_mkdirat, directory, path, mode);
}
CALL int unlinkat(int directory, const char* path, int flags) noexcept {
    return call(SYS_unlinkat, directory, path, flags);
}
CALL int fchmod(int fd, mode_t mode) noexcept { return call(SYS_fchmod, fd, mode); }
CALL int fremovexattr(int fd, const char* name) noexcept { return call(SYS_fremovexattr, fd, name); }
CALL int fchown(int fd, uid_t user, gid_t group) noexcept { return call(SYS_fchown, fd, user, group); }
/// Ignores the flags, because the system call has none.
CALL int fchmodat(int directory, const char* path, mode_t mode, int /*flags*/) noexcept {
    return call(SYS_fchmodat, directory, path, mode);
}
CALL ssize_t readlink(const char* __restrict path, char* __restrict room, size_t size) noexcept {
    return call<ssize_t>(SYS_readlinkat, AT_FDCWD, path, room, size);
}
CALL __ssize_t getdents64(int fd, void* room, size_t size) noexcept {
    return call<ssize_t>(SYS_getdents64, fd, room, size);
}
CALL int mount(const char* what, const char* where, const char* kind, unsigned long flags, const void* data) noexcept {
    return call(SYS_mount, what, where, kind, flags, data);
}
CALL mode_t umask(mode_t mask) noexcept { return call<mode_t>(SYS_umask, mask); }

CALL void* mmap(void* start, size_t length, int protection, int flags, int fd, off_t offset) noexcept {
    return reinterpret_cast<void*>(call<long>(SYS_mmap, start, length, protection, flags, fd, offset));
}
CALL int munmap(void* start, size_t length) noexcept { return call(SYS_munmap, start, length); }
CALL int madvise(void* start, size_t length, int advice) noexcept { return call(SYS_madvise, start, length, advice); }

// ---- sockets

CALL ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    return call<ssize_t>(SYS_sendmsg, fd, message, flags);
}
CALL ssize_t recv(int fd, void* to, size_t size, int flags) {
    return call<ssize_t>(SYS_recvfrom, fd, to, size, flags, 0, 0);
}
CALL int shutdown(int fd, int how) noexcept { return call(SYS_shutdown, fd, how); }

// ---- processes and signals

CALL pid_t fork() noexcept { return call<pid_t>(SYS_clone, SIGCHLD, 0, 0, 0, 0); }
CALL int execve(const char* path, char* const* argv, char* const* environment) noexcept {
    return call(SYS_execve, path, argv, environment);
}
CALL pid_t wait4(pid_t pid, int* status, int options, rusage* usage) noexcept {
    return call<pid_t>(SYS_wait4, pid, status, options, usage);
}
CALL pid_t waitpid(pid_t pid, int* status, int options) { return wait4(pid, status, options, nullptr); }
CALL int waitid(idtype_t kind, id_t id, siginfo_t* info, int options) {
    return call(SYS_waitid, kind, id, info, options, 0);
}
CALL pid_t getpid() noexcept { return call<pid_t>(SYS_getpid); }
CALL pid_t getppid() noexcept { return call<pid_t>(SYS_getppid); }
CALL pid_t getpgrp() noexcept { return call<pid_t>(SYS_getpgid, 0); }
CALL pid_t getpgid(pid_t pid) noexcept { return call<pid_t>(SYS_getpgid, pid); }
CALL uid_t getuid() noexcept { return call<uid_t>(SYS_getuid); }
CALL uid_t geteuid() noexcept { return call<uid_t>(SYS_geteuid); }
CALL gid_t getgid() noexcept { return call<gid_t>(SYS_getgid); }
CALL gid_t getegid() noexcept { return call<gid_t>(SYS_getegid); }
CALL pid_t getsid(pid_t pid) noexcept { return call<pid_t>(SYS_getsid, pid); }
CALL pid_t setsid() noexcept { return call<pid_t>(SYS_setsid); }
CALL int setpgid(pid_t pid, pid_t group) noexcept { return call(SYS_setpgid, pid, group); }
CALL int setpriority(__priority_which_t which, id_t who, int nice) noexcept {
    return call(SYS_setpriority, which, who, nice);
}
CALL int setrlimit(__rlimit_resource_t resource, const struct rlimit* limit) noexcept {
    return call(SYS_setrlimit, resource, limit);
}
CALL int prctl(int what, ...) noexcept {
    va_list rest;
    va_start(rest, what);
    long words[4];
    for (long& argument : words) argument = va_arg(rest, long);
    va_end(rest);
    return call(SYS_prctl, what, words[0], words[1], words[2], words[3]);
}
CALL int kill(pid_t pid, int signal) noexcept { return call(SYS_kill, pid, signal); }
CALL int sigemptyset(sigset_t* set) noexcept {
    *set = {};
    return 0;
}
CALL int sigfillset(sigset_t* set) noexcept {
    for (unsigned long& part : set->__val) part = ~0UL;
    return 0;
}
CALL int sigaddset(sigset_t* set, int signal) noexcept {
    set->__val[0] |= 1UL << (signal - 1);
    return 0;
}
CALL int sigprocmask(int how, const sigset_t* __restrict set, sigset_t* __restrict old) noexcept {
    return call(SYS_rt_sigprocmask, how, set, old, kernel_set_size);
}
/// Sets SIG_DFL or SIG_IGN only: a handler would need a restorer to return through, which the C library provides.
CALL int sigaction(int signal, const struct sigaction* __restrict action,
                   struct sigaction* __restrict /*old*/) noexcept {
    const KernelAction wanted{action->sa_handler, 0, nullptr, 0};
    return call(SYS_rt_sigaction, signal, &wanted, 0, kernel_set_size);
}
CALL int signalfd(int fd, const sigset_t* mask, int flags) noexcept {
    return call(SYS_signalfd4, fd, mask, kernel_set_size, flags);
}
CALL int clock_gettime(clockid_t clock, timespec* now) noexcept { return call(SYS_clock_gettime, clock, now); }

// ---- terminals

CALL pid_t tcgetpgrp(int fd) noexcept {
    pid_t group = -1;
    return ioctl(fd, TIOCGPGRP, &group) == 0 ? group : -1;
}
CALL int tcsetpgrp(int fd, pid_t group) noexcept { return ioctl(fd, TIOCSPGRP, &group); }
CALL int tcgetattr(int fd, termios* modes) noexcept {
    KernelTermios found;
    if (ioctl(fd, TCGETS, &found) != 0) return -1;
    *modes = {};
    modes->c_iflag = found.input;
    modes->c_oflag = found.output;
    modes->c_cflag = found.control;
    modes->c_lflag = found.local;
    modes->c_line = found.line;
    for (int i = 0; i < 19; ++i) modes->c_cc[i] = found.characters[i];
    return 0;
}
CALL int tcsetattr(int fd, int when, const termios* modes) noexcept {
    KernelTermios wanted{modes->c_iflag, modes->c_oflag, modes->c_cflag, modes->c_lflag, modes->c_line, {}};
    for (int i = 0; i < 19; ++i) wanted.characters[i] = modes->c_cc[i];
    return ioctl(fd, TCSETS + static_cast<unsigned long>(when), &wanted);
}
