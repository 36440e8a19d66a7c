// Renders a run as a JUnit file for CI systems: one suite with one case. main calls it for --junit and writes the file.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "src/outcome/outcome.hpp"

namespace netrunner {

struct JUnitContext {
    std::string name;  ///< of the case
    std::string host;  ///< this machine's name
    const Outcome& outcome;
    Ending ending;
    std::string verdict;     ///< empty: none
    std::string last_lines;  ///< of the command's output, as plain lines
};

/// The case passes if netrunner's status is 0. Otherwise it is an `error` if the command did not start, the run was
/// cancelled or lost, or netrunner failed; in all other cases it is a `failure`. Jenkins' xUnit plugin and the schema
/// of Ant's JUnit task refuse any attribute that they do not know, so the file has what both allow
/// (tests/support/check_junit.py).
std::string render_junit(const JUnitContext& context);

/// The file contains at most this many of the last output lines.
inline constexpr std::size_t junit_lines = 50;

}  // namespace netrunner
