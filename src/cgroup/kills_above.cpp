#include "src/cgroup/kills_above.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "src/cgroup/mount.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {

KillsAbove::KillsAbove()
    : KillsAbove(read_text("/proc/self/cgroup").value_or(""), {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {}

KillsAbove::KillsAbove(std::string_view own_groups, const std::vector<std::string>& mount_points) {
    const auto own = parse_own_group(own_groups);
    if (!own) return;
    for (const std::string& point : mount_points) {
        // A group has the file only if its parent passes the memory controller on, and the root never has it.
        for (std::string group = *own; !events_; group.resize(group.rfind('/'))) {
            directory_ = point + group;
            events_ = Descriptor(::open((directory_ + "/memory.events").c_str(), O_RDONLY | O_CLOEXEC));
            if (group.empty() || group == "/") break;
        }
        if (events_) break;
    }
    before_ = count();
}

std::optional<std::uint64_t> KillsAbove::killed_since(std::optional<std::uint64_t> before, const std::string& group,
                                                      std::uint64_t inside) const {
    const auto now = count();
    if (!now || !before) return std::nullopt;
    const std::uint64_t all = *now - std::min(*before, *now);
    const bool is_inner = group.starts_with(directory_) && group.size() > directory_.size();
    return all - (is_inner ? std::min(inside, all) : 0);
}

std::optional<std::uint64_t> KillsAbove::count() const {
    if (!events_) return std::nullopt;
    std::array<char, 1024> text{};  // the file has about 100 bytes
    const ssize_t length = ::pread(events_.get(), text.data(), text.size(), 0);
    return length > 0 ? number_after({text.data(), static_cast<std::size_t>(length)}, "oom_kill") : std::nullopt;
}

}  // namespace netrunner
