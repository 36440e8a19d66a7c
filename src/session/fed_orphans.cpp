#include "src/session/fed_orphans.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "src/system/fd.hpp"

namespace netrunner {
namespace {

constexpr std::size_t most_processes = 1024;

std::string pipe_behind(const std::string& link) {
    std::array<char, 64> text{};
    const ssize_t length = ::readlink(link.c_str(), text.data(), text.size());
    const std::string name(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    return name.starts_with("pipe:[") ? name : "";
}

bool is_fed(pid_t pid, std::span<const std::string> not_fed, int scratch) {
    const std::string input = fmt::format("/proc/{}/fd/0", pid);
    const std::string pipe = pipe_behind(input);
    if (pipe.empty() || std::ranges::find(not_fed, pipe) != not_fed.end()) return false;
    const Descriptor reader(::open(input.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    // tee(2) consumes nothing. It returns 0 if the pipe is empty and has no writer, which poll(2) does not tell of a
    // pipe that was just opened; EAGAIN if a writer may still come.
    return reader && ::tee(reader.get(), scratch, 1, SPLICE_F_NONBLOCK) >= 0;
}

}  // namespace

std::string pipe_at(int fd) { return pipe_behind(fmt::format("/proc/self/fd/{}", fd)); }

bool has_fed_process(const Tree& tree, std::span<const std::string> not_fed) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    const Descriptor reader(ends[0]);
    const Descriptor scratch(ends[1]);
    std::vector<TreeMember> room(most_processes);
    room.resize(find_unspared(tree, room));
    return std::ranges::any_of(room,
                               [&](const TreeMember& member) { return is_fed(member.pid, not_fed, scratch.get()); });
}

bool is_an_output_full() {
    return std::ranges::any_of(std::array{STDOUT_FILENO, STDERR_FILENO}, [](int fd) {
        pollfd state{fd, POLLOUT, 0};
        return ::poll(&state, 1, 0) == 0;
    });
}

}  // namespace netrunner
