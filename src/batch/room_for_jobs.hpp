// Whether the limits on descriptors and processes have room for the jobs at once, and how large each job's pipes can
// be. Asked before anything starts; a refusal has the numbers. Only `find` looks at the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/values/quantity.hpp"

namespace netrunner {

/// What a batch needs (docs/decisions/0057).
inline constexpr std::uint64_t descriptors_of_job = 3;
inline constexpr std::uint64_t descriptors_of_group = 6;  ///< more, of a job with a control group
inline constexpr std::uint64_t descriptors_of_batch = 32;
inline constexpr std::uint64_t processes_of_job = 3;  ///< the shepherd, the guard and the command
inline constexpr std::uint64_t pipes_of_job = 2;

struct RoomForJobs {
    struct GroupLimit {
        std::string path;
        std::uint64_t most = 0;
        std::uint64_t now = 0;
    };
    std::uint64_t descriptors_each = descriptors_of_job;
    std::uint64_t hard_descriptors = 0;           ///< RLIMIT_NOFILE; netrunner raises its soft limit up to it
    std::uint64_t open_descriptors = 0;           ///< that netrunner was given
    std::optional<std::uint64_t> most_processes;  ///< RLIMIT_NPROC; nothing: no limit, or not applied to this user
    std::uint64_t processes = 0;                  ///< of this user; counted only if there is a limit
    std::vector<GroupLimit> groups;               ///< pids.max of this process's group and of those above it
    std::optional<std::uint64_t> pipe_pages;      ///< pipe-user-pages-soft; nothing: not applied to this user
    std::uint64_t page = 4096;

    static RoomForJobs find();

    /// Why `jobs` do not fit, as a message with the numbers; empty: they do.
    [[nodiscard]] std::string refusal(std::uint64_t jobs) const;
    /// The soft limit on descriptors that netrunner needs.
    [[nodiscard]] std::uint64_t descriptors_for(std::uint64_t jobs) const;
    /// At most 256 KiB, and all pipes of the batch together at most half of the user's share.
    [[nodiscard]] Size pipe_size(std::uint64_t jobs) const;
};

}  // namespace netrunner
