#include "src/pages/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "src/pages/command_gist.hpp"
#include "src/pages/lanes.hpp"
#include "src/pages/process_tree.hpp"
#include "src/pages/run_result.hpp"
#include "src/pages/steps.hpp"
#include "src/values/json_text.hpp"
#include "src/values/version.hpp"

namespace netrunner {
namespace {

/// The events of one trace, as JSON.
class TraceEvents {
  public:
    void add(const JsonObject& event) {
        text_ += text_.empty() ? "\n" : ",\n";
        text_ += event.text();
    }
    void name_process(std::int64_t pid, const std::string& name) { add(metadata("process_name", pid, 0, name)); }
    void name_thread(std::int64_t pid, std::int64_t tid, const std::string& name) {
        add(metadata("thread_name", pid, tid, name));
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    static JsonObject metadata(std::string_view what, std::int64_t pid, std::int64_t tid, const std::string& name) {
        JsonObject event;
        event.add("ph", "M").add("name", what).add("pid", pid).add("tid", tid);
        event.add_json("args", JsonObject().add("name", name).text());
        return event;
    }
    std::string text_;
};

std::string number(double value) {
    std::string text = fmt::format("{:.3f}", value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::string microseconds(double seconds) { return fmt::format("{}", std::llround(seconds * 1e6)); }

JsonObject event_of(std::string_view phase, std::string_view name, std::int64_t pid, double at) {
    JsonObject event;
    event.add("ph", phase).add("name", name).add("pid", pid).add_json("ts", microseconds(at));
    return event;
}

void add_number(JsonObject& args, std::string_view name, const std::optional<double>& value) {
    if (value) args.add_json(name, number(*value));
}

/// Where a run is in the trace.
struct Place {
    std::int64_t pid = 1;
    double begin = 0;  ///< of the run: seconds since the start of the trace
};

void add_processes(const ShownRun& run, const Place& place, TraceEvents& events) {
    const std::vector<Span> spans = spans_of(run);
    const Lanes lanes = lanes_for(spans);
    for (std::size_t lane = 0; lane < lanes.count; ++lane)
        events.name_thread(place.pid, static_cast<std::int64_t>(lane) + 1, fmt::format("processes {}", lane + 1));
    for (std::size_t i = 0; i < spans.size(); ++i) {
        const SeenProcess& process = run.processes[i];
        JsonObject args;
        args.add("command", process.command);
        if (process.pid != 0) args.add("pid", process.pid);
        if (process.parent != 0) args.add("parent", process.parent);
        add_number(args, "cpu_seconds", process.cpu);
        add_number(args, "peak_bytes", process.peak);
        if (process.exit_code) args.add("exit_code", *process.exit_code);
        if (!process.signal.empty()) args.add("signal", process.signal);
        const std::string gist = gist_of(process.command);
        JsonObject event = event_of("X", gist.empty() ? "?" : gist, place.pid, place.begin + spans[i].start);
        event.add("cat", "process")
            .add_json("dur", microseconds(spans[i].end - spans[i].start))
            .add("tid", static_cast<std::int64_t>(lanes.of[i]) + 1)
            .add_json("args", args.text());
        events.add(event);
    }
}

/// One counter with one or two series.
void add_counter(const Place& place, std::string_view name, std::string_view series, const Steps& steps,
                 TraceEvents& events) {
    std::optional<double> before;
    for (const Step& step : steps) {
        if (!step.value || step.value == before) continue;
        before = step.value;
        events.add(event_of("C", name, place.pid, place.begin + step.from)
                       .add_json("args", JsonObject().add_json(series, number(*step.value)).text()));
    }
    if (!steps.empty())
        events.add(event_of("C", name, place.pid, place.begin + steps.back().to)
                       .add_json("args", JsonObject().add_json(series, "0").text()));
}

void add_counters(const Samples& timeline, const Place& place, TraceEvents& events) {
    using Row = Samples::Row;
    add_counter(place, "memory", "bytes", peaks_of(timeline, &Row::memory), events);
    add_counter(place, "CPU", "processors", processors_of(timeline), events);
    add_counter(place, "processes", "count", peaks_of(timeline, &Row::processes), events);
    add_counter(place, "stdout", "bytes per second", rates_of(timeline, &Row::out), events);
    add_counter(place, "stderr", "bytes per second", rates_of(timeline, &Row::err), events);
    add_counter(place, "storage read", "bytes per second", rates_of(timeline, &Row::read), events);
    add_counter(place, "storage written", "bytes per second", rates_of(timeline, &Row::written), events);
}

void add_run_slice(const std::string& name, const ShownRun& run, const Place& place, std::int64_t tid,
                   TraceEvents& events) {
    JsonObject args;
    args.add("command", fmt::format("{}", fmt::join(run.command, " ")))
        .add("result", result_of(run).words)
        .add("status", run.status);
    if (!run.message.empty()) args.add("message", run.message);
    events.add(event_of("X", name.empty() ? "?" : name, place.pid, place.begin + run.last_start)
                   .add("cat", "run")
                   .add_json("dur", microseconds(run.wall.value_or(run.length() - run.last_start)))
                   .add("tid", tid)
                   .add_json("args", args.text()));
}

/// A run as a process of the trace.
void add_run(const std::string& name, const ShownRun& run, const Place& place, TraceEvents& events) {
    events.name_process(place.pid, name);
    events.name_thread(place.pid, 0, "run");
    add_run_slice(name, run, place, 0, events);
    for (const ShownRun::Step& step : run.steps) {
        JsonObject event =
            event_of("i", step.signal.empty() ? "stop" : step.signal, place.pid, place.begin + step.after);
        event.add("cat", "stop").add("tid", 0).add("s", "p");
        event.add_json(
            "args", JsonObject().add("cause", run.stop_cause).add("to", step.to_command ? "command" : "tree").text());
        events.add(event);
    }
    add_processes(run, place, events);
    if (run.timeline) add_counters(*run.timeline, place, events);
}

void add_batch(const std::string& name, const ShownBatch& batch, TraceEvents& events) {
    const double begin = batch.begin().value_or(0);
    events.name_process(1, name);
    std::vector<const ShownJob*> jobs;
    for (const ShownJob& job : batch.jobs) {
        if (job.run.started_at) jobs.push_back(&job);
    }
    std::ranges::stable_sort(jobs, {}, [](const ShownJob* job) { return *job->run.started_at; });
    std::vector<Span> spans;
    for (const ShownJob* job : jobs) {
        const double start = *job->run.started_at - begin;
        spans.push_back({.start = start, .end = start + job->run.wall.value_or(0)});
    }
    const Lanes lanes = lanes_for(spans);
    for (std::size_t lane = 0; lane < lanes.count; ++lane)
        events.name_thread(1, static_cast<std::int64_t>(lane) + 1, fmt::format("jobs {}", lane + 1));
    std::int64_t pid = 1;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const std::string job_name = jobs[i]->name();
        add_run_slice(job_name, jobs[i]->run, {.pid = 1, .begin = spans[i].start - jobs[i]->run.last_start},
                      static_cast<std::int64_t>(lanes.of[i]) + 1, events);
        if (jobs[i]->run.timeline || !jobs[i]->run.processes.empty())
            add_run(fmt::format("job {}: {}", jobs[i]->number, job_name), jobs[i]->run,
                    {.pid = ++pid, .begin = spans[i].start - jobs[i]->run.last_start}, events);
    }
}

}  // namespace

std::string trace_of(const ShownReport& report) {
    TraceEvents events;
    JsonObject other;
    other.add("netrunner", version);
    if (const auto* run = std::get_if<ShownRun>(&report.content)) {
        if (run->started_at) other.add_json("started_at", number(*run->started_at));
        add_run(cut_to(fmt::format("{}", fmt::join(run->command, " ")), 60), *run, {}, events);
    } else {
        const auto& batch = std::get<ShownBatch>(report.content);
        if (const auto begin = batch.begin()) other.add_json("started_at", number(*begin));
        add_batch("netrunner batch", batch, events);
    }
    return JsonObject()
               .add("displayTimeUnit", "ms")
               .add_json("otherData", other.text())
               .add_json("traceEvents", "[" + events.text() + "\n]")
               .text() +
           "\n";
}

}  // namespace netrunner
