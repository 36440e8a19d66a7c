// The run as a JUnit file of one suite with one case, as CI systems read it. Pure.
#pragma once

#include <string>
#include <vector>

#include "src/outcome/outcome.hpp"

namespace netrunner {

struct JUnitContext {
    const std::vector<std::string>& command;
    const Outcome& outcome;
    Ending ending;
    std::string verdict;     ///< empty: none
    std::string last_lines;  ///< of the command's output; bytes
};

/// The case has failed unless netrunner ends with 0: an `error` is what the command had no part in, anything else a
/// `failure`.
std::string render_junit(const JUnitContext& context);

/// So many lines of output are shown.
inline constexpr std::size_t junit_lines = 50;

}  // namespace netrunner
