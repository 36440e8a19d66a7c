#include "src/batch/job_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

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
    std::optional<std::uint64_t> jobs;
    for (const std::string& word : words_in(makeflags)) {
        if (word == "--") break;  // the variables of make's command line follow
        std::string_view value = word;
        if (value.starts_with("-j")) jobs = number_in(value.substr(2));  // old makes and cargo say -j without a number
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
    if (found && jobs.value_or(0) > 0) found->jobs = jobs;
    return found;
}

JobServer::JobServer(const JobServerAddress& address)
    : read_(open_end(address, address.read, O_RDONLY)), write_(open_end(address, address.write, O_WRONLY)) {}

std::size_t JobServer::available() const {
    int bytes = 0;
    return ::ioctl(read_.get(), FIONREAD, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

bool JobServer::take(std::size_t count) {
    if (count == 0) return true;
    if (available() < count) return false;
    std::string tokens(count, '\0');
    const IoResult result = IoResult::of(true, [&] { return ::read(read_.get(), tokens.data(), count); });
    if (result.status != IoResult::Status::moved) return false;
    tokens.resize(result.bytes);
    tokens_ += tokens;
    if (tokens.size() == count) return true;
    give_back(tokens.size());  // another client was faster
    return false;
}

void JobServer::give_back(std::size_t count) {
    for (; count > 0 && !tokens_.empty(); --count) {
        const char token = tokens_.back();
        tokens_.pop_back();
        while (true) {
            const IoResult result = IoResult::of(false, [&] { return ::write(write_.get(), &token, 1); });
            if (result.status != IoResult::Status::would_block) break;  // written, or make is gone
            pollfd room{.fd = write_.get(), .events = POLLOUT, .revents = 0};
            ::poll(&room, 1, 1000);  // the pipe holds all of make's tokens, so it has room at once
        }
    }
}

}  // namespace netrunner
