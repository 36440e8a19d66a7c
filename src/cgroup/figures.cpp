#include "src/cgroup/figures.hpp"

#include <fmt/format.h>

#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {

CgroupFigures read_figures(int directory) {
    const auto single = [&](const char* file) -> std::optional<std::uint64_t> {
        const auto text = read_text_at(directory, file);
        return text ? number_in(trimmed(*text)) : std::nullopt;
    };
    const auto keyed = [&](const char* file) {
        return [text = read_text_at(directory, file)](std::string_view key) {
            return text ? number_after(*text, key) : std::nullopt;
        };
    };
    CgroupFigures figures;
    const auto memory = keyed("memory.events");
    figures.memory_peak = single("memory.peak");
    figures.oom_kills = memory("oom_kill");
    figures.ooms = memory("oom");
    figures.own_ooms = keyed("memory.events.local")("oom");
    figures.high_events = memory("high");
    const auto cpu = keyed("cpu.stat");
    figures.cpu_usage_us = cpu("usage_usec");
    figures.cpu_user_us = cpu("user_usec");
    figures.cpu_system_us = cpu("system_usec");
    figures.cpu_throttled_us = cpu("throttled_usec");
    figures.pids_peak = single("pids.peak");
    figures.pids_refused = keyed("pids.events")("max");
    if (const auto io = read_text_at(directory, "io.stat")) {
        figures.io_read = sum_of(*io, "rbytes");
        figures.io_written = sum_of(*io, "wbytes");
    }
    for (const char* resource : {"cpu", "memory", "io"}) {
        const auto stalls = read_text_at(directory, fmt::format("{}.pressure", resource));
        if (!stalls) continue;
        // Use the first line, "some", and not the second, "full". The total is in microseconds.
        const std::string_view some = std::string_view(*stalls).substr(0, stalls->find('\n'));
        figures.pressure[resource] = static_cast<double>(sum_of(some, "total")) / 1e6;
    }
    return figures;
}

CgroupFigures since(const CgroupFigures& before, CgroupFigures now) {
    for (const auto count : {&CgroupFigures::oom_kills, &CgroupFigures::ooms, &CgroupFigures::own_ooms,
                             &CgroupFigures::high_events, &CgroupFigures::cpu_usage_us, &CgroupFigures::cpu_user_us,
                             &CgroupFigures::cpu_system_us, &CgroupFigures::cpu_throttled_us,
                             &CgroupFigures::pids_refused, &CgroupFigures::io_read, &CgroupFigures::io_written}) {
        if (now.*count) *(now.*count) -= (before.*count).value_or(0);
    }
    for (const auto peak : {&CgroupFigures::memory_peak, &CgroupFigures::pids_peak}) {
        if (now.*peak && before.*peak && *(now.*peak) <= *(before.*peak)) (now.*peak).reset();
    }
    for (auto& [resource, seconds] : now.pressure) {
        const auto found = before.pressure.find(resource);
        if (found != before.pressure.end()) seconds -= found->second;
    }
    return now;
}

}  // namespace netrunner
