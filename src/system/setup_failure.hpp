// A failed set-up: something netrunner needs before the command can start cannot be had. Caught once, by the runner,
// and then part of the outcome like any other end.
#pragma once

#include <string>
#include <system_error>

#include "src/values/errno_text.hpp"

namespace netrunner {

class SetupFailure : public std::system_error {
  public:
    /// `stage` is the report's word for what was being done; `what` names the call and the object; `remedy`, if any, is
    /// what its user may try.
    SetupFailure(std::string stage, int error, const std::string& what, const std::string& remedy = "")
        : std::system_error(error, std::generic_category(), what),
          stage_(std::move(stage)),
          line_(what + ": " + errno_text(error) + (remedy.empty() ? "" : " (try: " + remedy + ")")) {}

    [[nodiscard]] const char* what() const noexcept override { return line_.c_str(); }
    [[nodiscard]] const std::string& stage() const { return stage_; }

  private:
    std::string stage_;
    std::string line_;
};

}  // namespace netrunner
