#include "src/report/report.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "src/values/kernel_text.hpp"
#include "src/values/signal_name.hpp"
#include "src/values/utc_time.hpp"
#include "src/values/version.hpp"

namespace netrunner {
namespace {

using Json = nlohmann::ordered_json;

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}

/// Rounded to microseconds; more digits would be noise.
double seconds(Duration duration) {
    return static_cast<double>(std::chrono::round<std::chrono::microseconds>(duration).count()) / 1e6;
}

Json errno_name(int error) {
    const char* const name = ::strerrorname_np(error);
    return name != nullptr ? Json(name) : Json(fmt::format("{}", error));
}

Json stream(const StreamFigures& figures, bool output) {
    Json json{{"mode", figures.mode}, {"bytes", or_null(figures.bytes)}};
    if (output) {
        json["blocked"] = figures.bytes ? Json(seconds(figures.blocked)) : Json(nullptr);
        json["truncated"] = figures.bytes || figures.truncated() ? Json(figures.truncated()) : Json(nullptr);
        json["dropped"] = figures.bytes ? Json(figures.dropped) : Json(nullptr);
    }
    return json;
}

Json stop(const std::optional<StopRecord>& record) {
    if (!record) return nullptr;
    Json steps = Json::array();
    for (const auto& step : record->steps) {
        steps.push_back({{"signal", signal_name(step.signal)},
                         {"after", seconds(step.after)},
                         {"to", step.to_command ? "command" : "tree"}});
    }
    return {{"cause", cause_name(record->cause)}, {"steps", steps}};
}

Json orphans(const Outcome& outcome) {
    Json list = Json::array();
    for (const Orphan& orphan : outcome.orphans) {
        const std::string& command = orphan.command.empty() ? orphan.name : orphan.command;
        list.push_back({{"pid", orphan.pid},
                        {"command", command.empty() ? Json() : Json(command)},
                        {"ended_by", signal_name(orphan.ended_by)}});
    }
    return list;
}

Json spared(const Outcome& outcome) {
    Json list = Json::array();
    for (const Orphan& left : outcome.spared) {
        const std::string& command = left.command.empty() ? left.name : left.command;
        list.push_back({{"pid", left.pid}, {"command", command.empty() ? Json() : Json(command)}});
    }
    return list;
}

Json survivors(const Outcome& outcome) {
    Json list = Json::array();
    for (const Survivor& survivor : outcome.survivors) {
        list.push_back({{"pid", survivor.pid},
                        {"command", survivor.command.empty() ? Json() : Json(survivor.command)},
                        {"state", survivor.state.empty() ? Json() : Json(survivor.state)}});
    }
    return list;
}

Json time_figures(const Outcome& outcome) {
    Json json{{"wall", seconds(outcome.wall)}};
    const CpuTime cpu = cpu_time(outcome);
    json["user"] = or_null(cpu.user);
    json["system"] = or_null(cpu.system);
    json["startup"] = outcome.startup ? Json(seconds(*outcome.startup)) : Json(nullptr);
    return json;
}

Json usage_figures(const std::optional<protocol::Usage>& usage) {
    if (!usage) return nullptr;
    return {{"minor_faults", usage->minor_faults},
            {"major_faults", usage->major_faults},
            {"voluntary_switches", usage->voluntary_switches},
            {"involuntary_switches", usage->involuntary_switches},
            {"blocks_in", usage->blocks_in},
            {"blocks_out", usage->blocks_out}};
}

Json memory_figures(const Outcome& outcome) {
    // The group's peak covers all processes together, rusage's only the largest process.
    if (outcome.cgroup && outcome.cgroup->figures.memory_peak) {
        return {{"peak", *outcome.cgroup->figures.memory_peak}, {"source", "cgroup"}};
    }
    const auto& usage = outcome.usage;
    if (!usage) return {{"peak", nullptr}, {"source", nullptr}};
    return {{"peak", usage->max_rss}, {"source", "rusage"}};
}

Json on_stop(const std::optional<StopCommandRecord>& record) {
    if (!record) return nullptr;
    return {{"status", record->status},
            {"output", record->output},
            {"truncated", record->truncated},
            {"duration", seconds(record->duration)}};
}

Json attempts(const std::vector<AttemptRecord>& records) {
    Json list = Json::array();
    for (const AttemptRecord& record : records) {
        list.push_back({{"reason", record.reason},
                        {"status", record.status},
                        {"exit_code", or_null(record.exit_code)},
                        {"signal", record.signal ? Json(signal_name(*record.signal)) : Json(nullptr)},
                        {"started_at", utc_time(record.started_at)},
                        {"ended_at", utc_time(record.ended_at)},
                        {"wall", seconds(record.wall)}});
    }
    return list;
}

Json as_number(const std::string& text) {
    const auto number = number_in(text);
    return number ? Json(*number) : Json(text);
}

Json in_seconds(const std::optional<std::uint64_t>& microseconds) {
    return microseconds ? Json(static_cast<double>(*microseconds) / 1e6) : Json(nullptr);
}

Json cgroup(const std::optional<GroupRecord>& record) {
    if (!record) return nullptr;
    const CgroupFigures& figures = record->figures;
    Json limits = Json::object();
    for (const auto& [file, value] : record->limits) limits[file] = as_number(value);
    Json pressure = Json::object();
    for (const char* resource : {"cpu", "memory", "io"}) {
        const auto found = figures.pressure.find(resource);
        pressure[resource] = found == figures.pressure.end() ? Json(nullptr) : Json(found->second);
    }
    return {{"path", record->path},
            {"limits", limits},
            {"memory_peak", or_null(figures.memory_peak)},
            {"memory_high_events", or_null(figures.high_events)},
            {"oom_kills", or_null(figures.oom_kills)},
            {"cpu_usage", in_seconds(figures.cpu_usage_us)},
            {"cpu_throttled", in_seconds(figures.cpu_throttled_us)},
            {"pids_peak", or_null(figures.pids_peak)},
            {"pids_refused", or_null(figures.pids_refused)},
            {"io_read", or_null(figures.io_read)},
            {"io_written", or_null(figures.io_written)},
            {"pressure", pressure}};
}

std::string complaint(const std::string& place) { return fmt::format("cannot write the report to '{}'", place); }

Json report_of(const ReportContext& context) {
    const Outcome& outcome = context.outcome;
    const auto* exited = std::get_if<Exited>(&outcome.end);
    const auto* killed = std::get_if<Signaled>(&outcome.end);
    const auto* failed = std::get_if<NotStarted>(&outcome.end);
    Json report;
    report["schema"] = report_schema;
    report["version"] = version;
    report["command"] = context.options.command;
    report["directory"] = outcome.directory.empty() ? Json(nullptr) : Json(outcome.directory);
    report["mode"] = outcome.on_terminal ? "pty" : "pipe";
    report["pid"] = or_null(outcome.pid);
    report["started_at"] = utc_time(outcome.started_at);
    report["ended_at"] = utc_time(outcome.ended_at);
    report["reason"] = reason_of(outcome);
    report["exit_code"] = exited != nullptr ? Json(exited->code) : Json(nullptr);
    report["signal"] = killed != nullptr ? Json(signal_name(killed->signal)) : Json(nullptr);
    report["core_dumped"] = killed != nullptr && killed->core_dumped;
    report["status"] = context.ending.status;
    report["message"] = context.verdict.empty() ? Json(nullptr) : Json(context.verdict);
    report["time"] = time_figures(outcome);
    report["memory"] = memory_figures(outcome);
    report["usage"] = usage_figures(outcome.usage);
    report["stdin"] = stream(outcome.standard_input, false);
    report["stdout"] = stream(outcome.standard_output, true);
    report["stderr"] = stream(outcome.standard_error, true);
    report["stop"] = stop(outcome.stop);
    report["on_stop"] = on_stop(outcome.on_stop);
    report["attempts"] = attempts(outcome.attempts);
    report["orphans"] = orphans(outcome);
    report["spared"] = spared(outcome);
    report["survivors"] = survivors(outcome);
    report["containment"] = outcome.containment;
    if (!context.used_pidfds && !outcome.containment.empty()) report["containment"].push_back("signals-by-pid");
    report["cgroup"] = cgroup(outcome.cgroup);
    report["cgroup_above"] = outcome.killed_above ? Json(*outcome.killed_above) : Json(nullptr);
    report["error"] =
        failed == nullptr
            ? Json(nullptr)
            : Json{{"stage", failed->stage}, {"errno", errno_name(failed->error)}, {"message", failed->message}};
    return report;
}

/// JSON has to be UTF-8, but arguments may hold any bytes: invalid ones become U+FFFD.
std::string text_of(const Json& report, int indent) {
    return report.dump(indent, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string render_report(const ReportContext& context) { return text_of(report_of(context), 2); }

std::string render_job_line(const ReportContext& context, const JobNames& job) {
    Json line{
        {"type", "job"}, {"id", or_null(job.id)}, {"number", job.number}, {"record", job.record}, {"key", job.key}};
    line.update(report_of(context));
    return text_of(line, -1);
}

ReportTarget::ReportTarget(const Options& options, bool stdout_was_closed) : fd_(options.report_fd) {
    if (options.report) place_.emplace(*options.report, complaint(*options.report), stdout_was_closed);
    if (fd_ && ::fcntl(*fd_, F_GETFD) < 0) {
        throw std::system_error(errno, std::generic_category(), fmt::format("--report-fd {}", *fd_));
    }
}

void ReportTarget::write(const std::string& text, Duration patience) {
    if (place_) place_->write(text, patience);
    if (fd_) write_whole(*fd_, text, patience, complaint(fmt::format("descriptor {}", *fd_)));
}

}  // namespace netrunner
