#include "src/relay/pipe_mirror.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace netrunner {
namespace {

constexpr std::size_t most_at_once = 1024 * 1024;

bool drop(int pipe, int nowhere, std::size_t bytes) {
    while (bytes > 0) {
        const IoResult result =
            IoResult::of(true, [&] { return ::splice(pipe, nullptr, nowhere, nullptr, bytes, SPLICE_F_NONBLOCK); });
        if (result.status != IoResult::Status::moved) return false;
        bytes -= result.bytes;
    }
    return true;
}

}  // namespace

/// Returns 0 or errno.
int PipeMirror::open(int pipe) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return errno;
    reader_ = Descriptor(ends[0]);
    writer_ = Descriptor(ends[1]);
    nowhere_ = Descriptor(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!nowhere_) return errno;
    // A smaller mirror works too: then less is moved at once.
    ::fcntl(writer_.get(), F_SETPIPE_SZ, static_cast<int>(pipe_capacity(pipe)));
    return 0;
}

IoResult PipeMirror::look(int pipe) {
    if (!nowhere_) {
        if (const int error = open(pipe); error != 0) return {IoResult::Status::failed, 0, error};
    }
    if (held_ > 0) return {IoResult::Status::moved, held_, 0};
    const IoResult result =
        IoResult::of(true, [&] { return ::tee(pipe, writer_.get(), most_at_once, SPLICE_F_NONBLOCK); });
    held_ = result.bytes;
    return result;
}

std::optional<std::byte> PipeMirror::moved(std::size_t bytes) {
    std::byte last{};
    if (!drop(reader_.get(), nowhere_.get(), bytes - 1) || ::read(reader_.get(), &last, 1) != 1) return std::nullopt;
    held_ -= bytes;
    return last;
}

}  // namespace netrunner
