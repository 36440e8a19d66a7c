#include "src/system/file_opening.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "src/system/setup_failure.hpp"

namespace netrunner {
namespace {

/// The thread leaves all other signals to the signalfd of this process. If another process sends this one while a file
/// is being opened, the thread may take it, and open(2) may fail with EINTR.
int interrupting_signal() { return SIGRTMAX; }

}  // namespace

FileOpening::FileOpening(std::function<void()> open) : ended_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!ended_) throw SetupFailure("open", errno, "cannot create an event descriptor");
    struct sigaction quiet {};
    quiet.sa_handler = [](int) {};  // no SA_RESTART
    ::sigaction(interrupting_signal(), &quiet, nullptr);
    try {
        thread_ = std::thread([this, open = std::move(open)] { work(open); });
    } catch (const std::system_error& failure) {
        throw SetupFailure("open", failure.code().value(), "cannot create a thread that opens a FIFO");
    }
}

std::exception_ptr FileOpening::end() {
    if (!thread_.joinable()) return failure_;
    // A signal that comes before the system call is lost for it, so it is sent again until the thread ends.
    constexpr int moment_ms = 1;
    pollfd ended{.fd = ended_.get(), .events = POLLIN, .revents = 0};
    while (::poll(&ended, 1, 0) <= 0) {
        ::pthread_kill(thread_.native_handle(), interrupting_signal());
        ::poll(&ended, 1, moment_ms);
    }
    thread_.join();
    return failure_;
}

void FileOpening::work(const std::function<void()>& open) {
    sigset_t interrupting;
    ::sigemptyset(&interrupting);
    ::sigaddset(&interrupting, interrupting_signal());
    ::pthread_sigmask(SIG_UNBLOCK, &interrupting, nullptr);
    try {
        open();
    } catch (...) {
        failure_ = std::current_exception();
    }
    ::pthread_sigmask(SIG_BLOCK, &interrupting, nullptr);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(ended_.get(), &one, sizeof one);
}

}  // namespace netrunner
