#include "src/outcome/outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "src/values/kernel_text.hpp"
#include "src/values/signal_name.hpp"

namespace netrunner {
namespace {

constexpr int signal_base = 128;

bool is_limit(StopCause cause) {
    return cause == StopCause::timeout || cause == StopCause::idle_timeout || cause == StopCause::output_limit ||
           cause == StopCause::cpu_limit || cause == StopCause::memory_limit || cause == StopCause::process_limit ||
           cause == StopCause::no_input;
}

bool sent_kill(const StopRecord& stop) {
    return std::ranges::find(stop.steps, SIGKILL, &StopRecord::Step::signal) != stop.steps.end();
}

/// Whether an order to end came while a job waited for the other end of a FIFO (src/session/failed_setup).
bool is_cancelled_wait(const NotStarted& end) { return end.error == ECANCELED; }

/// Whether the wait for the other end of a FIFO was ended, which is no failure of netrunner.
bool is_end_of_wait(const NotStarted& end) {
    return end.fault == NotStarted::Fault::timed_out || is_cancelled_wait(end);
}

Ending not_started_ending(const NotStarted& end, const Outcome& outcome) {
    if (is_cancelled_wait(end)) return {.status = signal_base + outcome.cancelled_by, .signal = outcome.cancelled_by};
    switch (end.fault) {
        case NotStarted::Fault::set_up: return {.status = exit_own_failure};
        case NotStarted::Fault::not_executable: return {.status = exit_cannot_execute};
        case NotStarted::Fault::not_found: return {.status = exit_not_found};
        case NotStarted::Fault::timed_out: return {.status = exit_limit};
    }
    return {.status = exit_own_failure};
}

Ending signaled_ending(const Signaled& end, const Outcome& outcome) {
    // netrunner's own SIGKILL was the last step after an order from outside. netrunner then ends by the signal that was
    // ordered (docs/decisions/0006).
    const bool killed_by_order = outcome.stop && outcome.stop->cause == StopCause::cancelled &&
                                 sent_kill(*outcome.stop) && end.signal == SIGKILL && outcome.cancelled_by != 0;
    if (outcome.stop && outcome.stop->cause == StopCause::no_reader) {
        // A write to a terminal raises no SIGPIPE, so netrunner sent SIGHUP. End like a command in a pipeline: by
        // SIGPIPE, or with a write error if SIGPIPE was ignored (docs/decisions/0010).
        if (outcome.survives_no_reader) return {.status = exit_write_error};
        return {.status = signal_base + SIGPIPE, .signal = SIGPIPE};
    }
    const int signal = killed_by_order ? outcome.cancelled_by : end.signal;
    // If the typed signal reached the command alone, netrunner repeats it for its own process group. It does not if a
    // process sent the signal to netrunner, or if the terminal has already sent it to netrunner's group.
    const bool typed = outcome.had_terminal && outcome.cancelled_by == 0 && (signal == SIGINT || signal == SIGQUIT);
    return {.status = signal_base + signal, .signal = signal, .tell_group = typed};
}

Ending command_ending(const Outcome& outcome) {
    if (const auto* end = std::get_if<NotStarted>(&outcome.end)) return not_started_ending(*end, outcome);
    if (const auto* end = std::get_if<Signaled>(&outcome.end)) return signaled_ending(*end, outcome);
    if (const auto* end = std::get_if<Exited>(&outcome.end)) {
        const bool our_fault = end->code == 0 && !outcome.failures.empty();
        return {.status = our_fault ? exit_own_failure : end->code};
    }
    return {.status = exit_own_failure};
}

/// Whether the kernel killed a process of the run's control group for lack of memory, and the command died of a SIGKILL
/// that netrunner did not send or exited with a code other than 0 (docs/decisions/0015).
bool is_oom(const Outcome& outcome) {
    if (!outcome.cgroup || outcome.cgroup->figures.oom_kills.value_or(0) == 0) return false;
    if (const auto* killed = std::get_if<Signaled>(&outcome.end)) {
        return killed->signal == SIGKILL && !(outcome.stop && sent_kill(*outcome.stop));
    }
    const auto* exited = std::get_if<Exited>(&outcome.end);
    return exited != nullptr && exited->code != 0;
}

/// Whether the reason is `oom`: netrunner did not stop the run for another reason first. A service manager may cancel
/// the run because the kernel killed a process. The reason is then still `oom`.
bool is_oom_first(const Outcome& outcome) {
    if (!is_oom(outcome)) return false;
    if (!outcome.stop || outcome.stop->cause == StopCause::orphans) return true;
    return outcome.stop->cause == StopCause::cancelled && std::holds_alternative<Signaled>(outcome.end);
}

/// Which memory limit was reached; empty if neither the limit nor the peak is known.
std::string describe_shortage(const GroupRecord& group) {
    if (group.figures.ooms.value_or(0) == 0)
        return group.shortage_above.empty() ? "not by a limit of this run" : group.shortage_above;
    if (group.figures.own_ooms == 0) return "by the limit of a nested control group";
    std::vector<std::string> parts;
    const auto limit = group.limits.find("memory.max");
    const auto bytes = limit == group.limits.end() ? std::nullopt : number_in(limit->second);
    if (bytes) parts.push_back("memory.max " + format_size(*bytes));
    if (group.figures.memory_peak) parts.push_back("peak " + format_size(*group.figures.memory_peak));
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string with_shortage(const std::string& text, const GroupRecord& group) {
    const std::string why = describe_shortage(group);
    return why.empty() ? text : fmt::format("{} ({})", text, why);
}

std::string describe_oom(const GroupRecord& group) {
    return with_shortage("killed by the kernel: out of memory", group);
}

/// For a run whose reason is not `oom`.
std::string describe_oom_kills(const GroupRecord& group) {
    return with_shortage("the kernel killed some of the command's processes: out of memory", group);
}

/// ": sent SIGTERM, 5s later SIGKILL"; empty if no signal was sent.
std::string describe_steps(const StopRecord& stop) {
    std::string text;
    for (std::size_t i = 0; i < stop.steps.size(); ++i) {
        const char* const receiver = stop.steps[i].to_command ? " to the command alone" : "";
        const std::string name = signal_name(stop.steps[i].signal) + receiver;
        if (i == 0) {
            text = ": sent " + name;
            continue;
        }
        const Duration later = stop.steps[i].after - stop.steps[i - 1].after;
        // Round to 10 ms below a second and to 100 ms above, so that a grace of 5 s is shown as 5s.
        const auto unit = std::chrono::milliseconds(later < std::chrono::seconds(1) ? 10 : 100);
        const auto rounded = (later + unit / 2) / unit * unit;
        text += rounded.count() == 0 ? fmt::format(", at once {}", name)
                                     : fmt::format(", {} later {}", format_duration(rounded), name);
    }
    return text;
}

std::string describe_orphans(const std::vector<Orphan>& orphans) {
    constexpr std::size_t most_named = 8;
    std::string text = fmt::format("ended {} {}: ", orphans.size(), orphans.size() == 1 ? "orphan" : "orphans");
    for (std::size_t i = 0; i < orphans.size() && i < most_named; ++i) {
        text += (i == 0 ? "" : ", ") + orphans[i].shown();
    }
    if (orphans.size() > most_named) text += fmt::format(" and {} more", orphans.size() - most_named);
    return text;
}

std::string describe_wait(const Outcome& outcome) {
    return outcome.ended_between ? fmt::format(" before attempt {}", outcome.attempts.size() + 1) : "";
}

/// Why netrunner stopped the command, without the command's name. Empty for a stop that was not about the command.
std::string describe_stop(const Outcome& outcome) {
    const std::string steps = describe_steps(*outcome.stop);
    const std::string& limit = outcome.stop->limit;
    switch (outcome.stop->cause) {
        case StopCause::timeout: return fmt::format("timed out after {}{}", limit, steps);
        case StopCause::idle_timeout: return fmt::format("no output for {}{}", limit, steps);
        case StopCause::output_limit: return fmt::format("more than {} of output{}", limit, steps);
        case StopCause::cpu_limit:
            return fmt::format("used {} of processor time (limit {}){}", outcome.stop->used, limit, steps);
        case StopCause::memory_limit:
            return fmt::format("used {} of memory (watched limit {}){}", outcome.stop->used, limit, steps);
        case StopCause::process_limit:
            return fmt::format("had {} processes (watched limit {}){}", outcome.stop->used, limit, steps);
        case StopCause::no_input: return fmt::format("waited for input that cannot come{}", steps);
        case StopCause::cancelled:
            return fmt::format("cancelled by {}{}{}", signal_name(outcome.cancelled_by), describe_wait(outcome), steps);
        case StopCause::parent_died: return fmt::format("the process that started netrunner has ended{}", steps);
        case StopCause::control_closed: return fmt::format("the other end of --control was closed{}", steps);
        case StopCause::lost: return fmt::format("the {} was killed{}", outcome.lost, steps);
        case StopCause::orphans:
        case StopCause::no_reader:
        case StopCause::failure: break;
    }
    return "";
}

/// The verdict without what happened around the run.
std::string own_verdict(const Outcome& outcome) {
    if (outcome.ended_between) return about_command(outcome, describe_stop(outcome));
    if (const auto* end = std::get_if<NotStarted>(&outcome.end)) {
        const bool is_failure = !is_end_of_wait(*end);
        return is_failure ? end->message : about_command(outcome, end->message);
    }
    if (is_oom_first(outcome)) return describe_oom(*outcome.cgroup);
    const bool is_our_failure =
        !outcome.stop || outcome.stop->cause == StopCause::no_reader || outcome.stop->cause == StopCause::failure;
    if (is_our_failure) return outcome.failures.empty() ? "" : outcome.failures.front();
    if (outcome.stop->cause == StopCause::orphans) {
        return outcome.orphans.empty() ? "" : describe_orphans(outcome.orphans);
    }
    return about_command(outcome, describe_stop(outcome));
}

/// Empty unless the kernel killed processes around the run, which may be why the command did not end well.
std::string describe_kills_above(const Outcome& outcome) {
    const std::uint64_t count = outcome.killed_above.value_or(0);
    const auto* const exited = std::get_if<Exited>(&outcome.end);
    const bool went_well = exited != nullptr && exited->code == 0;
    if (count == 0 || went_well || std::holds_alternative<NotStarted>(outcome.end)) return "";
    return fmt::format("the kernel killed {} process{} for want of memory in the surrounding group meanwhile", count,
                       count == 1 ? "" : "es");
}

}  // namespace

std::string about_command(const Outcome& outcome, const std::string& text) {
    const std::string_view path = outcome.command;
    const std::string_view last = path.substr(path.rfind('/') + 1);
    const std::string_view name = last.empty() ? path : last;
    return text.empty() || name.empty() ? text : fmt::format("{}: {}", name, text);
}

std::string Orphan::shown() const { return fmt::format("{} ({})", name.empty() ? "unknown process" : name, pid); }

CpuTime cpu_time(const Outcome& outcome) {
    constexpr double micro = 1e6;
    const auto reaped = [&] { return outcome.usage ? outcome.usage->user_us + outcome.usage->system_us : 0; };
    if (outcome.cgroup && outcome.cgroup->figures.cpu_user_us && outcome.cgroup->figures.cpu_system_us) {
        const CgroupFigures& figures = outcome.cgroup->figures;
        // The control group also counts processes that were not reaped, but it does not count processes that left it.
        // Use its count only if it is more than half of the time of the reaped processes.
        const auto counted = static_cast<std::int64_t>(*figures.cpu_user_us + *figures.cpu_system_us);
        if (counted * 2 > reaped())
            return {static_cast<double>(*figures.cpu_user_us) / micro,
                    static_cast<double>(*figures.cpu_system_us) / micro};
    }
    if (!outcome.usage) return {};
    return {static_cast<double>(outcome.usage->user_us) / micro, static_cast<double>(outcome.usage->system_us) / micro};
}

void Outcome::stamp(std::chrono::steady_clock::time_point begun) {
    wall = std::chrono::steady_clock::now() - begun;
    ended_at = std::chrono::system_clock::now();
    started_at = ended_at - std::chrono::duration_cast<std::chrono::microseconds>(wall);
}

Ending ending_of(const Outcome& outcome, bool preserve_status) {
    if (outcome.failed) return {.status = exit_own_failure};
    if (outcome.ended_between) {
        const int signal = outcome.cancelled_by != 0 ? outcome.cancelled_by : SIGTERM;
        return {.status = signal_base + signal, .signal = signal};
    }
    const bool ran = !std::holds_alternative<NotStarted>(outcome.end) && !std::holds_alternative<Lost>(outcome.end);
    if (ran && !preserve_status && outcome.stop && is_limit(outcome.stop->cause)) return {.status = exit_limit};
    // The command exited with 0, but a signal ended the run before all output was delivered: that is no success.
    const bool cut_short = outcome.cancelled_by != 0 && (outcome.standard_output.lost || outcome.standard_error.lost);
    if (cut_short && std::holds_alternative<Exited>(outcome.end) && std::get<Exited>(outcome.end).code == 0) {
        return {.status = signal_base + outcome.cancelled_by, .signal = outcome.cancelled_by};
    }
    return command_ending(outcome);
}

std::string reason_of(const Outcome& outcome) {
    if (outcome.ended_between) return "cancelled";
    if (std::holds_alternative<Lost>(outcome.end)) return "lost";
    if (const auto* end = std::get_if<NotStarted>(&outcome.end)) {
        if (is_cancelled_wait(*end)) return "cancelled";
        return end->fault == NotStarted::Fault::timed_out ? "timeout" : "spawn-failed";
    }
    if (is_oom_first(outcome)) return "oom";
    if (outcome.stop) {
        switch (outcome.stop->cause) {
            case StopCause::timeout: return "timeout";
            case StopCause::idle_timeout: return "idle-timeout";
            case StopCause::output_limit: return "output-limit";
            case StopCause::cpu_limit: return "cpu-limit";
            case StopCause::memory_limit: return "memory-limit";
            case StopCause::process_limit: return "process-limit";
            case StopCause::no_input: return "no-input";
            case StopCause::parent_died:
            case StopCause::control_closed:
            case StopCause::cancelled: return "cancelled";
            case StopCause::lost: return "lost";
            case StopCause::no_reader:
            case StopCause::failure:
            case StopCause::orphans: break;
        }
    }
    const auto* killed = std::get_if<Signaled>(&outcome.end);
    if (killed == nullptr) return "exited";
    return killed->signal == outcome.cancelled_by ? "cancelled" : "signaled";
}

std::string cause_name(StopCause cause) {
    switch (cause) {
        case StopCause::timeout: return "timeout";
        case StopCause::idle_timeout: return "idle-timeout";
        case StopCause::output_limit: return "output-limit";
        case StopCause::cpu_limit: return "cpu-limit";
        case StopCause::memory_limit: return "memory-limit";
        case StopCause::process_limit: return "process-limit";
        case StopCause::no_input: return "no-input";
        case StopCause::cancelled: return "cancelled";
        case StopCause::parent_died: return "parent-died";
        case StopCause::control_closed: return "control-closed";
        case StopCause::no_reader: return "no-reader";
        case StopCause::failure: return "failure";
        case StopCause::orphans: return "orphans";
        case StopCause::lost: return "lost";
    }
    return "";
}

std::string describe_end(const Outcome& outcome) {
    if (const auto* end = std::get_if<NotStarted>(&outcome.end)) return end->message;
    if (is_oom_first(outcome)) return describe_oom(*outcome.cgroup);
    std::string stop = outcome.stop ? describe_stop(outcome) : "";
    if (!stop.empty()) return stop;
    if (const auto* end = std::get_if<Exited>(&outcome.end)) return fmt::format("exited with {}", end->code);
    const auto* end = std::get_if<Signaled>(&outcome.end);
    return end == nullptr ? "did not end" : fmt::format("killed by {}", signal_name(end->signal));
}

std::string verdict_of(const Outcome& outcome) {
    const std::string own = own_verdict(outcome);
    return own.empty() ? describe_kills_above(outcome) : own;
}

bool tells_of_failure(const Outcome& outcome, const std::string& verdict) {
    if (outcome.ended_between) return false;
    if (const auto* end = std::get_if<NotStarted>(&outcome.end)) return !is_end_of_wait(*end);
    return std::holds_alternative<Lost>(outcome.end) ||
           std::ranges::find(outcome.failures, verdict) != outcome.failures.end();
}

std::vector<std::string> lines_to_say(const Outcome& outcome, const std::string& verdict, bool quiet) {
    std::vector<std::string> lines;
    const bool told = outcome.outer_tells && outcome.stop &&
                      (outcome.stop->cause == StopCause::cancelled || outcome.stop->cause == StopCause::parent_died ||
                       outcome.stop->cause == StopCause::control_closed);
    if (!verdict.empty() && !told && (!quiet || tells_of_failure(outcome, verdict))) lines.push_back(verdict);
    for (const std::string& failure : outcome.failures) {
        if (failure != verdict) lines.push_back(failure);
    }
    if (quiet) return lines;
    const bool kernel_killed = outcome.cgroup && outcome.cgroup->figures.oom_kills.value_or(0) > 0;
    const auto* unstarted = std::get_if<NotStarted>(&outcome.end);
    const bool had_processes = unstarted == nullptr || is_end_of_wait(*unstarted);  // else killed as they started
    if (kernel_killed && had_processes && !is_oom_first(outcome)) {
        lines.push_back(describe_oom_kills(*outcome.cgroup));
    }
    const std::string above = describe_kills_above(outcome);
    if (!above.empty() && above != verdict) lines.push_back(above);
    lines.insert(lines.end(), outcome.notes.begin(), outcome.notes.end());
    return lines;
}

}  // namespace netrunner
