// Thrown when something that netrunner needs before the command can start is not available. The runner catches it and
// makes it the outcome of the run.
#pragma once

#include <string>
#include <system_error>

#include "src/values/errno_text.hpp"

namespace netrunner {

class SetupFailure : public std::system_error {
  public:
    /// `stage`: the report's word for the step that failed. `what`: what failed, with the object's name. `remedy`: what
    /// the user can try, or empty.
    SetupFailure(std::string stage, int error, const std::string& what, const std::string& remedy = "")
        : std::system_error(error, std::generic_category(), what),
          stage_(std::move(stage)),
          object_(what),
          remedy_(remedy),
          line_(what + ": " + errno_text(error) + (remedy.empty() ? "" : " (try: " + remedy + ")")) {}

    [[nodiscard]] const char* what() const noexcept override { return line_.c_str(); }
    [[nodiscard]] const std::string& stage() const { return stage_; }
    /// The same failure, with one more thing to try.
    [[nodiscard]] SetupFailure suggesting(const std::string& remedy) const {
        return {stage_, code().value(), object_, remedy_.empty() ? remedy : remedy_ + "; or " + remedy};
    }

  private:
    std::string stage_;
    std::string object_;  ///< `what` of the constructor
    std::string remedy_;
    std::string line_;
};

}  // namespace netrunner
