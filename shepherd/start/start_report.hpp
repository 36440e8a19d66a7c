// The result of the command's start: reads the child's report from a pipe that a successful exec closes, and detects a
// child that was killed before exec. supervise uses it. It does not reap the child.
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

    /// True until `settle` has read the report.
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(pipe_); }
    [[nodiscard]] int descriptor() const noexcept { return pipe_.get(); }

    /// Reads the report and closes the pipe. Returns the failure, if there is one. End-of-file means that exec
    /// succeeded, or that the child was killed before it, which its exit status will show. `may_lack_memory`: the
    /// control group's memory limit may be too small for the start, and a kill before exec counts as a failure.
    std::optional<ChildFailure> settle(pid_t child, bool may_lack_memory) noexcept;

  private:
    Descriptor pipe_;
};

}  // namespace netrunner
