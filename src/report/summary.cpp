#include "src/report/summary.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "src/report/labelled_lines.hpp"
#include "src/values/kernel_text.hpp"
#include "src/values/signal_name.hpp"

namespace netrunner {
namespace {

using namespace labelled_text;

using Parts = LabelledLines::Parts;

/// In one form for all times of the summary, so that they can be compared: 0.031s, 1m15.200s, 2h00m03.000s.
std::string clock_time(Duration duration) {
    using namespace std::chrono;
    const auto whole = round<milliseconds>(duration);
    const auto hour = duration_cast<hours>(whole).count();
    const auto minute = duration_cast<minutes>(whole % hours(1)).count();
    const double second = static_cast<double>((whole % minutes(1)).count()) / 1000;
    if (hour > 0) return fmt::format("{}h{:02}m{:06.3f}s", hour, minute, second);
    if (minute > 0) return fmt::format("{}m{:06.3f}s", minute, second);
    return fmt::format("{:.3f}s", second);
}

std::string clock_time(double seconds) { return clock_time(round<Duration>(std::chrono::duration<double>(seconds))); }

std::string times(std::uint64_t count) { return count == 1 ? "once" : fmt::format("{} times", count); }

Parts describe_status(const Outcome& outcome, const Ending& ending) {
    return {ending.signal ? fmt::format("{} ({})", ending.status, signal_name(*ending.signal))
                          : fmt::format("{}", ending.status),
            reason_of(outcome)};
}

Parts describe_time(const Outcome& outcome) {
    Parts parts{clock_time(outcome.wall) + " wall"};
    const CpuTime cpu = cpu_time(outcome);
    if (cpu.user) parts.push_back(clock_time(*cpu.user) + " user");
    if (cpu.system) parts.push_back(clock_time(*cpu.system) + " system");
    return parts;
}

/// The peak of memory and, if there is one, the limit.
Parts describe_memory(const Outcome& outcome) {
    if (!outcome.cgroup || !outcome.cgroup->figures.memory_peak) {
        if (!outcome.usage) return {};
        return {format_size(static_cast<Size>(outcome.usage->max_rss)) + " peak", "the largest process"};
    }
    const std::string peak = format_size(*outcome.cgroup->figures.memory_peak) + " peak";
    const auto limit = outcome.cgroup->limits.find("memory.max");
    const auto bytes = limit == outcome.cgroup->limits.end() ? std::nullopt : number_in(limit->second);
    return {bytes ? fmt::format("{} of {}", peak, format_size(*bytes)) : peak, "all processes together"};
}

/// `figures` of standard error, which may have no stream of its own.
bool is_merged(const StreamFigures& figures) {
    return !figures.bytes && (figures.mode == "stdout" || figures.mode == "pty");
}

Parts describe_stream(const StreamFigures& figures) {
    if (!figures.bytes) return {figures.mode};
    Parts parts{format_size(*figures.bytes)};
    if (figures.blocked >= std::chrono::milliseconds(1)) {
        parts.push_back("held up by its reader for " + clock_time(figures.blocked));
    }
    if (figures.truncated()) parts.emplace_back("truncated");
    if (figures.dropped > 0) parts.push_back(format_size(figures.dropped) + " dropped");
    return parts;
}

Parts describe_orphans(const std::vector<Orphan>& orphans) {
    constexpr std::size_t most_named = 5;
    Parts parts;
    for (const Orphan& orphan : orphans) {
        if (parts.size() == most_named) {
            parts.push_back(fmt::format("{} more", orphans.size() - most_named));
            break;
        }
        parts.push_back(fmt::format("{} ended by {}", orphan.shown(), signal_name(orphan.ended_by)));
    }
    return parts;
}

Parts describe_spared(const std::vector<Orphan>& spared) {
    constexpr std::size_t most_named = 5;
    Parts parts;
    for (const Orphan& left : spared) {
        if (parts.size() == most_named) {
            parts.push_back(fmt::format("{} more", spared.size() - most_named));
            break;
        }
        parts.push_back(left.shown() + " left running");
    }
    return parts;
}

Parts describe_group(const GroupRecord& group) {
    const CgroupFigures& figures = group.figures;
    Parts parts;
    if (figures.cpu_throttled_us)
        parts.push_back(clock_time(std::chrono::microseconds(*figures.cpu_throttled_us)) + " throttled");
    if (figures.pids_peak) parts.push_back(fmt::format("{} processes at most", *figures.pids_peak));
    if (figures.pids_refused.value_or(0) > 0) parts.push_back(fmt::format("{} forks refused", *figures.pids_refused));
    if (figures.oom_kills) parts.push_back(fmt::format("{} killed by the OOM killer", *figures.oom_kills));
    if (figures.high_events.value_or(0) > 0) {
        parts.push_back(fmt::format("slowed at memory.high {}", times(*figures.high_events)));
    }
    if (figures.io_read) parts.push_back(format_size(*figures.io_read) + " read");
    if (figures.io_written) parts.push_back(format_size(*figures.io_written) + " written");
    return parts;
}

}  // namespace

std::string render_summary(const Outcome& outcome, const Ending& ending, bool coloured) {
    LabelledLines table(coloured);
    table.add("status", describe_status(outcome, ending), ending.status == 0 ? green : red);
    if (!outcome.attempts.empty()) table.add("attempts", {fmt::format("{}", outcome.attempts.size())});
    table.add("time", describe_time(outcome));
    table.add("memory", describe_memory(outcome));
    if (outcome.standard_input.bytes) table.add("stdin", describe_stream(outcome.standard_input));
    table.add("stdout", describe_stream(outcome.standard_output));
    table.add("stderr", is_merged(outcome.standard_error) ? Parts{"merged into stdout"}
                                                          : describe_stream(outcome.standard_error));
    table.add("orphans", describe_orphans(outcome.orphans), yellow);
    table.add("spared", describe_spared(outcome.spared));
    if (outcome.cgroup) {
        table.add("group", {outcome.cgroup->path});
        table.add("", describe_group(*outcome.cgroup), outcome.cgroup->figures.oom_kills.value_or(0) > 0 ? red : "");
    }
    return "netrunner --summary:\n" + table.text();
}

}  // namespace netrunner
