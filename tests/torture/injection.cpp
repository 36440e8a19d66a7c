#include "injection.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <map>
#include <sstream>

namespace support {

std::vector<std::string> Strike::words(const std::string& result) const {
    std::vector<std::string> all{Trial::program("inject"), std::to_string(depth), deed};
    if (deed == "fail") all.insert(all.end(), {std::to_string(call), std::to_string(error)});
    all.insert(all.end(), {std::to_string(when), result});
    return all;
}

std::string Strike::text() const {
    const std::string whom =
        depth < 4 ? std::vector<std::string>{"N", "S", "next", "last"}[static_cast<size_t>(depth)] : "?";
    const std::string what = deed == "fail" ? call_name(call) + " gives " + error_name(error) : deed + "ed at call";
    return whom + ": " + what + " " + std::to_string(when);
}

Injection::Injection(Trial& trial, Arena& arena, const Strike& strike, const std::vector<std::string>& arguments)
    : trial_(trial),
      result_(arena.path("struck")),
      process_(trial.start(arena.runner(arguments, strike.words(arena.path("struck"))))) {}

Struck Injection::finish() {
    Struck struck;
    struck.ended = wait_until([&] {
        process_.exchange(1ms);
        return !process_.running();
    });
    if (!struck.ended) process_.signal(SIGKILL);
    struck.result = process_.finish();
    // The tracer is an orphan of this process. Its file is complete once it has exited.
    const auto tracer_gone = [&] {
        std::istringstream lines(read_text(result_));
        std::string word;
        for (long number = 0; lines >> word >> number;) {
            if (word == "tracer") return ::waitpid(static_cast<pid_t>(number), nullptr, WNOHANG) != 0;
        }
        return false;
    };
    wait_until(tracer_gone, 5s);
    std::istringstream lines(read_text(result_));
    std::string word;
    for (long number = 0; lines >> word >> number;) {
        if (word == "call") struck.calls.push_back(number);
        if (word == "hit") struck.hit = true, struck.call = number;
    }
    return struck;
}

std::string call_name(long number) {
// clang-format off
#define NAME(call) { SYS_##call, #call }
    static const std::map<long, std::string> names{
#if defined(__x86_64__)  // arm64 has only the newer ones
        NAME(poll), NAME(access), NAME(dup2), NAME(fork), NAME(vfork), NAME(mkdir), NAME(rmdir), NAME(getrlimit),
        NAME(epoll_wait), NAME(readlink),
#endif
        NAME(read), NAME(write), NAME(close), NAME(mmap), NAME(munmap), NAME(brk), NAME(rt_sigaction),
        NAME(rt_sigprocmask), NAME(ioctl), NAME(clone), NAME(execve), NAME(exit), NAME(wait4), NAME(kill),
        NAME(fcntl), NAME(flock), NAME(fchmod), NAME(umask), NAME(setpgid), NAME(setsid), NAME(setpriority),
        NAME(prctl), NAME(sendto), NAME(sendmsg), NAME(recvmsg), NAME(socketpair), NAME(getdents64), NAME(fsetxattr),
        NAME(fgetxattr), NAME(epoll_ctl), NAME(epoll_create1), NAME(timerfd_create), NAME(timerfd_settime),
        NAME(signalfd4), NAME(openat), NAME(openat2), NAME(mkdirat), NAME(unlinkat), NAME(newfstatat),
        NAME(readlinkat), NAME(faccessat), NAME(pipe2), NAME(dup3), NAME(prlimit64), NAME(splice), NAME(close_range),
        NAME(clone3), NAME(pidfd_open), NAME(pidfd_send_signal), NAME(waitid), NAME(fstat), NAME(fstatfs),
        NAME(statx), NAME(getpid), NAME(pread64), NAME(tgkill), NAME(rt_sigqueueinfo), NAME(epoll_pwait),
        NAME(ppoll), NAME(lseek)};
#undef NAME
    // clang-format on
    const auto found = names.find(number);
    return found == names.end() ? "call " + std::to_string(number) : found->second;
}

std::string error_name(int number) {
    switch (number) {
        case EINTR: return "EINTR";
        case EAGAIN: return "EAGAIN";
        case EMFILE: return "EMFILE";
        case ENOMEM: return "ENOMEM";
        case EIO: return "EIO";
        case ENOSYS: return "ENOSYS";
        default: return std::to_string(number);
    }
}

}  // namespace support
