// The names of the checks of `netrunner doctor`, and the grammar of --require, which chooses among them. The parser of
// the command line calls it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

/// The names in LIST, which is separated by commas; `memory` stands for `cgroup.memory`. Throws UsageError.
std::vector<std::string> required_checks(std::string_view list);

}  // namespace netrunner
