// Decides where the command's three standard streams lead, and which options have to see what the command writes. The
// launch plan calls it. Pure.
#pragma once

#include <string>

#include "src/cli/options.hpp"
#include "src/plan/facts.hpp"

namespace netrunner {

struct StreamPlan {
    StreamChoice standard_input{};
    StreamChoice standard_output{};  ///< never `automatic`
    StreamChoice standard_error{};   ///< never `automatic`
};

/// An output that is `auto` is netrunner's own descriptor if that is a terminal and no option has to see the bytes,
/// else a pipe. What netrunner found closed is closed for the command (docs/decisions/0032, 0033).
StreamPlan plan_streams(const Options& options, const Facts& facts);

/// Throws UsageError if an option has to see the command's output and none of it goes through netrunner.
void refuse_unseen_output(const Options& options, const StreamPlan& plan);
/// A line for options that miss an output because it is inherited; empty if there are none.
std::string describe_unseen_output(const Options& options, const StreamPlan& plan);

/// The outputs that do not go through netrunner: "standard output", "standard output and standard error", or empty.
std::string outputs_not_relayed(const StreamPlan& plan);

}  // namespace netrunner
