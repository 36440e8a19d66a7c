#include "liveness.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace support {

Liveness::Liveness(std::string path) : path_{std::move(path)}, descriptor_{-1} {
    if (::mkfifo(path_.c_str(), 0666) != 0) throw std::system_error{errno, std::generic_category(), "mkfifo"};
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

Liveness::~Liveness() { ::close(descriptor_); }

// A read on a FIFO without writers returns end of file, with writers EAGAIN.
bool Liveness::somebody_lives() const {
    char byte = 0;
    return ::read(descriptor_, &byte, 1) < 0 && errno == EAGAIN;
}

bool Liveness::all_gone(Millis limit) const {
    return wait_until([this] { return !somebody_lives(); }, limit);
}

}  // namespace support
