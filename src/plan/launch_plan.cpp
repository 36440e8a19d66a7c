#include "src/plan/launch_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <limits>

#include "shepherd/terminal/terminal_modes.hpp"
#include "src/plan/environment.hpp"

namespace netrunner {
namespace {

using protocol::Wiring;
using Mode = StreamChoice::Mode;

constexpr Duration default_grace = std::chrono::seconds(5);

/// 0 and infinity both mean that there is no limit.
Duration limit_or_none(Duration asked) { return asked == Duration::zero() ? forever : asked; }

std::vector<StopStep> plan_ladder(const Options& options) {
    std::vector<StopStep> steps;
    if (options.stop) {
        steps = *options.stop;
        // A ladder ends with the signal that nothing survives, or the tree might never be empty.
        if (steps.back().signal != SIGKILL) {
            if (steps.back().grace == Duration::zero()) steps.back().grace = default_grace;
            steps.push_back({SIGKILL, {}});
        }
    } else if (options.signal == SIGKILL) {
        steps.push_back({SIGKILL, {}});
    } else {
        steps.push_back({options.signal, options.kill_after});
        if (options.kill_after != forever) steps.push_back({SIGKILL, {}});
    }
    if (steps.size() > protocol::max_steps) {
        throw UsageError(fmt::format("--stop: more than {} steps", protocol::max_steps));
    }
    return steps;
}

/// What the command finds ignored: what we found, but only where ignoring is a wish of whoever started us. Parents leak
/// the others by mistake (contract: Signals).
/// Where there is a terminal, wanting it has to stop the command: only then can it be given (a shell's `$( )` ignores
/// these, and a read from the background would just fail).
SignalBits plan_ignored(const Options& options, const SignalState& found, bool has_terminal) {
    if (options.keep_signals) return found.ignored;
    constexpr SignalBits asking = signal_bit(SIGTTIN) | signal_bit(SIGTTOU);
    constexpr SignalBits wishes = signal_bit(SIGHUP) | signal_bit(SIGINT) | signal_bit(SIGQUIT) | signal_bit(SIGTERM) |
                                  signal_bit(SIGTSTP) | signal_bit(SIGTTIN) | signal_bit(SIGTTOU) |
                                  signal_bit(SIGUSR1) | signal_bit(SIGUSR2);
    return found.ignored & wishes & ~(has_terminal ? asking : 0);
}

StreamChoice plan_standard_input(const Options& options, const Facts& facts) {
    if (options.standard_input) return *options.standard_input;
    // What is not read must stay where it is; only keys are typed on.
    return {options.pty && facts.terminal.is_input ? Mode::terminal : Mode::inherit, {}};
}

StreamChoice plan_standard_output(const Options& options) {
    if (options.pty && options.standard_output.mode == Mode::pipe) return {Mode::terminal, {}};
    return options.standard_output;
}

StreamChoice plan_standard_error(const Options& options, const Facts& facts) {
    if (options.standard_error) return *options.standard_error;
    // `2>err.log` keeps working.
    if (options.pty) {
        const bool redirected = !facts.terminal.is_error && !facts.outputs_are_one;
        return {redirected ? Mode::pipe : Mode::terminal, {}};
    }
    // Two pipes would let lines that go to one place change their order (docs/decisions/0003).
    const bool merge = facts.outputs_are_one && options.standard_output.mode == Mode::pipe;
    return {merge ? Mode::merge : Mode::pipe, {}};
}

Wiring wiring_of(const StreamChoice& choice) {
    switch (choice.mode) {
        case Mode::pipe: return Wiring::pipe;
        case Mode::merge: return Wiring::like_stdout;
        case Mode::terminal: return Wiring::terminal;
        case Mode::inherit:
        case Mode::null:
        case Mode::file: return Wiring::keep;
    }
    return Wiring::keep;
}

void plan_identity(const Identity& identity, protocol::Plan& plan) {
    if (identity.user) {
        plan.has_uid = 1;
        plan.uid = *identity.user;
    }
    if (identity.group) {
        plan.has_gid = 1;
        plan.gid = *identity.group;
    }
    if (identity.groups) {
        if (identity.groups->size() > plan.groups.size()) {
            throw UsageError(fmt::format("{} groups are more than the {} that can be set", identity.groups->size(),
                                         plan.groups.size()));
        }
        plan.has_groups = 1;
        plan.group_count = static_cast<std::uint32_t>(identity.groups->size());
        std::ranges::copy(*identity.groups, plan.groups.begin());
    }
}

std::int64_t grace_in_frame(Duration grace) {
    if (grace == forever) return -1;
    return std::chrono::ceil<std::chrono::milliseconds>(grace).count();
}

void plan_limits(const Options& options, protocol::Plan& plan) {
    for (const ResourceLimit& limit : options.limits) {
        const auto end = plan.limits.begin() + plan.limit_count;
        auto place = std::find_if(plan.limits.begin(), end,
                                  [&](const protocol::Limit& known) { return known.resource == limit.resource; });
        if (place == end) ++plan.limit_count;  // the kernel has no more resources than there are places
        *place = {limit.resource, limit.soft, limit.hard};
    }
}

TerminalPlan plan_terminal(const Options& options, const Facts& facts, const LaunchPlan& plan) {
    const bool types = plan.standard_input.mode == Mode::terminal;
    return {.typed = types && facts.terminal.is_input,
            .fed = types && !facts.terminal.is_input,
            .keeps_output = !facts.terminal.is_output,
            .follows_size = !options.window,
            .window = options.window.value_or(facts.terminal.window.value_or(WindowSize{}))};
}

/// In the background of the user's terminal, the command's own is a background too: it is stopped where it would be,
/// and we hear of it. So it is where our output goes elsewhere: in `netrunner run --pty -- make | less` the keys are
/// the neighbour's, until the command asks for them.
bool starts_in_foreground(const TerminalFacts& user, const TerminalPlan& terminal) {
    if (terminal.fed || !user.found) return true;
    return user.foreground && !(terminal.typed && terminal.keeps_output);
}

void plan_pseudo_terminal(const TerminalFacts& user, const LaunchPlan& launch, protocol::Plan& plan) {
    const TerminalPlan& terminal = *launch.terminal;
    const bool shares = user.foreground && user.modes;
    const bool is_raw = user.modes && are_raw(*user.modes);
    plan.pseudo_terminal = 1;
    plan.columns = terminal.window.columns;
    plan.rows = terminal.window.rows;
    plan.foreground = starts_in_foreground(user, terminal) ? 1 : 0;
    // A shell that is editing a line has modes of its own, which are no example.
    if (shares && !is_raw) {
        plan.has_modes = 1;
        plan.modes = *user.modes;
    }
    // "\r\n" only where it goes to a terminal that shows output as it comes: one that we are about to make raw, or
    // that somebody else already has.
    const bool becomes_raw = shares && terminal.typed && plan.foreground != 0;
    const bool unchanged = user.modes && show_output_unchanged(*user.modes);
    plan.returns_carriage = user.is_output && (unchanged || (becomes_raw && !is_raw)) ? 1 : 0;
    plan.silent = terminal.fed ? 1 : 0;
    plan.guards_input = terminal.typed ? 1 : 0;
}

protocol::Plan plan_shepherd(const Options& options, const Facts& facts, const LaunchPlan& launch) {
    protocol::Plan plan;
    plan.standard_input = wiring_of(launch.standard_input);
    plan.standard_output = wiring_of(launch.standard_output);
    plan.standard_error = wiring_of(launch.standard_error);
    plan.pid_namespace = options.pid_namespace ? 1 : 0;
    plan.new_session = facts.has_terminal && !launch.terminal ? 0 : 1;
    plan.runner_group = plan.new_session != 0 ? 0 : facts.group;
    if (launch.terminal) plan_pseudo_terminal(facts.terminal, launch, plan);
    plan.has_argv0 = options.argv0 ? 1 : 0;
    plan.no_new_privs = options.no_new_privs ? 1 : 0;
    plan.pipe_size = static_cast<std::uint32_t>(launch.pipe_size);
    plan.ignored = plan_ignored(options, facts.signals, facts.has_terminal);
    plan.blocked = options.keep_signals ? facts.signals.blocked : 0;
    if (options.umask) {
        plan.has_umask = 1;
        plan.umask = *options.umask;
    }
    if (options.nice) {
        plan.has_nice = 1;
        plan.nice = *options.nice;
    }
    plan_identity(facts.identity, plan);
    plan_limits(options, plan);
    for (const StopStep& step : launch.ladder) {
        plan.steps[plan.step_count++] = {step.signal, grace_in_frame(step.grace)};
    }
    return plan;
}

/// A live line has to go before anything else is written to its terminal: whoever writes there must do so through us.
void refuse_mixed_progress(const Options& options, const Facts& facts, const LaunchPlan& plan) {
    if (!options.progress || !facts.error_is_terminal) return;
    if (plan.standard_error.mode == Mode::inherit ||
        (plan.standard_output.mode == Mode::inherit && facts.outputs_are_one)) {
        throw UsageError("--progress needs the outputs that go to its terminal to be relayed, not inherited");
    }
    if (options.pty && facts.outputs_are_one) {
        throw UsageError("--progress with --pty needs the output to go elsewhere: the command draws on that terminal");
    }
}

void refuse_contradictions(const Options& options, const Facts& facts, const LaunchPlan& plan) {
    if (options.window && !options.pty) throw UsageError("--winsize needs --pty");
    if (plan.standard_input.mode == Mode::terminal && !options.pty) throw UsageError("--stdin pty needs --pty");
    const bool relays_output =
        options.pty || plan.standard_output.mode == Mode::pipe || plan.standard_error.mode == Mode::pipe;
    const auto needs_relay = [&](bool asked, const char* option) {
        if (asked && !relays_output) {
            throw UsageError(fmt::format(
                "{} needs an output that goes through netrunner: say --stdout pipe or --stderr pipe", option));
        }
    };
    needs_relay(plan.idle_timeout != forever, "--idle-timeout");
    needs_relay(plan.max_output != unlimited, "--max-output");
    needs_relay(plan.heartbeat != forever, "--heartbeat");
    needs_relay(plan.output_file.has_value(), "--output");
    needs_relay(plan.stamp.clock != LineStamp::Clock::none, "--timestamps");
    needs_relay(!plan.stamp.prefix.empty(), "--prefix");
    if (options.append && !options.output_file) throw UsageError("--append needs --output");
    if (options.output_stamped && !options.output_file) throw UsageError("--output-stamped needs --output");
    if (options.output_stamped && !options.stamp.wanted()) {
        throw UsageError("--output-stamped needs --timestamps or --prefix");
    }
    if (plan.on_timeout && plan.timeout == forever && plan.idle_timeout == forever) {
        throw UsageError("--on-timeout needs --timeout or --idle-timeout");
    }
    refuse_mixed_progress(options, facts, plan);
}

}  // namespace

LaunchPlan make_launch_plan(const Options& options, const Facts& facts) {
    LaunchPlan plan;
    plan.words = options.command;
    if (options.argv0) {
        plan.words.front() = *options.argv0;
        plan.words.insert(plan.words.begin(), options.command.front());
    }
    plan.environment = plan_environment(options, facts.environment);
    plan.directory = options.directory;
    plan.standard_input = plan_standard_input(options, facts);
    plan.standard_output = plan_standard_output(options);
    plan.standard_error = plan_standard_error(options, facts);
    if (options.pty) plan.terminal = plan_terminal(options, facts, plan);
    plan.cgroup = plan_cgroup(options.cgroup, facts.cgroup_base);
    plan.has_terminal = facts.has_terminal;
    plan.survives_no_reader = (facts.signals.ignored & signal_bit(SIGPIPE)) != 0;
    plan.output_file = options.output_file;
    plan.append = options.append;
    plan.stamp = options.stamp;
    plan.stamps_file = options.output_stamped;
    plan.max_output = options.max_output;
    // The kernel takes an int; far beyond what it allows anybody, so nothing is lost by the cut.
    plan.pipe_size = std::min<Size>(options.pipe_size, std::numeric_limits<int>::max());
    plan.timeout = limit_or_none(options.timeout);
    plan.idle_timeout = limit_or_none(options.idle_timeout);
    plan.ladder = plan_ladder(options);
    plan.orphans = options.orphans;
    plan.die_with_parent = options.die_with_parent;
    plan.heartbeat = limit_or_none(options.heartbeat);
    plan.on_timeout = options.on_timeout;
    refuse_contradictions(options, facts, plan);
    plan.shepherd = plan_shepherd(options, facts, plan);
    return plan;
}

std::string describe(const StreamChoice& choice) {
    switch (choice.mode) {
        case Mode::inherit: return "inherit";
        case Mode::pipe: return "pipe";
        case Mode::null: return "null";
        case Mode::merge: return "stdout";
        case Mode::file: return choice.path;
        case Mode::terminal: return "pty";
    }
    return "";
}

}  // namespace netrunner
