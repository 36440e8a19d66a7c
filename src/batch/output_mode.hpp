// Makes the outputs that an output mode asks for. The conductor calls it once.
#pragma once

#include <memory>

#include "src/batch/outputs.hpp"
#include "src/cli/batch_options.hpp"

namespace netrunner {

/// Null: the mode has no relayed output.
std::unique_ptr<Outputs> make_outputs(const BatchOptions& options, OwnOutputs own);

}  // namespace netrunner
