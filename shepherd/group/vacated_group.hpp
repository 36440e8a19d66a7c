// Moves netrunner out of its control group, into a leaf inside it, and back. A group whose controllers are enabled for
// the groups inside it may hold no process itself (cgroups(7), "no internal processes"; docs/decisions/0014).
// src/cgroup calls `vacate`; the last of the runner, the guard and the shepherd calls `move_back`. It makes system
// calls only and allocates nothing.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

/// The start of the leaf's name; the pid of the runner follows.
inline constexpr std::string_view leaf_prefix = "netrunner-";

class VacatedGroup {
  public:
    VacatedGroup() = default;
    /// Takes the open directory of the group. `owner`: pid of the runner, which the leaf's name contains.
    VacatedGroup(Descriptor directory, pid_t owner) noexcept : directory_(std::move(directory)), owner_(owner) {}

    explicit operator bool() const noexcept { return static_cast<bool>(directory_); }
    [[nodiscard]] int directory() const noexcept { return directory_.get(); }
    [[nodiscard]] pid_t owner() const noexcept { return owner_; }

    /// Makes the leaf and moves the calling process into it. False if that fails; then nothing has changed.
    [[nodiscard]] bool vacate() const noexcept;

    /// The same for all processes of the group.
    [[nodiscard]] bool vacate_with_all() const noexcept;

    /// Disables all controllers for the groups inside, moves all processes of the leaf back and removes the leaf. Does
    /// nothing if other processes are in the leaf and a group beside it is in use.
    void move_back() const noexcept;

  private:
    [[nodiscard]] bool is_shared() const noexcept;

    Descriptor directory_;
    pid_t owner_ = 0;
};

}  // namespace netrunner
