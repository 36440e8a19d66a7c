#include "src/system/signal_source.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <string>
#include <string_view>
#include <system_error>

#include "shepherd/tree/outer_order.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

constexpr int highest_signal = 64;

/// Signals that are neither blocked nor read. `stty tostop` holds for netrunner too, so SIGTTIN and SIGTTOU are among
/// them. SIGPIPE is ignored instead: if it were blocked, it would stay pending and kill netrunner when the mask is
/// restored.
constexpr SignalBits never_read = unread_by_runner;

// The raw system call: glibc's sigprocmask leaves out signals 32 and 33, but the mask must be restored exactly as
// found.
void set_mask(SignalBits mask) { ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, sizeof mask); }

/// SigIgn of /proc/self/status (proc(5)), which tells all 64 signals at once. Nothing if it cannot be read.
std::optional<SignalBits> read_ignored() {
    const std::string status = read_text("/proc/self/status").value_or("");
    const std::string_view mask = status_field(status, "SigIgn");
    SignalBits ignored = 0;
    const auto [end, error] = std::from_chars(mask.data(), mask.data() + mask.size(), ignored, 16);
    return error == std::errc() ? std::optional(ignored) : std::nullopt;
}

/// Asks for each signal but 32 and 33, which glibc's sigaction refuses.
SignalBits ask_for_ignored() {
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

SignalState read_signal_state(std::optional<SignalBits> mask) {
    SignalState state;
    const auto ignored = read_ignored();
    state.ignored = ignored ? *ignored : ask_for_ignored();
    if (mask) {
        state.blocked = *mask;
    } else {
        ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, &state.blocked, sizeof state.blocked);
    }
    return state;
}

HeldSignals::HeldSignals() {
    const SignalBits held = ~never_read;
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &held, &found_, sizeof held);
}

void HeldSignals::release() const { set_mask(found_); }

SignalSource::SignalSource(const SignalState& found) : found_(found) {
    // A signal that was found ignored is read as well: the kernel does not discard a signal that is blocked, even if it
    // is ignored. Its disposition stays, so a process that this one starts inherits it.
    const SignalBits ours = ~never_read;
    set_mask(ours);
    // If SIGCHLD were ignored, waitpid(2) could not return a child's status.
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
    // A positive si_code means that the kernel sent the signal (sigaction(2)).
    event.from_kernel = info.ssi_code > 0;
    event.sender = event.from_kernel ? 0 : static_cast<pid_t>(info.ssi_pid);
    event.has_value = info.ssi_code == SI_QUEUE;
    event.value = info.ssi_ptr;
    const auto order = event.has_value ? outer_order_in(info.ssi_int) : std::nullopt;
    if (order && carrier_of(*order) == event.number) {
        event = {.number = order->signal,
                 .from_kernel = order->step == 0,
                 .outer_step = order->step,
                 .sender = event.sender};
    }
    return event;
}

void SignalSource::let_through_orders() {
    while (read()) {
    }
    constexpr SignalBits orders = signal_bit(SIGINT) | signal_bit(SIGTERM) | signal_bit(SIGHUP) | signal_bit(SIGQUIT);
    set_mask(~never_read & ~orders);
}

void die_of(int number, bool with_group) {
    // No core file of netrunner: it could overwrite the command's.
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    set_disposition(number, SIG_DFL);
    set_mask(~signal_bit(number));
    if (with_group) ::kill(0, number);
    ::raise(number);
}

}  // namespace netrunner
