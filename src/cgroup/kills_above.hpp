// Counts the processes that the kernel kills for want of memory around a run: in netrunner's own control group, where
// the limit may be a container's. The runner opens it before the command starts. It never reads mountinfo, because each
// run pays for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/system/fd.hpp"

namespace netrunner {

class KillsAbove {
  public:
    /// Reads the count of the nearest group around this process that has one; the kernel adds what happens in inner
    /// groups to it. Looks below the two usual mount points of cgroup v2. Throws nothing.
    KillsAbove();
    /// The same with other mount points and with the text of /proc/self/cgroup, for tests.
    KillsAbove(std::string_view own_groups, const std::vector<std::string>& mount_points);

    /// How many processes have been killed since; nothing if no group has a count. `inside` of them are counted by the
    /// run's own group, whose directory is `group`, and are left out if that is an inner one.
    [[nodiscard]] std::optional<std::uint64_t> killed(const std::string& group, std::uint64_t inside) const {
        return killed_since(before_, group, inside);
    }

    /// The count now; nothing if no group has one.
    [[nodiscard]] std::optional<std::uint64_t> count() const;
    /// As `killed`, since `count` has returned `before`.
    [[nodiscard]] std::optional<std::uint64_t> killed_since(std::optional<std::uint64_t> before,
                                                            const std::string& group, std::uint64_t inside) const;

  private:
    std::string directory_;
    Descriptor events_;  ///< its memory.events
    std::optional<std::uint64_t> before_;
};

}  // namespace netrunner
