#include "src/session/group_closing.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace netrunner {

void close_group(Cgroup& group, OrphanPolicy policy, Outcome& outcome, const Narrator& narrate) {
    outcome.cgroup = GroupRecord{group.path(), group.limits(), group.figures()};
    for (std::string& line : group.lost_limits()) outcome.failures.push_back(std::move(line));
    if (!outcome.survivors.empty()) {
        group.hand_over();
    } else if (policy == OrphanPolicy::leave && group.job().is_populated()) {
        group.leave();
    } else if (auto note = group.home() >= 0 || !outcome.spared.empty() ? group.let_spared_leave() : std::nullopt) {
        outcome.notes.push_back(std::move(*note));
    } else if (auto complaint = group.remove()) {
        outcome.failures.push_back(std::move(*complaint));
    }
    outcome.notes.insert(outcome.notes.end(), group.notes().begin(), group.notes().end());
    if (const auto slowed = outcome.cgroup->figures.high_events.value_or(0); slowed > 0) {
        narrate(1, fmt::format("the kernel slowed the command down {} times: it used more memory than memory.high",
                               slowed));
    }
}

}  // namespace netrunner
