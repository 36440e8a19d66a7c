#include "src/session/failed_setup.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "src/values/signal_name.hpp"

namespace netrunner {
namespace {

Outcome not_started(NotStarted why, const LaunchPlan& plan, TimePoint begun) {
    std::error_code unknown;
    Outcome outcome;
    outcome.end = std::move(why);
    outcome.command = plan.words.front();
    outcome.on_terminal = plan.terminal.has_value();
    outcome.directory = plan.directory.value_or(std::filesystem::current_path(unknown).string());
    outcome.standard_input.mode = describe(plan.standard_input);
    outcome.standard_output.mode = describe(plan.standard_output);
    outcome.standard_error.mode = describe(plan.standard_error);
    outcome.stamp(begun);
    return outcome;
}

}  // namespace

Outcome failed_setup(const SetupFailure& failure, const LaunchPlan& plan, TimePoint begun) {
    return not_started({.stage = failure.stage(), .error = failure.code().value(), .message = failure_text(failure)},
                       plan, begun);
}

Outcome timed_out_setup(const std::string& why, const LaunchPlan& plan, TimePoint begun) {
    const std::string limit = shown_timeout(plan);
    Outcome outcome = not_started({.fault = NotStarted::Fault::timed_out,
                                   .stage = "open",
                                   .error = ETIMEDOUT,
                                   .message = fmt::format("timed out after {}: {}", limit, why)},
                                  plan, begun);
    outcome.stop = StopRecord{.cause = StopCause::timeout, .steps = {}, .limit = limit};
    return outcome;
}

Outcome cancelled_setup(int signal, const std::string& why, const LaunchPlan& plan, TimePoint begun) {
    Outcome outcome = not_started({.stage = "open",
                                   .error = ECANCELED,  // by which src/outcome knows it
                                   .message = fmt::format("cancelled by {}: {}", signal_name(signal), why)},
                                  plan, begun);
    outcome.cancelled_by = signal;
    outcome.stop = StopRecord{.cause = StopCause::cancelled, .steps = {}, .limit = ""};
    return outcome;
}

}  // namespace netrunner
