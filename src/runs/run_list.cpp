#include "src/runs/run_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

constexpr const char* unknown = "-";

const char* state_name(FoundRun::State state) {
    switch (state) {
        case FoundRun::State::starting: return "starting";
        case FoundRun::State::running: return "running";
        case FoundRun::State::stopped: return "stopped";
        case FoundRun::State::lost: return "lost";
    }
    return unknown;
}

/// Which processes would end the tree if all others were killed.
std::string containment(const FoundRun& run) {
    if (run.has_shepherd && run.has_guard) return "whole";
    if (run.state == FoundRun::State::starting) return unknown;
    if (run.has_shepherd) return "no guard";
    return run.has_guard ? "no shepherd" : "none";
}

std::string seconds(Duration duration) {
    if (duration < std::chrono::seconds(1)) return "0s";
    return format_duration(std::chrono::floor<std::chrono::seconds>(duration));
}

std::string command_text(const FoundRun& run) {
    std::string text(2 * run.depth, ' ');
    if (run.command.empty()) return text + unknown;
    text += fmt::format("{}", fmt::join(run.command, " "));
    // A line for each run, so a newline of an argument must not break it. No control character reaches the terminal.
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte == 0x7f) c = '?';
    }
    return text;
}

using Cells = std::vector<std::string>;

Cells cells_of(const FoundRun& run) {
    const std::string limit = run.timeout == forever ? "" : "/" + format_duration(run.timeout);
    std::string state = state_name(run.state);
    if (run.jobs) state += fmt::format(", {} {}", *run.jobs, *run.jobs == 1 ? "job" : "jobs");
    return {fmt::format("{}", run.pid),
            seconds(run.elapsed) + limit,
            state,
            fmt::format("{}", run.processes),
            run.memory ? format_size(*run.memory) : unknown,
            run.quiet ? seconds(*run.quiet) + " ago" : unknown,
            containment(run),
            command_text(run)};
}

/// At most `columns` characters; does not cut inside of a UTF-8 character.
std::string_view cut(std::string_view line, std::size_t columns) {
    std::size_t shown = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(line[at]) & 0xc0U) != 0x80U;
        if (begins && shown++ == columns) return line.substr(0, at);
    }
    return line;
}

}  // namespace

std::string render_runs(std::span<const FoundRun> runs, std::size_t columns) {
    const bool several = std::ranges::any_of(runs, [&](const FoundRun& run) { return run.user != runs.front().user; });
    std::vector<Cells> table{{"PID", "ELAPSED", "STATE", "PROCS", "MEMORY", "OUTPUT", "GUARDED", "COMMAND"}};
    if (several) table.front().insert(table.front().begin() + 1, "UID");
    for (const FoundRun& run : runs) {
        Cells cells = cells_of(run);
        if (several) cells.insert(cells.begin() + 1, fmt::format("{}", run.user));
        table.push_back(std::move(cells));
    }
    std::vector<std::size_t> widths(table.front().size());
    for (const Cells& cells : table) {
        for (std::size_t at = 0; at < cells.size(); ++at) widths[at] = std::max(widths[at], cells[at].size());
    }
    std::string text;
    for (const Cells& cells : table) {
        std::string line;
        for (std::size_t at = 0; at + 1 < cells.size(); ++at) line += fmt::format("{:<{}}  ", cells[at], widths[at]);
        line += cells.back();
        text += columns == 0 ? line : cut(line, columns);
        text += '\n';
    }
    return text;
}

std::string render_runs_as_json(std::span<const FoundRun> runs) {
    constexpr int indent = 2;
    const auto in_seconds = [](Duration duration) { return std::chrono::duration<double>(duration).count(); };
    const auto or_null = [](const auto& value) {
        return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
    };
    const auto seconds_or_null = [&](std::optional<Duration> duration) {
        return duration ? nlohmann::ordered_json(in_seconds(*duration)) : nlohmann::ordered_json();
    };
    auto list = nlohmann::ordered_json::array();
    for (const FoundRun& run : runs) {
        nlohmann::ordered_json each;
        each["pid"] = run.pid;
        each["uid"] = run.user;
        each["inside"] = or_null(run.inside);
        each["elapsed"] = in_seconds(run.elapsed);
        each["timeout"] = seconds_or_null(run.timeout == forever ? std::nullopt : std::optional(run.timeout));
        each["state"] = state_name(run.state);
        each["processes"] = run.processes;
        each["memory"] = or_null(run.memory);
        each["last_output"] = seconds_or_null(run.quiet);
        each["shepherd"] = run.has_shepherd;
        each["guard"] = run.has_guard;
        each["jobs"] = or_null(run.jobs);
        each["command"] = run.command;
        list.push_back(std::move(each));
    }
    // JSON has to be UTF-8, but an argument may hold any bytes: invalid ones become U+FFFD.
    return list.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace netrunner
