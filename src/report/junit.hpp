// Renders a run as a JUnit file for CI systems: one suite with one case. main calls it for --junit and writes the file.
// Pure.
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
    std::string last_lines;  ///< of the command's output, as raw bytes
};

/// The case passes if netrunner's status is 0. Otherwise it is an `error` if the command did not start, the run was
/// cancelled or lost, or netrunner failed; in all other cases it is a `failure`.
std::string render_junit(const JUnitContext& context);

/// The file contains at most this many of the last output lines.
inline constexpr std::size_t junit_lines = 50;

}  // namespace netrunner
