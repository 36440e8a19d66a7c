#include "src/plan/stream_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using Mode = StreamChoice::Mode;

/// An option that works on the bytes that the command writes.
struct Watcher {
    const char* option;
    bool given;
    bool useless_alone = true;  ///< without any relayed output it can do nothing
    bool tells_itself = false;  ///< its own lines say which output it does not see
};

bool is_limit(Duration asked) { return asked != forever && asked != Duration::zero(); }

std::array<Watcher, 8> watchers(const Options& options) {
    return {{{.option = "--idle-timeout", .given = is_limit(options.idle_timeout)},
             {.option = "--max-output", .given = options.max_output != unlimited},
             {.option = "--heartbeat", .given = is_limit(options.heartbeat), .tells_itself = true},
             {.option = "--output", .given = options.output_file.has_value()},
             {.option = "--timestamps", .given = options.stamp.clock != LineStamp::Clock::none},
             {.option = "--prefix", .given = !options.stamp.prefix.empty()},
             {.option = "--progress", .given = options.progress, .useless_alone = false},
             {.option = "--junit", .given = options.junit.has_value(), .useless_alone = false}}};
}

bool must_see_output(const Options& options) { return std::ranges::any_of(watchers(options), &Watcher::given); }

bool is_relayed(const StreamChoice& choice) {
    return choice.mode == Mode::pipe || choice.mode == Mode::terminal || choice.mode == Mode::merge ||
           choice.mode == Mode::control;
}

StreamChoice plan_standard_input(const Options& options, const Facts& facts) {
    if (options.standard_input) return *options.standard_input;
    // `inherit` leaves unread input to the next reader. Only a terminal's keys are passed on to the pseudo-terminal.
    return {options.pty && facts.terminal.is_input ? Mode::terminal : Mode::inherit, {}};
}

StreamChoice plan_standard_output(const Options& options, const Facts& facts) {
    const Mode asked = options.standard_output.mode;
    if (options.pty && (asked == Mode::automatic || asked == Mode::pipe)) return {Mode::terminal, {}};
    if (asked != Mode::automatic) return options.standard_output;
    return {facts.output_is_terminal && !must_see_output(options) ? Mode::inherit : Mode::pipe, {}};
}

StreamChoice plan_standard_error(const Options& options, const Facts& facts, const StreamChoice& output) {
    if (options.standard_error.mode != Mode::automatic) return options.standard_error;
    // With `2>err.log`, standard error keeps its own pipe, so that the errors still go to the file.
    if (options.pty) {
        if (options.terminal_error == Options::TerminalError::terminal) return {Mode::terminal, {}};
        if (options.terminal_error == Options::TerminalError::pipe) return {Mode::pipe, {}};
        const bool redirected = !facts.error_is_terminal && !facts.outputs_are_one;
        return {redirected ? Mode::pipe : Mode::terminal, {}};
    }
    // With two ways to one place, lines could change their order (docs/decisions/0003).
    if (facts.outputs_are_one && output.mode == Mode::pipe) return {Mode::merge, {}};
    return {facts.error_is_terminal && !must_see_output(options) ? Mode::inherit : Mode::pipe, {}};
}

/// With --pty the command gets three valid descriptors, as on any new terminal.
void keep_closed(const Options& options, const Facts& facts, StreamPlan& plan) {
    if (options.pty) return;
    const auto close = [](StreamChoice& stream, bool is_looked_at) {
        const bool leads_there = stream.mode == Mode::inherit || (stream.mode == Mode::pipe && !is_looked_at);
        if (leads_there) stream = {Mode::closed, {}};
    };
    const bool is_looked_at = must_see_output(options);
    if (facts.closed[0]) close(plan.standard_input, false);
    if (facts.closed[1]) close(plan.standard_output, is_looked_at);
    if (facts.closed[2]) close(plan.standard_error, is_looked_at);
    const bool follows = plan.standard_error.mode == Mode::merge;
    if (follows && plan.standard_output.mode == Mode::closed) plan.standard_error = {Mode::closed, {}};
}

}  // namespace

StreamPlan plan_streams(const Options& options, const Facts& facts) {
    StreamPlan plan{.standard_input = plan_standard_input(options, facts),
                    .standard_output = plan_standard_output(options, facts)};
    plan.standard_error = plan_standard_error(options, facts, plan.standard_output);
    keep_closed(options, facts, plan);
    return plan;
}

void refuse_unseen_output(const Options& options, const StreamPlan& plan) {
    const bool has_error = plan.standard_error.mode == Mode::pipe || plan.standard_error.mode == Mode::control;
    if (options.pty || is_relayed(plan.standard_output) || has_error) return;
    for (const Watcher& watcher : watchers(options)) {
        if (!watcher.given || !watcher.useless_alone) continue;
        throw UsageError(fmt::format(
            "{} needs an output that goes through netrunner: say --stdout pipe or --stderr pipe", watcher.option));
    }
}

std::string describe_unseen_output(const Options& options, const StreamPlan& plan) {
    std::vector<std::string> unseen;
    if (plan.standard_output.mode == Mode::inherit) unseen.emplace_back("standard output (--stdout inherit)");
    if (plan.standard_error.mode == Mode::inherit) unseen.emplace_back("standard error (--stderr inherit)");
    std::vector<std::string> blind;
    for (const Watcher& watcher : watchers(options)) {
        if (watcher.given && !watcher.tells_itself) blind.emplace_back(watcher.option);
    }
    if (unseen.empty() || blind.empty()) return "";
    return fmt::format("{} cannot see {}", fmt::join(blind, ", "), fmt::join(unseen, " and "));
}

std::string outputs_not_relayed(const StreamPlan& plan) {
    std::vector<std::string> names;
    if (!is_relayed(plan.standard_output)) names.emplace_back("standard output");
    const bool merged = plan.standard_error.mode == Mode::merge;
    if (!is_relayed(merged ? plan.standard_output : plan.standard_error)) names.emplace_back("standard error");
    return fmt::format("{}", fmt::join(names, " and "));
}

}  // namespace netrunner
