#include "src/ctl/run_connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "src/values/errno_text.hpp"
#include "src/values/poll_timeout.hpp"

namespace netrunner {
namespace {

constexpr std::chrono::seconds patience{5};

[[noreturn]] void fail_to_reach(const std::string& name, int error) {
    throw std::runtime_error(fmt::format("cannot reach the socket '{}': {}", name, errno_text(error)));
}

/// Holds the file of the socket, so that its path may have any length.
Descriptor open_place(const std::string& path, const std::string& name) {
    Descriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat file {};
    if (!place) {
        if (errno == ENOENT)
            throw NoListener(fmt::format("there is no socket '{}' (netrunner ps lists the runs)", name));
        fail_to_reach(name, errno);
    }
    if (::fstat(place.get(), &file) == 0 && !S_ISSOCK(file.st_mode))
        throw NoListener(fmt::format("'{}' is no socket (name a run's pid, or the PATH of its --control)", name));
    return place;
}

sockaddr_un address_of(const std::string& path, const Descriptor& place) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    std::string shown = path;
    if (shown.size() >= sizeof address.sun_path) shown = fmt::format("/proc/self/fd/{}", place.get());
    std::memcpy(static_cast<char*>(address.sun_path), shown.data(), shown.size());
    return address;
}

/// A listener whose queue of connections is full would hold connect(2) up without an end.
void limit_waiting(int socket) {
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

}  // namespace

RunConnection::RunConnection(const std::string& path, const std::string& name, pid_t owner)
    : name_(name), socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (!socket_) fail_to_reach(name, errno);
    const Descriptor place = open_place(path, name);
    const sockaddr_un address = address_of(path, place);
    limit_waiting(socket_.get());
    // Only sockaddr_un can be given as sockaddr.
    while (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno == EINTR) continue;
        if (errno == EAGAIN) fail_unanswered();
        if (errno == ECONNREFUSED)
            throw NoListener(
                fmt::format("nothing listens on '{}': its run has ended (netrunner ps lists the runs)", name));
        fail_to_reach(name, errno);
    }
    ucred peer{};
    socklen_t size = sizeof peer;
    if (owner != 0 && ::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid != owner) {
        throw NoListener(fmt::format("process {} listens on '{}', the socket of run {}: it has been replaced", peer.pid,
                                     name, owner));
    }
}

void RunConnection::fail_unanswered() const {
    throw std::runtime_error(
        fmt::format("the run at '{}' does not answer within {}s (netrunner ps shows whether it is stopped)", name_,
                    patience.count()));
}

void RunConnection::send(std::string_view line, std::optional<TimePoint> until) {
    while (!line.empty()) {
        const auto sent = IoResult::of(
            false, [&] { return ::send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT); });
        if (sent.status == IoResult::Status::failed) return;
        if (sent.status == IoResult::Status::would_block) wait(POLLOUT, until, -1);
        line.remove_prefix(sent.bytes);
    }
}

std::optional<std::string> RunConnection::receive(std::optional<TimePoint> until, int output) {
    while (true) {
        const std::size_t end = received_.find('\n', searched_);
        if (std::min(end, received_.size()) > longest_line) {
            throw std::runtime_error(
                fmt::format("the run at '{}' answers with a line of more than {} bytes", name_, longest_line));
        }
        if (end != std::string::npos) {
            std::string line = received_.substr(0, end);
            received_.erase(0, end + 1);
            searched_ = 0;
            return line;
        }
        searched_ = received_.size();
        std::array<char, 65536> block;
        const auto came =
            IoResult::of(true, [&] { return ::recv(socket_.get(), block.data(), block.size(), MSG_DONTWAIT); });
        switch (came.status) {
            case IoResult::Status::moved: received_.append(block.data(), came.bytes); break;
            case IoResult::Status::would_block: wait(POLLIN, until, output); break;
            case IoResult::Status::end:
            case IoResult::Status::failed: return std::nullopt;
        }
    }
}

void RunConnection::wait(short events, std::optional<TimePoint> until, int output) {
    // poll(2) leaves out a negative descriptor. It reports POLLERR for a pipe or socket without a reader, unasked.
    std::array<pollfd, 2> watched{{{socket_.get(), events, 0}, {output, 0, 0}}};
    const int ready = ::poll(watched.data(), watched.size(), milliseconds_until(until));
    if (ready == 0) fail_unanswered();
    if (ready > 0 && watched[1].revents != 0 && watched[0].revents == 0) throw ReaderGone();
}

bool RunConnection::wait_for_input(int input) {
    while (true) {
        // The run answers only what it was asked, so a readable connection is one that is closed.
        std::array<pollfd, 2> watched{{{socket_.get(), POLLIN, 0}, {input, POLLIN, 0}}};
        if (::poll(watched.data(), watched.size(), -1) < 0) continue;
        if (watched[0].revents != 0) return false;
        return true;
    }
}

}  // namespace netrunner
