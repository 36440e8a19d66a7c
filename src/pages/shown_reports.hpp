// Carries out `netrunner report show|html|trace`: reads the files and makes the text. main calls it and prints.
#pragma once

#include <string>

#include "src/cli/report_options.hpp"

namespace netrunner {

/// The whole text for standard output. `coloured`: `show` has terminal colours. Throws UsageError for what is no
/// report, SetupFailure for a file that cannot be opened.
std::string show_reports(const ShowRequest& request, bool coloured);

}  // namespace netrunner
