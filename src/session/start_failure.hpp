// Turns a failed start that the shepherd or the guard reports, or could not report, into an outcome: stage, errno and
// message. The session calls it. It only looks at the machine for the cause; it changes nothing.
#pragma once

#include <string>

#include "shepherd/link/protocol.hpp"
#include "src/outcome/outcome.hpp"

namespace netrunner {

/// `file`: the program that could not be started. `group`: the path of its control group; empty if it has none.
NotStarted describe_start_failure(const protocol::Failed& failed, const std::string& file, const std::string& group);

/// For ShepherdLink::foreign_exit.
NotStarted describe_foreign_shepherd(int status);

}  // namespace netrunner
