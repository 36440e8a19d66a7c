// A control group that limits those inside it may have no processes of its own (cgroups(7), "no internal processes").
// Where netrunner is the only one in it, it moves to a leaf inside; this undoes that, and whichever of the two programs
// is the last does it. Ground of both: system calls only, nothing allocated.
#pragma once

#include <sys/types.h>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class VacatedGroup {
  public:
    VacatedGroup() = default;
    /// `directory`: the group's, open; the leaf inside is named after `owner`.
    VacatedGroup(Descriptor directory, pid_t owner) noexcept : directory_(std::move(directory)), owner_(owner) {}

    explicit operator bool() const noexcept { return static_cast<bool>(directory_); }
    [[nodiscard]] int directory() const noexcept { return directory_.get(); }
    [[nodiscard]] pid_t owner() const noexcept { return owner_; }

    /// Makes the leaf and moves the caller into it. False when that cannot be; then nothing has changed.
    [[nodiscard]] bool vacate() const noexcept;

    /// Disables whatever is enabled for those inside, moves the caller back and removes the leaf. What of it is
    /// somebody else's by now (another process in the leaf) stays.
    void move_back() const noexcept;

  private:
    Descriptor directory_;
    pid_t owner_ = 0;
};

}  // namespace netrunner
