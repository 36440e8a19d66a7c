#include "src/session/survivor_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <span>
#include <string>
#include <utility>

#include "src/outcome/process_description.hpp"

namespace netrunner {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_survivors = 64;
/// A process that SIGKILL has not ended after this time will not end soon: it is in an uninterruptible wait, or it
/// belongs to another user.
constexpr milliseconds killing_time{3000};
/// Processes that only wait for a processor to die on, such as the members of a fork bomb on a slow machine, get this
/// longer time.
constexpr milliseconds dying_time{30000};

/// False if `survivor` is in an uninterruptible wait (D), is held by a tracer at its exit (t; SIGKILL ends every other
/// ptrace stop), or may not be signalled by this process.
bool can_die(const Survivor& survivor) {
    return survivor.state != "D" && survivor.state != "t" && ::kill(survivor.pid, 0) == 0;
}

}  // namespace

std::vector<Survivor> find_survivors(const Tree& tree, const JobGroup* group) {
    std::vector<TreeMember> room(most_survivors);
    std::size_t count = find_tree(tree, room);
    const std::span all(room);
    if (group != nullptr) count += group->find_others(all.first(count), tree.spare, all.subspan(count));
    std::vector<Survivor> survivors;
    for (const TreeMember& member : all.first(count)) {
        if (member.spared != Spared::no) continue;
        const ProcessDescription seen(member.pid);
        survivors.push_back({.pid = member.pid,
                             .command = seen.command[0] != '\0' ? seen.command.data() : seen.name.data(),
                             .state = member.is_readable() ? std::string(1, member.state) : ""});
    }
    return survivors;
}

void record_survivors(std::vector<Survivor> survivors, Outcome& outcome) {
    if (survivors.empty()) {
        outcome.failures.emplace_back("cannot end the processes that are left: /proc does not show them");
    }
    for (const Survivor& left : survivors) {
        outcome.failures.push_back(
            left.state.empty()
                ? fmt::format("cannot end process {}, which /proc does not show (hidepid)", left.pid)
                : fmt::format("cannot end {} ({}), which is in state {}", left.command, left.pid, left.state));
        std::erase_if(outcome.orphans, [&](const Orphan& orphan) { return orphan.pid == left.pid; });
    }
    outcome.survivors = std::move(survivors);
}

void SurvivorWatch::begin(TimePoint now) {
    look_again(now);
    hopeless_at_ = now + dying_time;
}

void SurvivorWatch::look_again(TimePoint now) { look_at_ = now + killing_time; }

bool SurvivorWatch::is_hopeless(const std::vector<Survivor>& survivors, TimePoint now) const {
    return now >= hopeless_at_ || (!survivors.empty() && std::ranges::none_of(survivors, can_die));
}

}  // namespace netrunner
