#include "src/session/cpu_limit.hpp"

#include <algorithm>

namespace netrunner {
namespace {

/// The kernel counts in units of 10 ms (proc_pid_stat(5)).
constexpr std::chrono::milliseconds shortest_pause{10};
/// Processors can be added to a running machine.
constexpr std::chrono::seconds longest_pause{60};
/// A look at a large tree takes long. It may use at most this share of one processor.
constexpr int share_for_looks = 20;

}  // namespace

void CpuLimit::begin(TimePoint now, unsigned processors) {
    if (limit_ != forever) note({.used = {}, .took = {}, .processors = processors}, now);
}

bool CpuLimit::note(const Look& look, TimePoint now) {
    // A look misses what a process has used that is reaped between the look at its parent and the look at itself. The
    // next look finds that in its parent's time.
    used_ = std::max(used_, look.used);
    const Duration least = std::max<Duration>(shortest_pause, look.took * share_for_looks);
    const Duration until = (limit_ - used_) / std::max(look.processors, 1U);
    next_look_ = now + std::max(least, std::min<Duration>(until, longest_pause));
    return used_ >= limit_;
}

}  // namespace netrunner
