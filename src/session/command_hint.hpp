// What a user probably meant by a command that was not found: a line for a shell, a builtin of the shell, or a setting
// of the environment. The description of a failed start ends with it. Pure.
#pragma once

#include <string>

namespace netrunner {

/// " (try: ...)" for the word `file`, or empty if it looks like the name of a program.
std::string describe_meant_command(const std::string& file);

}  // namespace netrunner
