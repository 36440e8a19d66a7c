// Keeps descriptors in reserve for the walk of the tree, so that the limit on open files cannot prevent the walk. The
// guard, the shepherd and the runner each take one reserve before the command starts. It does not walk the tree.
#pragma once

#include <fcntl.h>

#include <array>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class ReserveDescriptors {
  public:
    /// Fills the reserve with duplicates of `source`, which may be any open descriptor. False with errno.
    [[nodiscard]] bool take(int source) noexcept {
        for (Descriptor& kept : kept_) {
            kept = Descriptor(::fcntl(source, F_DUPFD_CLOEXEC, 3));
            if (!kept) return false;
        }
        return true;
    }
    /// Closes the reserve, so that the walk can open as many descriptors.
    void release() noexcept { kept_ = {}; }

    /// For one walk: closes all of the reserve but one descriptor, from which `take_back` fills it again.
    void lend() noexcept {
        for (std::size_t i = 1; i < kept_.size(); ++i) kept_[i].reset();
    }
    void take_back() noexcept {
        if (!kept_[0]) return;  // released
        for (std::size_t i = 1; i < kept_.size(); ++i) {
            kept_[i] = Descriptor(::fcntl(kept_[0].get(), F_DUPFD_CLOEXEC, 3));
        }
    }

  private:
    /// At most open at once: a process's list of threads, a thread's list of children and a child's stat; or a pidfd
    /// and two of these.
    static constexpr std::size_t walk_needs = 3;
    std::array<Descriptor, walk_needs + 1> kept_;
};

}  // namespace netrunner
