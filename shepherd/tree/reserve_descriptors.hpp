// Descriptors kept for the walk of the tree, so that no limit on open files that let a run begin can keep it from being
// ended. Ground of both programs.
#pragma once

#include <fcntl.h>

#include <array>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class ReserveDescriptors {
  public:
    /// Takes them, as copies of `any` that is open. False with errno when they cannot be had.
    [[nodiscard]] bool take(int any) noexcept {
        for (Descriptor& one : kept_) {
            one = Descriptor(::fcntl(any, F_DUPFD_CLOEXEC, 3));
            if (!one) return false;
        }
        return true;
    }
    /// They are needed now.
    void release() noexcept { kept_ = {}; }

  private:
    /// A process's list of threads, one thread's list of children, one child's state and handle.
    static constexpr std::size_t walk_needs = 4;
    std::array<Descriptor, walk_needs> kept_;
};

}  // namespace netrunner
