// A start that failed in the shepherd or in the child, in words.
#pragma once

#include <string>

#include "shepherd/link/protocol.hpp"
#include "src/outcome/outcome.hpp"

namespace netrunner {

/// `file` is what was to be run.
/// `group`: the control group it was to be in; empty: none.
NotStarted describe_start_failure(const protocol::Failed& failed, const std::string& file, const std::string& group);

}  // namespace netrunner
