#include "shepherd/start/shepherd_watch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "shepherd/system/pidfd.hpp"

namespace netrunner {

bool ShepherdWatch::open() noexcept {
    shepherd_ = ::getpid();
    descriptor_ = open_pidfd(shepherd_);
    has_pidfd_ = static_cast<bool>(descriptor_);
    if (has_pidfd_) return true;
    std::array<int, 2> ends{};
    if (errno != ENOSYS || ::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    descriptor_ = Descriptor(ends[0]);
    sign_of_life_ = Descriptor(ends[1]);
    return true;
}

bool ShepherdWatch::has_ended() const noexcept {
    pollfd ended{descriptor_.get(), POLLIN, 0};
    return ::poll(&ended, 1, 0) == 1;
}

void ShepherdWatch::send(int signal) const noexcept {
    if (has_pidfd_ && (send_by_pidfd(descriptor_, signal, nullptr) || errno != ENOSYS)) return;
    // While the shepherd is this process's parent, its pid cannot be another process's.
    if (::getppid() == shepherd_) ::kill(shepherd_, signal);
}

}  // namespace netrunner
