// Refuses options that would write different things to one file, before any file is opened or emptied. main calls it
// for a run; a batch compares its own files with `refuse_clash` (src/batch/own_files).
// Outputs of the command may share a file: they then share one open file (src/link/standard_files).
#pragma once

#include <string>

#include "src/cli/options.hpp"
#include "src/system/file_place.hpp"

namespace netrunner {

/// A file that an option names, or that a descriptor leads to.
struct NamedFile {
    const char* option;
    std::string name;  ///< as typed
    FilePlace place;
};

/// Throws UsageError if both name the same file. The message names `other` first.
void refuse_clash(const NamedFile& report, const NamedFile& other);

/// Throws UsageError if a report would overwrite a log or another report, and SetupFailure if an option names a
/// descriptor that is not open. A report may follow the output on a descriptor that netrunner was given.
void refuse_file_clashes(const Options& options);

}  // namespace netrunner
