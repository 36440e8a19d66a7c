#include "src/summary.hpp"

#include <fmt/format.h>

#include "src/signal_name.hpp"

namespace netrunner {
namespace {

std::string line(const char* label, const std::string& text) { return fmt::format("  {:<8}{}\n", label, text); }

std::string describe_stream(const StreamFigures& figures) {
    if (!figures.bytes) return figures.mode;
    std::string text = format_size(*figures.bytes);
    if (figures.blocked >= std::chrono::milliseconds(1)) {
        text += fmt::format(", reader held it up for {}", format_duration(figures.blocked));
    }
    if (figures.truncated) text += ", truncated";
    return text;
}

/// The peak, and beside it what it could have been.
std::string describe_memory(const Outcome& outcome) {
    if (!outcome.cgroup || !outcome.cgroup->figures.memory_peak) {
        return outcome.usage ? format_size(static_cast<Size>(outcome.usage->max_rss)) + " peak" : "";
    }
    std::string text = format_size(*outcome.cgroup->figures.memory_peak) + " peak";
    const auto limit = outcome.cgroup->limits.find("memory.max");
    if (limit == outcome.cgroup->limits.end() || limit->second == "max") return text;
    return text + " of " + format_size(parse_size(limit->second));
}

std::string describe_group(const GroupRecord& group) {
    std::string text = group.path;
    const CgroupFigures& figures = group.figures;
    if (figures.oom_kills.value_or(0) > 0) text += fmt::format(", {} killed for want of memory", *figures.oom_kills);
    if (figures.high_events.value_or(0) > 0)
        text += fmt::format(", slowed at memory.high {} times", *figures.high_events);
    if (figures.cpu_throttled_us.value_or(0) > 0) {
        text += fmt::format(", throttled for {:.3f}s", static_cast<double>(*figures.cpu_throttled_us) / 1e6);
    }
    if (figures.pids_peak) text += fmt::format(", {} processes at once", *figures.pids_peak);
    if (figures.pids_refused.value_or(0) > 0) text += fmt::format(", {} more refused", *figures.pids_refused);
    return text;
}

}  // namespace

std::string render_summary(const Outcome& outcome, const Ending& ending) {
    const std::string status = ending.signal ? fmt::format("{} ({})", ending.status, signal_name(*ending.signal))
                                             : fmt::format("{}", ending.status);
    std::string text = fmt::format("netrunner: summary\n{}", line("status", status + ", " + reason_of(outcome)));
    text += line("wall", format_duration(outcome.wall));
    const CpuTime cpu = cpu_time(outcome);
    if (cpu.user) text += line("cpu", fmt::format("{:.3f}s user, {:.3f}s system", *cpu.user, *cpu.system));
    if (const std::string memory = describe_memory(outcome); !memory.empty()) text += line("memory", memory);
    if (outcome.cgroup) text += line("group", describe_group(*outcome.cgroup));
    text += line("stdout", describe_stream(outcome.standard_output));
    text += line("stderr", describe_stream(outcome.standard_error));
    if (outcome.standard_input.bytes) text += line("stdin", describe_stream(outcome.standard_input));
    if (!outcome.orphans.empty()) text += line("orphans", fmt::format("{} ended", outcome.orphans.size()));
    return text;
}

}  // namespace netrunner
