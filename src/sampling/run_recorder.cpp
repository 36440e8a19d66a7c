#include "src/sampling/run_recorder.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace netrunner {
namespace {

/// When the first look at an attempt comes, so that a short run is looked at too.
constexpr std::chrono::milliseconds first_look{50};
constexpr int share_for_looks = 9;  ///< of the time between two looks, at most a tenth is the look

template <class Value>
void add(std::optional<Value>& value, const std::optional<Value>& before) {
    if (value && before) *value += *before;
}

}  // namespace

void RunRecorder::begin(TimePoint now) {
    before_ = timeline_.so_far();
    next_ = now + std::min<Duration>(first_look, setup_.interval);
}

void RunRecorder::looked(TimePoint now, Duration took) {
    const TimePoint earliest = now + took * share_for_looks;
    next_ = setup_.grid + ((earliest - setup_.grid) / setup_.interval + 1) * setup_.interval;
}

void RunRecorder::note(Sample sample, bool of_group, TimePoint now) {
    add(sample.cpu, before_.cpu);
    add(sample.read, before_.read);
    add(sample.written, before_.written);
    add(sample.output, before_.output);
    add(sample.error, before_.error);
    if (sample.pressure && before_.pressure) {
        for (std::size_t i = 0; i < sample.pressure->size(); ++i) (*sample.pressure)[i] += (*before_.pressure)[i];
    }
    if (sample.memory) {
        if (!of_group_) of_group_ = of_group;
        if (*of_group_ != of_group) sample.memory.reset();  // the two cannot be compared
    }
    sample.t = since_begin(now);
    // A process whose parent ignores SIGCHLD is missing in the kernel's sums after its end.
    if (sample.cpu) sample.cpu = std::max(*sample.cpu, processes_.cpu());
    const Duration so_far = timeline_.so_far().cpu.value_or(Duration::zero());
    sample.busy.reset();
    if (sample.cpu) sample.busy = use_.note(sample.t, std::max(*sample.cpu, so_far));
    timeline_.note(sample);
    latest_ = timeline_.so_far();
    latest_.memory = sample.memory;
    latest_.processes = sample.processes;
    latest_.busy = sample.busy;
}

void RunRecorder::end(const Sample& sample, TimePoint now) {
    const std::optional<Duration> counted = sample.cpu;
    note(sample, of_group_.value_or(false), now);
    if (counted) total_ = total_.value_or(Duration::zero()) + *counted;
}

RunRecord RunRecorder::record() {
    timeline_.end();
    ProcessTable::Result processes = processes_.result();
    Duration seen = processes.others.cpu;
    for (const ProcessRecord& each : processes.list) seen += each.cpu.value_or(Duration::zero());
    RunRecord record{.interval = timeline_.interval(),
                     .memory_of_group = of_group_.value_or(false),
                     .processors = setup_.processors,
                     .has_pressure = setup_.has_group,
                     .rows = {timeline_.rows().begin(), timeline_.rows().end()},
                     .processes = std::move(processes.list),
                     .others = processes.others};
    if (total_) total_ = std::max(*total_, seen);
    if (total_ && *total_ > Duration::zero()) {
        record.coverage = std::min(std::chrono::duration<double>(seen) / std::chrono::duration<double>(*total_), 1.0);
    }
    return record;
}

}  // namespace netrunner
