#include "src/pages/run_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "src/report/report.hpp"
#include "src/values/usage_error.hpp"
#include "src/values/utc_time.hpp"

namespace netrunner {
namespace {

using Json = JsonFields::Json;
using Row = Samples::Row;

constexpr std::size_t most_rows = 20'000;      // netrunner writes 600
constexpr std::size_t most_processes = 2'000;  // netrunner writes 1000
constexpr double least_step = 1e-6;            // seconds from one sample to the next
constexpr double most_time = 1e10;             // seconds
constexpr std::size_t most_entries = 100;      // of lists that people read

constexpr std::array<std::pair<std::string_view, std::optional<double> Row::*>, 11> columns{{
    {"cpu", &Row::cpu},
    {"memory", &Row::memory},
    {"processes", &Row::processes},
    {"read", &Row::read},
    {"written", &Row::written},
    {"stdout", &Row::out},
    {"stderr", &Row::err},
    {"busy", &Row::busy},
    {"cpu_pressure", &Row::cpu_waits},
    {"memory_pressure", &Row::memory_waits},
    {"io_pressure", &Row::io_waits},
}};
constexpr std::array so_far{&Row::cpu, &Row::read,      &Row::written,      &Row::out,
                            &Row::err, &Row::cpu_waits, &Row::memory_waits, &Row::io_waits};

/// Makes sums that fall, or are not known for one row, as large as before.
void level(std::vector<Row>& rows) {
    Row before;
    for (Row& row : rows) {
        for (const auto sum : so_far) {
            if (row.*sum) row.*sum = std::max((row.*sum).value(), (before.*sum).value_or(0));
            if (row.*sum) before.*sum = row.*sum;
        }
    }
}

std::optional<Samples> timeline_in(const JsonFields& fields) {
    if (!fields.is_object()) return std::nullopt;
    Samples timeline{.interval = fields.seconds("interval").value_or(0),
                     .memory_source = fields.text("memory_source"),
                     .processors = fields.number("processors")};
    const std::vector<std::string> names = fields.texts("columns");
    const auto place_of = [&](std::string_view name) {
        return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    };
    const std::size_t time = place_of("t");
    std::array<std::size_t, columns.size()> places{};
    for (std::size_t c = 0; c < columns.size(); ++c) places[c] = place_of(columns[c].first);
    double last = 0;
    for (const Json& cells : fields.list("rows")) {
        if (timeline.rows.size() == most_rows) break;
        const auto value = [&](std::size_t at) {
            return cells.is_array() && at < cells.size() ? JsonFields::number_of(cells[at]) : std::nullopt;
        };
        const auto t = value(time);
        if (!t || *t < last + least_step || *t > most_time) continue;
        Row row{.from = last, .to = *t};
        for (std::size_t c = 0; c < columns.size(); ++c) row.*columns[c].second = value(places[c]);
        timeline.rows.push_back(row);
        last = *t;
    }
    level(timeline.rows);
    return timeline;
}

std::optional<int> exit_code_in(const JsonFields& fields, const char* name) {
    const auto code = fields.whole(name, 0, 255);
    return code ? std::optional(static_cast<int>(*code)) : std::nullopt;
}

constexpr std::int64_t most_pid = 1LL << 31U;

std::vector<SeenProcess> processes_in(const JsonFields& fields) {
    std::vector<SeenProcess> list;
    for (const Json& each : fields.list("list")) {
        if (list.size() == most_processes) break;
        const JsonFields one(&each);
        const auto start = one.seconds("start");
        if (!start) continue;
        SeenProcess process{.pid = one.whole("pid", 1, most_pid).value_or(0),
                            .parent = one.whole("parent", 1, most_pid).value_or(0),
                            .command = one.text("command"),
                            .start = *start,
                            .end = one.seconds("end"),
                            .cpu = one.seconds("cpu"),
                            .peak = one.number("peak"),
                            .exit_code = exit_code_in(one, "exit_code"),
                            .signal = one.text("signal")};
        if (process.command.empty()) process.command = "?";
        if (process.end) process.end = std::max(*process.end, process.start);
        list.push_back(std::move(process));
    }
    std::ranges::stable_sort(list, {}, &SeenProcess::start);
    return list;
}

/// "sleep 100 (4243), ended by SIGTERM"
std::vector<std::string> described(const std::vector<Json>& list, const char* what, const char* detail) {
    std::vector<std::string> texts;
    for (const Json& each : list) {
        if (texts.size() == most_entries) break;
        const JsonFields one(&each);
        if (!one.is_object()) continue;
        std::string text = one.text("command");
        if (text.empty()) text = "?";
        if (const auto pid = one.whole("pid", 1, most_pid)) text += fmt::format(" ({})", *pid);
        if (const std::string more = one.text(detail); !more.empty()) text += fmt::format(", {} {}", what, more);
        texts.push_back(std::move(text));
    }
    return texts;
}

void read_stop(const JsonFields& stop, ShownRun& run) {
    if (!stop.is_object()) return;
    run.stop_cause = stop.text("cause");
    for (const Json& each : stop.list("steps")) {
        const JsonFields step(&each);
        const auto after = step.seconds("after");
        if (after && run.steps.size() < most_entries)
            run.steps.push_back({step.text("signal"), *after, step.text("to") == "command"});
    }
}

std::optional<double> time_in(const JsonFields& fields, const char* name) {
    const auto time = parse_utc_time(fields.text(name));
    return time ? std::optional(std::chrono::duration<double>(time->time_since_epoch()).count()) : std::nullopt;
}

/// `limits` of the report; what it does not name may be in the control group's.
void read_limits(const JsonFields& report, ShownRun& run) {
    const JsonFields limits = report.object("limits");
    const JsonFields group = report.object("cgroup").object("limits");
    run.timeout = limits.seconds("timeout");
    run.memory_limit = limits.number("memory");
    run.process_limit = limits.number("processes");
    run.cpu_limit = limits.seconds("cpu_time");
    if (!run.memory_limit) run.memory_limit = group.number("memory.max");
    if (!run.process_limit) run.process_limit = group.number("pids.max");
    for (const Json& each : report.list("changes")) {
        const JsonFields change(&each);
        const auto after = change.seconds("after");
        if (after && run.changes.size() < most_entries) run.changes.push_back({*after, change.seconds("timeout")});
    }
}

void read_attempts(const std::vector<Json>& list, ShownRun& run) {
    for (const Json& each : list) {
        const JsonFields one(&each);
        const auto status = exit_code_in(one, "status");
        if (status && run.attempts.size() < most_entries)
            run.attempts.push_back({one.text("reason"), *status, one.seconds("wall"), time_in(one, "started_at")});
    }
    if (run.attempts.size() < 2 || !run.attempts.front().started_at) return;
    // Samples and processes count from the start of the first attempt, the rest of the report from that of the last.
    const double first = *run.attempts.front().started_at;
    for (const ShownRun::Attempt& attempt : run.attempts) run.last_start = attempt.started_at.value_or(first) - first;
    run.last_start = std::max(run.last_start, 0.0);
    for (ShownRun::Step& step : run.steps) step.after += run.last_start;
    for (ShownRun::Change& change : run.changes) change.after += run.last_start;
}

}  // namespace

ShownRun read_run(const JsonFields& report) {
    const auto schema = report.number("schema");
    if (!schema) throw UsageError("it has no 'schema'");
    if (*schema != report_schema)
        throw UsageError(
            fmt::format("its schema is {}, and this version of netrunner reads {}", *schema, report_schema));
    const auto status = exit_code_in(report, "status");
    if (!status) throw UsageError("it has no 'status' from 0 to 255");
    const JsonFields time = report.object("time");
    const JsonFields memory = report.object("memory");
    const JsonFields group = report.object("cgroup");
    const JsonFields processes = report.object("processes");
    ShownRun run{.command = report.texts("command"),
                 .directory = report.text("directory"),
                 .version = report.text("version"),
                 .started_at = time_in(report, "started_at"),
                 .ended_at = time_in(report, "ended_at"),
                 .reason = report.text("reason"),
                 .signal = report.text("signal"),
                 .message = report.text("message"),
                 .core_dumped = report.is_true("core_dumped"),
                 .exit_code = exit_code_in(report, "exit_code"),
                 .status = *status,
                 .wall = time.seconds("wall"),
                 .user = time.seconds("user"),
                 .system = time.seconds("system"),
                 .memory_peak = memory.number("peak"),
                 .memory_source = memory.text("source"),
                 .out = report.object("stdout").number("bytes"),
                 .err = report.object("stderr").number("bytes"),
                 .error = report.object("error").text("message")};
    read_stop(report.object("stop"), run);
    read_limits(report, run);
    read_attempts(report.list("attempts"), run);
    run.orphans = described(report.list("orphans"), "ended by", "ended_by");
    run.survivors = described(report.list("survivors"), "in state", "state");
    run.oom_kills = group.number("oom_kills");
    run.oom_kills_above = report.number("cgroup_above");
    run.processes_peak = group.number("pids_peak");
    run.timeline = timeline_in(report.object("timeline"));
    run.processes = processes_in(processes);
    const JsonFields others = processes.object("others");
    run.unlisted_processes = others.number("count").value_or(0);
    run.unlisted_cpu = others.seconds("cpu");
    if (const auto part = processes.object("coverage").number("cpu")) run.cpu_coverage = std::min(*part, 1.0);
    return run;
}

}  // namespace netrunner
