#include "src/report/report.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "src/report/json_line.hpp"
#include "src/report/record_text.hpp"
#include "src/values/errno_name.hpp"
#include "src/values/kernel_text.hpp"
#include "src/values/signal_name.hpp"
#include "src/values/utc_time.hpp"
#include "src/values/version.hpp"

namespace netrunner {
namespace {

using Json = nlohmann::ordered_json;

/// Builds an object. An initializer list would cost several times as much: nlohmann makes an array of pairs first, and
/// then copies each of them after a search for its name.
class Members {
  public:
    explicit Members(std::size_t count) { list().reserve(count); }
    /// `name` must be new.
    Members& add(const char* name, Json value) {
        list().emplace_back(name, std::move(value));
        return *this;
    }
    Json take() { return std::move(object_); }

  private:
    Json::object_t& list() { return object_.get_ref<Json::object_t&>(); }

    Json object_ = Json::object();
};

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}

/// Rounded to microseconds; more digits would be noise.
double seconds(Duration duration) {
    return static_cast<double>(std::chrono::round<std::chrono::microseconds>(duration).count()) / 1e6;
}

Json stream(const StreamFigures& figures, bool output) {
    Members members(6);
    members.add("mode", figures.mode.empty() ? Json(nullptr) : Json(figures.mode)).add("bytes", or_null(figures.bytes));
    if (output) {
        members.add("blocked", figures.bytes ? Json(seconds(figures.blocked)) : Json(nullptr))
            .add("truncated", figures.bytes || figures.truncated() ? Json(figures.truncated()) : Json(nullptr))
            .add("dropped", figures.bytes ? Json(figures.dropped) : Json(nullptr));
        if (figures.ended_lines) members.add("ended_lines", *figures.ended_lines);
    }
    return members.take();
}

Json stop(const std::optional<StopRecord>& record) {
    if (!record) return nullptr;
    Json steps = Json::array();
    for (const auto& step : record->steps) {
        steps.push_back(Members(3)
                            .add("signal", signal_name(step.signal))
                            .add("after", seconds(step.after))
                            .add("to", step.to_command ? "command" : "tree")
                            .take());
    }
    return Members(2).add("cause", cause_name(record->cause)).add("steps", std::move(steps)).take();
}

Json orphans(const Outcome& outcome) {
    Json list = Json::array();
    for (const Orphan& orphan : outcome.orphans) {
        const std::string& command = orphan.command.empty() ? orphan.name : orphan.command;
        list.push_back(Members(3)
                           .add("pid", orphan.pid)
                           .add("command", command.empty() ? Json() : Json(command))
                           .add("ended_by", signal_name(orphan.ended_by))
                           .take());
    }
    return list;
}

Json spared(const Outcome& outcome) {
    Json list = Json::array();
    for (const Orphan& left : outcome.spared) {
        const std::string& command = left.command.empty() ? left.name : left.command;
        list.push_back(Members(2).add("pid", left.pid).add("command", command.empty() ? Json() : Json(command)).take());
    }
    return list;
}

Json survivors(const Outcome& outcome) {
    Json list = Json::array();
    for (const Survivor& survivor : outcome.survivors) {
        list.push_back(Members(3)
                           .add("pid", survivor.pid)
                           .add("command", survivor.command.empty() ? Json() : Json(survivor.command))
                           .add("state", survivor.state.empty() ? Json() : Json(survivor.state))
                           .take());
    }
    return list;
}

Json time_figures(const Outcome& outcome) {
    const CpuTime cpu = cpu_time(outcome);
    return Members(4)
        .add("wall", seconds(outcome.wall))
        .add("user", or_null(cpu.user))
        .add("system", or_null(cpu.system))
        .add("startup", outcome.startup ? Json(seconds(*outcome.startup)) : Json(nullptr))
        .take();
}

Json usage_figures(const std::optional<protocol::Usage>& usage) {
    if (!usage) return nullptr;
    return Members(6)
        .add("minor_faults", usage->minor_faults)
        .add("major_faults", usage->major_faults)
        .add("voluntary_switches", usage->voluntary_switches)
        .add("involuntary_switches", usage->involuntary_switches)
        .add("blocks_in", usage->blocks_in)
        .add("blocks_out", usage->blocks_out)
        .take();
}

Json memory_figures(const Outcome& outcome) {
    // The group's peak covers all processes together, rusage's only the largest process.
    if (outcome.cgroup && outcome.cgroup->figures.memory_peak) {
        return Members(2).add("peak", *outcome.cgroup->figures.memory_peak).add("source", "cgroup").take();
    }
    const auto& usage = outcome.usage;
    if (!usage) return Members(2).add("peak", nullptr).add("source", nullptr).take();
    return Members(2).add("peak", usage->max_rss).add("source", "rusage").take();
}

Json on_stop(const std::optional<StopCommandRecord>& record) {
    if (!record) return nullptr;
    return Members(4)
        .add("status", record->status)
        .add("output", record->output)
        .add("truncated", record->truncated)
        .add("duration", seconds(record->duration))
        .take();
}

Json attempts(const std::vector<AttemptRecord>& records) {
    Json list = Json::array();
    for (const AttemptRecord& record : records) {
        list.push_back(Members(7)
                           .add("reason", record.reason)
                           .add("status", record.status)
                           .add("exit_code", or_null(record.exit_code))
                           .add("signal", record.signal ? Json(signal_name(*record.signal)) : Json(nullptr))
                           .add("started_at", utc_time(record.started_at))
                           .add("ended_at", utc_time(record.ended_at))
                           .add("wall", seconds(record.wall))
                           .take());
    }
    return list;
}

Json changes(const std::vector<LimitChange>& list) {
    Json told = Json::array();
    for (const LimitChange& change : list) {
        Json by = nullptr;
        if (change.by) by = Members(2).add("uid", change.by->uid).add("pid", change.by->pid).take();
        told.push_back(Members(3)
                           .add("after", seconds(change.after))
                           .add("timeout", change.timeout == forever ? Json(nullptr) : Json(seconds(change.timeout)))
                           .add("by", std::move(by))
                           .take());
    }
    return told;
}

Json events(const std::optional<EventFigures>& figures) {
    if (!figures) return nullptr;
    return Members(2).add("written", figures->written).add("dropped", figures->dropped).take();
}

/// A limit of --timeout and the like; zero is none.
Json limit_in_seconds(Duration limit) {
    return limit == forever || limit == Duration::zero() ? Json(nullptr) : Json(seconds(limit));
}

/// The limits that were asked for, as far as a picture of the run shows them. The limit of the group comes before the
/// watched one: it is in the unit of the group's memory.
Json limits(const ReportContext& context) {
    const Options& options = context.options;
    Json memory = nullptr;
    Json source = nullptr;
    if (options.max_rss != unlimited) {
        memory = options.max_rss;
        source = "resident-sum";
    }
    std::string of_group;
    for (const CgroupSetting& setting : options.cgroup.settings) {
        if (setting.file == "memory.max") of_group = setting.value;
    }
    if (const auto& group = context.outcome.cgroup) {
        const auto found = group->limits.find("memory.max");
        if (found != group->limits.end()) of_group = found->second;
    }
    if (const auto bytes = number_in(of_group)) {
        memory = *bytes;
        source = "cgroup";
    }
    return Members(6)
        .add("timeout", limit_in_seconds(options.timeout))
        .add("idle_timeout", limit_in_seconds(options.idle_timeout))
        .add("memory", std::move(memory))
        .add("memory_source", std::move(source))
        .add("processes", or_null(options.max_processes))
        .add("cpu_time", limit_in_seconds(options.cpu_time))
        .take();
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
    return Members(12)
        .add("path", record->path)
        .add("limits", std::move(limits))
        .add("memory_peak", or_null(figures.memory_peak))
        .add("memory_high_events", or_null(figures.high_events))
        .add("oom_kills", or_null(figures.oom_kills))
        .add("cpu_usage", in_seconds(figures.cpu_usage_us))
        .add("cpu_throttled", in_seconds(figures.cpu_throttled_us))
        .add("pids_peak", or_null(figures.pids_peak))
        .add("pids_refused", or_null(figures.pids_refused))
        .add("io_read", or_null(figures.io_read))
        .add("io_written", or_null(figures.io_written))
        .add("pressure", std::move(pressure))
        .take();
}

std::string complaint(const std::string& place) { return fmt::format("cannot write the report to '{}'", place); }

Json error_of(const NotStarted& failure) {
    return Members(3)
        .add("stage", failure.stage)
        .add("errno", failure.error == 0 ? Json(nullptr) : Json(errno_name(failure.error)))
        .add("message", failure.message)
        .take();
}

constexpr std::size_t report_members = 37;

void add_report(Members& report, const ReportContext& context) {
    const Outcome& outcome = context.outcome;
    const auto* exited = std::get_if<Exited>(&outcome.end);
    const auto* killed = std::get_if<Signaled>(&outcome.end);
    const auto* failed = std::get_if<NotStarted>(&outcome.end);
    report.add("schema", report_schema);
    report.add("version", version);
    report.add("command", context.options.command);
    report.add("directory", outcome.directory.empty() ? Json(nullptr) : Json(outcome.directory));
    report.add("mode", outcome.on_terminal ? "pty" : "pipe");
    report.add("pid", or_null(outcome.pid));
    report.add("started_at", utc_time(outcome.started_at));
    report.add("ended_at", utc_time(outcome.ended_at));
    report.add("reason", reason_of(outcome));
    report.add("exit_code", exited != nullptr ? Json(exited->code) : Json(nullptr));
    report.add("signal", killed != nullptr ? Json(signal_name(killed->signal)) : Json(nullptr));
    report.add("core_dumped", killed != nullptr && killed->core_dumped);
    report.add("status", context.ending.status);
    report.add("message", context.verdict.empty() ? Json(nullptr) : Json(context.verdict));
    report.add("time", time_figures(outcome));
    report.add("memory", memory_figures(outcome));
    report.add("usage", usage_figures(outcome.usage));
    report.add("stdin", stream(outcome.standard_input, false));
    report.add("stdout", stream(outcome.standard_output, true));
    report.add("stderr", stream(outcome.standard_error, true));
    report.add("stop", stop(outcome.stop));
    report.add("on_stop", on_stop(outcome.on_stop));
    report.add("attempts", attempts(outcome.attempts));
    report.add("changes", changes(outcome.changes));
    report.add("events", events(outcome.events));
    report.add("orphans", orphans(outcome));
    report.add("spared", spared(outcome));
    report.add("survivors", survivors(outcome));
    Json containment = outcome.containment;
    if (!context.used_pidfds && !outcome.containment.empty()) containment.push_back("signals-by-pid");
    report.add("containment", std::move(containment));
    report.add("cgroup", cgroup(outcome.cgroup));
    report.add("cgroup_above", outcome.killed_above ? Json(*outcome.killed_above) : Json(nullptr));
    report.add("limits", limits(context));
    report.add("error", failed == nullptr ? Json(nullptr) : error_of(*failed));
}

}  // namespace

std::string render_report(const ReportContext& context) {
    Members report(report_members);
    add_report(report, context);
    // JSON has to be UTF-8, but arguments may hold any bytes: invalid ones become U+FFFD.
    std::string text = report.take().dump(2, ' ', false, Json::error_handler_t::replace);
    return with_record(std::move(text), context.outcome.record, RecordLayout::lines) + '\n';
}

std::string render_job_line(const ReportContext& context, const JobNames& job) {
    Members line(5 + report_members);
    line.add("type", "job")
        .add("id", or_null(job.id))
        .add("number", job.number)
        .add("record", job.record)
        .add("key", job.key);
    add_report(line, context);
    return with_record(json_line(line.take()), context.outcome.record, RecordLayout::one_line) + '\n';
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
