// How the start of the command went: what the new process says over a pipe that a successful exec closes, and whether
// it was killed before it could say anything. Driven by supervise.
#pragma once

#include <sys/types.h>

#include <optional>

#include "shepherd/start/child.hpp"
#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class StartReport {
  public:
    StartReport() = default;
    explicit StartReport(Descriptor pipe) noexcept : pipe_(std::move(pipe)) {}

    /// It has not been read yet.
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(pipe_); }
    [[nodiscard]] int descriptor() const noexcept { return pipe_.get(); }

    /// Reads it. What failed, or nothing: end of file means that exec succeeded, or that the child was killed before,
    /// which its exit will tell. `may_lack_memory`: its group may have too little of it to come so far.
    std::optional<ChildFailure> settle(pid_t child, bool may_lack_memory) noexcept;

  private:
    Descriptor pipe_;
};

}  // namespace netrunner
