#include "src/progress/pulse.hpp"

#include <algorithm>
#include <utility>

#include "src/plan/stream_plan.hpp"
#include "src/progress/progress_line.hpp"

namespace netrunner {
namespace {

constexpr std::chrono::milliseconds show_interval{200};
constexpr std::chrono::milliseconds look_interval{1000};

}  // namespace

Pulse::Pulse(const LaunchPlan& plan, TimePoint begun, LiveLine* line, Narrator narrate)
    : begun_(begun),
      timeout_(plan.timeout),
      heartbeat_(plan.heartbeat),
      not_relayed_(heartbeat_.wanted() ? outputs_not_relayed(plan) : ""),
      line_(line),
      narrate_(std::move(narrate)),
      next_show_(begun + show_interval),
      next_look_(begun) {}

std::optional<TimePoint> Pulse::deadline(const RunView& run) const {
    const std::optional<TimePoint> next = heartbeat_.deadline(quiet_since(run));
    if (line_ == nullptr) return next;
    return next ? std::min(*next, next_show_) : next_show_;
}

void Pulse::attend(TimePoint now, const RunView& run, const Look& look) {
    const auto due = heartbeat_.deadline(quiet_since(run));
    if (due && now >= *due) {
        heartbeat_.beat(now);
        std::optional<Duration> silence;
        if (run.last_output) silence = now - *run.last_output;
        narrate_(0, describe_heartbeat(now - begun_ - paused_, silence, not_relayed_, look()));
    }
    if (line_ != nullptr && now >= next_show_) show_progress(now, run, look);
}

/// Silence begins at the last output or the last resume, whichever is later, because a stopped run cannot write.
TimePoint Pulse::quiet_since(const RunView& run) const {
    return std::max(run.last_output.value_or(begun_), run.resumed.value_or(begun_));
}

void Pulse::show_progress(TimePoint now, const RunView& run, const Look& look) {
    next_show_ = now + show_interval;
    const std::size_t room = line_->room();
    if (room == 0) return;
    if (now >= next_look_) {
        tree_ = look();
        next_look_ = now + look_interval;
    }
    line_->show(render_progress({.elapsed = now - begun_ - paused_,
                                 .timeout = timeout_,
                                 .memory = tree_.memory,
                                 .memory_limit = tree_.of_group ? run.memory_limit : std::nullopt,
                                 .bytes = run.bytes},
                                room));
}

}  // namespace netrunner
