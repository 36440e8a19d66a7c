// Refuses options that would write different things to one file, before any file is opened or emptied. main calls it.
// Outputs of the command may share a file: they then share one open file (src/link/standard_files).
#pragma once

#include "src/cli/options.hpp"

namespace netrunner {

/// Throws UsageError if a report would overwrite a log or another report, and SetupFailure if an option names a
/// descriptor that is not open. A report may follow the output on a descriptor that netrunner was given.
void refuse_file_clashes(const Options& options);

}  // namespace netrunner
