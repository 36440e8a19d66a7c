// The digest of a batch's input for the header of its report, by which `report merge` sees that all shards had the same
// input. The batch calls it before the first job starts.
#pragma once

#include <optional>
#include <string>

#include "src/cli/batch_options.hpp"

namespace netrunner {

/// "sha256:" and 64 digits, of the lists of the command line or of the regular file `input`, from its present offset,
/// which stays as it is. -1: there are only lists. Nothing if the input is a stream or larger than 64 MiB: netrunner
/// does not know it before the first job starts. Throws nothing.
std::optional<std::string> input_digest(const BatchOptions& options, int input);

}  // namespace netrunner
