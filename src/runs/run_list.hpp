// The output of `netrunner ps`: a table for people, or JSON. Pure.
#pragma once

#include <span>
#include <string>

#include "src/runs/found_run.hpp"

namespace netrunner {

/// A head line and a line for each run. Lines longer than `columns` are cut; 0: none is. With runs of several users,
/// a column names the user's number.
std::string render_runs(std::span<const FoundRun> runs, std::size_t columns);

/// An array with an object for each run (docs/ps.schema.json).
std::string render_runs_as_json(std::span<const FoundRun> runs);

}  // namespace netrunner
