#include "src/system/patient_open.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "src/system/setup_failure.hpp"

namespace netrunner {
namespace {

/// Interrupts this thread's system calls from a point in time on, by SIGALRM: again and again, because a signal that
/// comes before the call is lost for the call.
class Interruption {
  public:
    explicit Interruption(TimePoint from) {
        struct sigaction quiet {};
        quiet.sa_handler = [](int) {};  // no SA_RESTART
        ::sigaction(SIGALRM, &quiet, &action_);
        sigset_t alarm;
        ::sigemptyset(&alarm);
        ::sigaddset(&alarm, SIGALRM);
        ::sigprocmask(SIG_UNBLOCK, &alarm, &mask_);
        sigevent event{};
        event.sigev_notify = SIGEV_SIGNAL;
        event.sigev_signo = SIGALRM;
        if (::timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0) {
            restore();
            throw SetupFailure("open", errno, "cannot create a timer");
        }
        constexpr long again_ns = 10'000'000;
        const auto at =
            std::max<std::chrono::nanoseconds>(from.time_since_epoch(), std::chrono::nanoseconds(1)).count();
        itimerspec times{};
        times.it_value = {.tv_sec = at / 1'000'000'000, .tv_nsec = static_cast<long>(at % 1'000'000'000)};
        times.it_interval = {.tv_sec = 0, .tv_nsec = again_ns};
        ::timer_settime(timer_, TIMER_ABSTIME, &times, nullptr);
    }
    ~Interruption() {
        ::timer_delete(timer_);
        restore();
    }
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

  private:
    void restore() const {
        ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
        ::sigaction(SIGALRM, &action_, nullptr);
    }

    struct sigaction action_ {};
    sigset_t mask_{};
    timer_t timer_{};
};

/// Lets orders to end act during the wait. netrunner holds signals from its start on (HeldSignals).
class LetThrough {
  public:
    LetThrough() {
        sigset_t orders;
        ::sigemptyset(&orders);
        for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) ::sigaddset(&orders, number);
        ::sigprocmask(SIG_UNBLOCK, &orders, &found_);
    }
    ~LetThrough() { ::sigprocmask(SIG_SETMASK, &found_, nullptr); }
    LetThrough(const LetThrough&) = delete;
    LetThrough& operator=(const LetThrough&) = delete;

  private:
    sigset_t found_{};
};

bool is_fifo(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode);
}

}  // namespace

OpenTimedOut::OpenTimedOut(const std::string& path, bool writes)
    : std::system_error(ETIMEDOUT, std::generic_category()),
      line_(fmt::format("no process has opened '{}' for {}", path, writes ? "reading" : "writing")) {}

Descriptor open_patiently(const std::string& path, int flags, std::optional<TimePoint> until) {
    if (!is_fifo(path)) return open_file(path, flags);
    // With O_NONBLOCK, a FIFO without a reader would be refused.
    const int waiting = flags & ~O_NONBLOCK;
    std::optional<LetThrough> orders;
    if (::gettid() == ::getpid()) orders.emplace();  // another thread leaves all signals to the signalfd
    std::optional<Interruption> interruption;
    if (until) interruption.emplace(*until);
    while (true) {
        try {
            return open_file(path, waiting);
        } catch (const SetupFailure& failure) {
            if (failure.code().value() != EINTR) throw;
            // Without a time limit, another thread has interrupted the wait.
            if (!until || std::chrono::steady_clock::now() >= *until) {
                throw OpenTimedOut(path, (flags & O_ACCMODE) != O_RDONLY);
            }
        }
    }
}

}  // namespace netrunner
