#include "src/plan/launch_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <limits>

#include "shepherd/terminal/terminal_modes.hpp"
#include "src/plan/environment.hpp"
#include "src/plan/live_refusals.hpp"

namespace netrunner {
namespace {

using protocol::Wiring;
using Mode = StreamChoice::Mode;

constexpr Duration default_grace = std::chrono::seconds(5);

/// 0 and infinity both mean no limit.
Duration limit_or_none(Duration asked) { return asked == Duration::zero() ? forever : asked; }

std::vector<StopStep> plan_ladder(const Options& options) {
    std::vector<StopStep> steps;
    const int signal = options.signal.value_or(SIGTERM);
    const Duration grace = options.kill_after.value_or(default_grace);
    if (options.stop) {
        if (options.signal || options.kill_after) {
            throw UsageError(fmt::format("--stop sets the whole ladder, so {} has no place in it",
                                         options.signal ? "--signal" : "--kill-after"));
        }
        steps = *options.stop;
        const bool kills = steps.back().signal == SIGKILL && !steps.back().to_command;
        if (!kills) {
            if (steps.back().grace == Duration::zero()) steps.back().grace = default_grace;
            // A ladder must end with SIGKILL. Without it the tree might never become empty (docs/decisions/0006).
            steps.push_back({SIGKILL, {}});
        }
        // If SIGKILL is the only step for the tree, it needs a grace too: a signal that orders a stop can precede it.
        const bool alone =
            std::all_of(steps.begin(), steps.end() - 1, [](const StopStep& step) { return step.to_command; });
        if (alone && steps.back().grace == Duration::zero()) steps.back().grace = default_grace;
    } else if (signal == SIGKILL) {
        steps.push_back({SIGKILL, grace});
    } else {
        steps.push_back({signal, grace});
        if (grace != forever) steps.push_back({SIGKILL, {}});
    }
    if (steps.size() > protocol::max_steps) {
        throw UsageError(fmt::format("--stop: more than {} steps", protocol::max_steps));
    }
    return steps;
}

/// The signals that the command ignores. Of the signals that netrunner found ignored, only those a parent ignores on
/// purpose are kept: parents leave others, such as SIGPIPE, ignored by mistake. With a controlling terminal the command
/// does not ignore SIGTTIN and SIGTTOU, because netrunner lends it the terminal when one of them stops it. In a shell's
/// `$( )` both are ignored, and a read from the background would fail instead (docs/decisions/0012).
SignalBits plan_ignored(const Options& options, const SignalState& found, bool has_terminal) {
    if (options.keep_signals) return found.ignored;
    constexpr SignalBits terminal_requests = signal_bit(SIGTTIN) | signal_bit(SIGTTOU);
    constexpr SignalBits deliberate = signal_bit(SIGHUP) | signal_bit(SIGINT) | signal_bit(SIGQUIT) |
                                      signal_bit(SIGTERM) | signal_bit(SIGTSTP) | signal_bit(SIGTTIN) |
                                      signal_bit(SIGTTOU) | signal_bit(SIGUSR1) | signal_bit(SIGUSR2);
    return found.ignored & deliberate & ~(has_terminal ? terminal_requests : 0);
}

/// The signals whose disposition in the child, before it sets any, may not be that of the plan. execve(2) keeps what is
/// ignored and resets the rest to default, and netrunner and the shepherd change SIGPIPE and SIGCHLD.
SignalBits differing_signals(SignalBits found, SignalBits planned) {
    constexpr SignalBits always = signal_bit(SIGPIPE) | signal_bit(SIGCHLD);
    return found | planned | always;
}

Wiring wiring_of(const StreamChoice& choice, bool on_terminal) {
    if (choice.mode == Mode::control && on_terminal) return Wiring::terminal;
    switch (choice.mode) {
        case Mode::pipe:
        case Mode::control: return Wiring::pipe;
        case Mode::merge: return Wiring::like_stdout;
        case Mode::terminal: return Wiring::terminal;
        case Mode::closed: return Wiring::closed;
        case Mode::automatic:
        case Mode::inherit:
        case Mode::null:
        case Mode::file: return Wiring::keep;
    }
    return Wiring::keep;
}

void plan_passed_descriptors(const std::vector<int>& passed, protocol::Plan& plan) {
    plan.passes_descriptors = passed.empty() ? 0 : 1;
    if (passed.size() > plan.given.size()) return;  // the shepherd finds them itself
    plan.given_count = static_cast<std::uint32_t>(passed.size());
    std::ranges::copy(passed, plan.given.begin());
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
            throw UsageError(
                fmt::format("cannot set {} supplementary groups: the limit is {} (name fewer with --groups)",
                            identity.groups->size(), plan.groups.size()));
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
        if (place == end) ++plan.limit_count;  // always fits: the array has a place for each resource of the kernel
        *place = {limit.resource, limit.soft, limit.hard};
    }
}

TerminalPlan plan_terminal(const Options& options, const Facts& facts, const LaunchPlan& plan) {
    const bool types = plan.standard_input.mode == Mode::terminal;
    return {.typed = types && facts.terminal.is_input,
            .fed = types && !facts.terminal.is_input,
            .driven = plan.standard_input.mode == Mode::control,
            .keeps_output = !facts.terminal.is_output,
            .follows_size = !options.window,
            .window = options.window.value_or(facts.terminal.window.value_or(WindowSize{}))};
}

/// Whether the command starts in the foreground of its pseudo-terminal. If requests type into it, it does. In two cases
/// it starts in the background, so that the kernel stops it when it reads a key, and netrunner learns that it needs the
/// terminal:
/// - netrunner itself is in the background of the user's terminal;
/// - netrunner's output goes elsewhere. In `netrunner run --pty -- make | less` the keys are for `less`.
bool starts_in_foreground(const TerminalFacts& user, const TerminalPlan& terminal) {
    if (terminal.fed || terminal.driven || !user.found) return true;
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
    // Do not copy raw modes: a shell sets them while its user edits a line.
    if (shares && !is_raw) {
        plan.has_modes = 1;
        plan.modes = *user.modes;
    }
    // The pseudo-terminal writes "\r\n" only if the user's terminal shows output unchanged: because netrunner is about
    // to make it raw, or because another program has already turned its output processing off.
    const bool becomes_raw = shares && terminal.typed && plan.foreground != 0;
    const bool unchanged = user.modes && show_output_unchanged(*user.modes);
    plan.returns_carriage = user.is_output && (unchanged || (becomes_raw && !is_raw)) ? 1 : 0;
    plan.silent = terminal.fed ? 1 : 0;
}

protocol::Plan plan_shepherd(const Options& options, const Facts& facts, const LaunchPlan& launch) {
    protocol::Plan plan;
    plan.standard_input = wiring_of(launch.standard_input, options.pty);
    plan.standard_output = wiring_of(launch.standard_output, options.pty);
    plan.standard_error = wiring_of(launch.standard_error, options.pty);
    plan.pid_namespace = options.pid_namespace ? 1 : 0;
    plan.new_session = facts.has_terminal && !launch.terminal ? 0 : 1;
    plan.runner_group = plan.new_session != 0 ? 0 : facts.group;
    if (launch.terminal) plan_pseudo_terminal(facts.terminal, launch, plan);
    plan.has_argv0 = options.argv0 ? 1 : 0;
    plan.no_new_privs = options.no_new_privs ? 1 : 0;
    plan.spares = launch.spare.empty() ? 0 : 1;
    plan_passed_descriptors(facts.passed, plan);
    plan.pipe_size = static_cast<std::uint32_t>(launch.pipe_size);
    plan.ignored = plan_ignored(options, facts.signals, facts.has_terminal);
    plan.differing = differing_signals(facts.signals.ignored, plan.ignored);
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
        plan.steps[plan.step_count++] = {step.signal, grace_in_frame(step.grace),
                                         static_cast<std::uint8_t>(step.to_command ? 1 : 0)};
    }
    return plan;
}

/// Each name with a NUL at its end.
std::string plan_spare(const std::vector<std::string>& programs) {
    std::string names;
    for (const std::string& program : programs) names.append(program).push_back('\0');
    if (names.size() > protocol::spare_room) {
        throw UsageError(
            fmt::format("--spare: the names are {} bytes together, and one more for each; the limit is {} (say names "
                        "instead of paths)",
                        names.size() - programs.size(), protocol::spare_room));
    }
    return names;
}

/// netrunner removes the live line before it writes to the same terminal. It cannot do so for a command that writes
/// there directly, so these combinations are refused.
void refuse_mixed_progress(const Options& options, const Facts& facts, const LaunchPlan& plan) {
    if (!options.progress || !facts.error_is_terminal) return;
    if (plan.standard_error.mode == Mode::inherit ||
        (plan.standard_output.mode == Mode::inherit && facts.outputs_are_one)) {
        throw UsageError(
            "--progress needs relayed output: an inherited stream goes to the same terminal (use pipe instead of "
            "inherit)");
    }
    if (options.pty && facts.outputs_are_one) {
        throw UsageError(
            "--progress cannot be used with --pty here: the command draws on the same terminal (redirect standard "
            "output)");
    }
}

void refuse_contradictions(const Options& options, const Facts& facts, const LaunchPlan& plan) {
    if (options.window && !options.pty) throw UsageError("--winsize needs --pty");
    if (options.no_input && !options.pty) throw UsageError("--no-input needs --pty");
    if (options.term && !options.pty) throw UsageError("--term needs --pty");
    if (options.terminal_error != Options::TerminalError::automatic) {
        if (!options.pty) throw UsageError("--pty-stderr needs --pty");
        if (options.standard_error.mode != Mode::automatic) {
            throw UsageError("--pty-stderr cannot be combined with --stderr: each says where standard error goes");
        }
    }
    if (plan.standard_input.mode == Mode::terminal && !options.pty) throw UsageError("--stdin pty needs --pty");
    refuse_unseen_output(options, plan);
    const bool needs_stdout =
        plan.output_file == "-" || (plan.standard_error.mode == Mode::file && plan.standard_error.path == "-");
    if (needs_stdout && facts.closed[1]) {
        throw UsageError("'-' is standard output, which is closed (say ./- for a file of this name)");
    }
    if (options.report == "-" && options.junit == "-") {
        throw UsageError("--report and --junit cannot both go to standard output: name a file for one of them");
    }
    if (options.pid_namespace && plan.orphans == OrphanPolicy::leave) {
        throw UsageError(
            "--orphans leave cannot be used with --pid-namespace: the kernel ends every process of the namespace with "
            "the run");
    }
    if (options.pid_namespace && !plan.spare.empty()) {
        throw UsageError(
            "--spare cannot be used with --pid-namespace: the kernel ends every process of the namespace with the run");
    }
    if (options.append && !options.output_file) throw UsageError("--append needs --output");
    if (options.output_stamped && !options.output_file) throw UsageError("--output-stamped needs --output");
    if (options.output_plain && !options.output_file) throw UsageError("--output-format needs --output");
    if (options.output_action && plan.max_output == unlimited) {
        throw UsageError("--max-output-action needs --max-output");
    }
    if (options.junit_name && !options.junit) throw UsageError("--junit-name needs --junit");
    if (options.output_stamped && !options.stamp.wanted()) {
        throw UsageError("--output-stamped needs --timestamps or --prefix");
    }
    if (plan.on_timeout && plan.timeout == forever && plan.idle_timeout == forever) {
        throw UsageError("--on-timeout needs --timeout or --idle-timeout");
    }
    refuse_mixed_progress(options, facts, plan);
    refuse_live_contradictions(options, plan);
}

}  // namespace

LaunchPlan make_launch_plan(const Options& options, const Facts& facts) {
    LaunchPlan plan;
    static_cast<StreamPlan&>(plan) = plan_streams(options, facts);
    plan.words = options.command;
    if (options.argv0) {
        plan.words.front() = *options.argv0;
        plan.words.insert(plan.words.begin(), options.command.front());
    }
    const bool keys_can_come = plan.standard_input.mode == Mode::terminal || plan.standard_input.mode == Mode::control;
    plan.environment = plan_environment(options, facts.environment, keys_can_come);
    plan.directory = options.directory;
    plan.output_is_terminal = facts.output_is_terminal;
    plan.error_is_terminal = facts.error_is_terminal;
    plan.outputs_are_one = facts.outputs_are_one;
    if (options.pty) plan.terminal = plan_terminal(options, facts, plan);
    if (options.pty && !keys_can_come) {
        plan.no_input = options.no_input.value_or(Options::NoInput::say);
    }
    plan.cgroup = plan_cgroup(options.cgroup, facts.cgroup_base);
    plan.has_terminal = facts.has_terminal;
    plan.survives_no_reader = (facts.signals.ignored & signal_bit(SIGPIPE)) != 0;
    plan.output_file = options.output_file;
    plan.append = options.append;
    plan.stamp = options.stamp;
    plan.stamps_file = options.output_stamped;
    plan.plain_file = options.output_plain;
    plan.max_output = options.max_output;
    plan.drops_output = options.output_action == Options::OutputAction::drop;
    // The kernel takes the size as an int. No pipe can be that large, so the cut makes no difference.
    plan.pipe_size = static_cast<std::size_t>(std::min<Size>(options.pipe_size, std::numeric_limits<int>::max()));
    plan.timeout = limit_or_none(options.timeout);
    plan.idle_timeout = limit_or_none(options.idle_timeout);
    plan.cpu_time = limit_or_none(options.cpu_time);
    if (options.max_rss != unlimited) plan.max_rss = options.max_rss;
    plan.max_processes = options.max_processes;
    plan.ladder = plan_ladder(options);
    plan.orphans = options.orphans;
    plan.spare = plan_spare(facts.spare);
    if (plan.cgroup) plan.cgroup->spares = !plan.spare.empty();
    plan.die_with_parent = options.die_with_parent;
    plan.heartbeat = limit_or_none(options.heartbeat);
    plan.sample = options.sample;
    plan.on_timeout = options.on_timeout;
    plan.on_stop = options.on_stop;
    plan.retry = plan_retries(options, plan.standard_input.mode == Mode::pipe || (plan.terminal && plan.terminal->fed));
    refuse_contradictions(options, facts, plan);
    plan.unseen_output = describe_unseen_output(options, plan);
    plan.shepherd = plan_shepherd(options, facts, plan);
    return plan;
}

std::string shown_timeout(const LaunchPlan& plan) {
    return plan.timeout_shown.empty() ? format_duration(plan.timeout) : plan.timeout_shown;
}

std::string describe(const StreamChoice& choice) {
    switch (choice.mode) {
        case Mode::automatic: return "auto";
        case Mode::inherit: return "inherit";
        case Mode::pipe: return "pipe";
        case Mode::null: return "null";
        case Mode::merge: return "stdout";
        case Mode::file: return choice.path;
        case Mode::terminal: return "pty";
        case Mode::control: return "control";
        case Mode::closed: return "closed";
    }
    return "";
}

}  // namespace netrunner
