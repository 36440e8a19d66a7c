#include "src/plan/live_refusals.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using Mode = StreamChoice::Mode;

bool is_descriptor(const std::optional<Endpoint>& endpoint, int number) {
    return endpoint && endpoint->descriptor == number;
}

/// Whether the bytes of the stream pass through netrunner's own descriptor, or the command has that descriptor.
bool uses_own_descriptor(const StreamChoice& stream) {
    switch (stream.mode) {
        case Mode::automatic:
        case Mode::inherit:
        case Mode::pipe:
        case Mode::merge:
        case Mode::terminal: return true;
        case Mode::file: return stream.path == "-";
        case Mode::null:
        case Mode::control:
        case Mode::closed: return false;
    }
    return true;
}

void refuse_missing_control(const Options& options, const StreamPlan& plan) {
    const std::array<std::pair<const char*, const StreamChoice*>, 3> streams{
        {{"--stdin", &plan.standard_input}, {"--stdout", &plan.standard_output}, {"--stderr", &plan.standard_error}}};
    for (const auto& [option, stream] : streams) {
        if (stream->mode != Mode::control) continue;
        if (!options.control) throw UsageError(fmt::format("{} control needs --control", option));
    }
    if (options.pty && plan.standard_error.mode == Mode::control) {
        throw UsageError("--stderr control cannot be used with --pty: a terminal has one output, say --stdout control");
    }
}

/// The options that write text of another kind to standard output.
const char* other_writer_of_output(const Options& options) {
    if (options.report == "-" || options.report_fd == STDOUT_FILENO) return "the report";
    if (options.junit == "-") return "--junit";
    if (options.output_file == "-") return "--output";
    return nullptr;
}

void refuse_shared_output(const Options& options, const StreamPlan& plan) {
    if (is_descriptor(options.events, STDERR_FILENO) || is_descriptor(options.control, STDERR_FILENO)) {
        throw UsageError(
            "--events and --control cannot use descriptor 2: netrunner's own messages go there (open another, such as "
            "3)");
    }
    for (const auto& [option, endpoint] : {std::pair("--events", &options.events), {"--control", &options.control}}) {
        if (!is_descriptor(*endpoint, STDOUT_FILENO)) continue;
        if (uses_own_descriptor(plan.standard_output) ||
            (plan.standard_error.mode == Mode::file && plan.standard_error.path == "-")) {
            throw UsageError(
                fmt::format("{} 1 cannot be used here: the command's output goes to descriptor 1 too (say --stdout "
                            "null, control or FILE, or open another descriptor)",
                            option));
        }
        if (const char* const other = other_writer_of_output(options)) {
            throw UsageError(fmt::format("{} 1 cannot be used here: {} goes to standard output too", option, other));
        }
    }
}

}  // namespace

void refuse_live_contradictions(const Options& options, const StreamPlan& plan) {
    refuse_missing_control(options, plan);
    refuse_shared_output(options, plan);
    if (is_descriptor(options.control, STDIN_FILENO) && uses_own_descriptor(plan.standard_input)) {
        throw UsageError(
            "--control 0 cannot be used here: the command reads descriptor 0 too (say --stdin null, control or FILE, "
            "or open another descriptor)");
    }
    if (is_descriptor(options.events, STDIN_FILENO) && !is_descriptor(options.control, STDIN_FILENO)) {
        throw UsageError("--events 0 cannot be used: descriptor 0 is for input (open another descriptor)");
    }
    if (options.report_fd && is_descriptor(options.events, *options.report_fd)) {
        throw UsageError(
            fmt::format("--events and --report-fd cannot share descriptor {}: the event 'end' contains the "
                        "report",
                        *options.report_fd));
    }
}

}  // namespace netrunner
