#include "src/system/signal_source.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace netrunner {
namespace {

constexpr int highest_signal = 64;

/// Not read but left to act: faults of our own, what cannot be caught, and the two that stop a background process
/// which touches the terminal (`stty tostop` is the user's wish for us as well).
/// SIGPIPE is ignored instead: blocked, it would wait for the mask to be restored and kill us then.
constexpr SignalBits never_read = signal_bit(SIGPIPE) | signal_bit(SIGKILL) | signal_bit(SIGSTOP) |
                                  signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGFPE) | signal_bit(SIGILL) |
                                  signal_bit(SIGABRT) | signal_bit(SIGTRAP) | signal_bit(SIGSYS) | signal_bit(SIGTTIN) |
                                  signal_bit(SIGTTOU);

// The raw call: glibc's leaves out 32 and 33, and the command is to get back exactly what we found.
void set_mask(SignalBits mask) { ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, sizeof mask); }

SignalBits read_ignored() {
    SignalBits ignored = 0;
    for (int number = 1; number <= highest_signal; ++number) {
        struct sigaction action {};
        if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) ignored |= signal_bit(number);
    }
    return ignored;
}

void set_disposition(int number, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigaction(number, &action, nullptr);
}

}  // namespace

SignalState read_signal_state() {
    SignalState state;
    state.ignored = read_ignored();
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, &state.blocked, sizeof state.blocked);
    return state;
}

SignalSource::SignalSource(const SignalState& found) : found_(found) {
    // What was ignored when we came is not ours to catch; a blocked signal would be kept for us even then.
    const SignalBits ours = ~never_read & ~(found_.ignored & ~signal_bit(SIGCHLD));
    set_mask(ours);
    // Ignored, it would make waiting for a child impossible.
    set_disposition(SIGCHLD, SIG_DFL);
    set_disposition(SIGPIPE, SIG_IGN);
    sigset_t set;
    ::sigemptyset(&set);
    for (int number = 1; number <= highest_signal; ++number) {
        if ((ours & signal_bit(number)) != 0) ::sigaddset(&set, number);
    }
    signalfd_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signalfd_) throw std::system_error(errno, std::generic_category(), "cannot create a signalfd");
}

SignalSource::~SignalSource() {
    for (const int number : {SIGCHLD, SIGPIPE}) {
        set_disposition(number, (found_.ignored & signal_bit(number)) != 0 ? SIG_IGN : SIG_DFL);
    }
    set_mask(found_.blocked);
}

std::optional<SignalEvent> SignalSource::read() {
    signalfd_siginfo info{};
    if (::read(signalfd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
    SignalEvent event;
    event.number = static_cast<int>(info.ssi_signo);
    // signalfd gives si_code as it is; only the kernel's are positive (sigaction(2)).
    event.from_kernel = info.ssi_code > 0;
    event.sender = event.from_kernel ? 0 : static_cast<pid_t>(info.ssi_pid);
    event.has_value = info.ssi_code == SI_QUEUE;
    event.value = info.ssi_ptr;
    return event;
}

void SignalSource::let_through_orders() {
    while (read()) {
    }
    constexpr SignalBits orders = signal_bit(SIGINT) | signal_bit(SIGTERM) | signal_bit(SIGHUP) | signal_bit(SIGQUIT);
    set_mask(~never_read & ~orders);
}

void die_of(int number, bool with_group) {
    // The command may have left a core file; ours would only overwrite it.
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    set_disposition(number, SIG_DFL);
    set_mask(~signal_bit(number));
    if (with_group) ::kill(0, number);
    ::raise(number);
}

}  // namespace netrunner
