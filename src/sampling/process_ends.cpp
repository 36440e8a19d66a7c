#include "src/sampling/process_ends.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <utility>

#include "shepherd/system/pidfd.hpp"
#include "shepherd/tree/tree.hpp"

namespace netrunner {
namespace {

/// The kernel's struct pidfd_info (linux/pidfd.h), whose first version every kernel with the call understands.
struct PidfdInfo {
    std::uint64_t mask = 0;
    std::uint64_t group = 0;
    std::uint32_t ids[11] = {};  // NOLINT(modernize-avoid-c-arrays): the kernel's layout
    std::int32_t exit_code = 0;
};
constexpr std::uint64_t info_exit = 1U << 3;  // PIDFD_INFO_EXIT
constexpr unsigned long get_info = _IOWR(0xFF, 11, PidfdInfo);

/// The kernel gives the lowest number that is free. Those above this one are for what else netrunner opens.
int highest_descriptor() {
    constexpr rlim_t kept_free = 16;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<int>::max();
    const rlim_t highest = std::max(limit.rlim_cur, kept_free) - kept_free;
    return static_cast<int>(std::min<rlim_t>(highest, std::numeric_limits<int>::max()));
}

std::optional<int> status_of(const Descriptor& pidfd) {
    PidfdInfo info{.mask = info_exit};
    if (::ioctl(pidfd.get(), get_info, &info) != 0 || (info.mask & info_exit) == 0) return std::nullopt;
    return info.exit_code;
}

}  // namespace

ProcessEnds::~ProcessEnds() {
    for (const auto& [fd, handle] : living_) pump_.unwatch(fd);
    room_.left += living_.size() + ended_.size();
}

ProcessEnds::Held ProcessEnds::hold(const ProcessKey& key) {
    if (refused_) return Held::no;
    if (room_.left == 0) release_ended();
    if (room_.left == 0) return Held::no;
    if (highest_ < 0) highest_ = highest_descriptor();
    Descriptor pidfd = open_pidfd(key.pid);
    if (!pidfd) {
        refused_ = errno == ENOSYS;
        return errno == ESRCH ? Held::ended : Held::no;
    }
    if (pidfd.get() > highest_) return Held::no;
    // The pid may be another process's by now.
    TreeMember now;
    if (read_member(key.pid, now) && now.started != key.started) return Held::ended;
    --room_.left;
    const int fd = pidfd.get();
    pump_.watch(fd, owner_);
    living_.emplace(fd, Handle{key, std::move(pidfd)});
    return Held::yes;
}

std::optional<ProcessKey> ProcessEnds::take_end(int descriptor) {
    const auto found = living_.find(descriptor);
    if (found == living_.end()) return std::nullopt;
    pump_.unwatch(descriptor);
    const ProcessKey key = found->second.key;
    ended_.push_back(std::move(found->second));
    living_.erase(found);
    return key;
}

std::optional<ProcessKey> ProcessEnds::find_end() {
    for (const auto& [fd, handle] : living_) {
        pollfd asked{.fd = fd, .events = POLLIN, .revents = 0};
        if (::poll(&asked, 1, 0) > 0) return take_end(fd);
    }
    return std::nullopt;
}

std::vector<ProcessEnds::Status> ProcessEnds::take_statuses() {
    std::vector<Status> statuses;
    std::erase_if(ended_, [&](const Handle& handle) {
        const auto status = status_of(handle.pidfd);
        if (status) statuses.push_back({handle.key, *status});
        if (status) ++room_.left;
        return status.has_value();
    });
    return statuses;
}

/// Gives up the statuses that are not known yet.
void ProcessEnds::release_ended() {
    room_.left += ended_.size();
    ended_.clear();
}

}  // namespace netrunner
