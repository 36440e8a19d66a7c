// Makes the outputs that the output mode and -o ask for. The conductor calls it once.
#pragma once

#include <memory>

#include "src/batch/conductor_setup.hpp"
#include "src/batch/outputs.hpp"

namespace netrunner {

/// Takes the log of `setup`. Null: the jobs write to their files, to /dev/null or to netrunner's descriptors
/// themselves.
std::unique_ptr<Outputs> make_outputs(const ConductorSetup& setup, OwnOutputs own, Pump& pump);

}  // namespace netrunner
