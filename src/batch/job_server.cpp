#include "src/batch/job_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "src/system/fd.hpp"
#include "src/system/setup_failure.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

constexpr const char* remedy = "a '+' before the recipe line, or -j N";

Descriptor open_end(const JobServerAddress& address, int fd, int access) {
    const std::string path = address.fifo.empty() ? fmt::format("/proc/self/fd/{}", fd) : address.fifo;
    Descriptor end(::open(path.c_str(), access | O_NONBLOCK | O_CLOEXEC));
    struct stat file {};
    const bool is_pipe = end && ::fstat(end.get(), &file) == 0 && S_ISFIFO(file.st_mode);
    if (is_pipe) return end;
    const std::string place = address.fifo.empty() ? fmt::format("descriptor {}", fd) : fmt::format("'{}'", path);
    throw SetupFailure("jobserver", end ? EBADF : errno, "cannot use make's job server at " + place, remedy);
}

}  // namespace

std::optional<JobServerAddress> job_server_in(std::string_view makeflags) {
    std::optional<JobServerAddress> found;
    for (const std::string& word : words_in(makeflags)) {
        if (word == "--") break;  // the variables of make's command line follow
        std::string_view value = word;
        if (value.starts_with("--jobserver-auth=")) {
            value.remove_prefix(17);
        } else if (value.starts_with("--jobserver-fds=")) {
            value.remove_prefix(16);
        } else {
            continue;
        }
        found.reset();
        if (value.starts_with("fifo:")) {
            if (value.size() > 5) found = JobServerAddress{.fifo = std::string(value.substr(5))};
            continue;
        }
        // A pair of negative numbers tells a command without '+' that it gets no job server.
        const std::size_t comma = value.find(',');
        if (comma == std::string_view::npos) continue;
        const auto read = number_in(value.substr(0, comma));
        const auto write = number_in(value.substr(comma + 1));
        constexpr std::uint64_t most = 1U << 30U;
        if (read && write && *read < most && *write < most)
            found = JobServerAddress{.read = static_cast<int>(*read), .write = static_cast<int>(*write)};
    }
    return found;
}

JobServer::JobServer(const JobServerAddress& address)
    : read_(open_end(address, address.read, O_RDONLY)), write_(open_end(address, address.write, O_WRONLY)) {}

bool JobServer::take() {
    char token = 0;
    const IoResult result = IoResult::of(true, [&] { return ::read(read_.get(), &token, 1); });
    if (result.status != IoResult::Status::moved) return false;
    tokens_ += token;
    return true;
}

void JobServer::give_back() {
    if (tokens_.empty()) return;
    const char token = tokens_.back();
    tokens_.pop_back();
    while (true) {
        const IoResult result = IoResult::of(false, [&] { return ::write(write_.get(), &token, 1); });
        if (result.status != IoResult::Status::would_block) return;  // written, or make is gone
        pollfd room{.fd = write_.get(), .events = POLLOUT, .revents = 0};
        ::poll(&room, 1, 1000);  // the pipe holds all of make's tokens, so it has room at once
    }
}

void JobServer::give_back_all() {
    while (!tokens_.empty()) give_back();
}

}  // namespace netrunner
