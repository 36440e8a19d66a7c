#include "src/progress/cpu_usage.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "shepherd/tree/tree.hpp"

namespace netrunner {
namespace {

constexpr std::size_t first_room = 64;
constexpr std::size_t most_members = 8192;

std::int64_t ticks_below(pid_t root) {
    std::vector<TreeMember> room;
    std::uint64_t ticks = 0;
    bool was_full = true;
    for (std::size_t size = first_room; was_full && size <= most_members; size *= 2) {
        room.resize(size);
        ticks = count_ticks({.root = root}, room, was_full);
    }
    return static_cast<std::int64_t>(ticks);
}

}  // namespace

Duration cpu_usage(pid_t root, std::optional<Duration> in_group) {
    const std::int64_t ticks = ticks_below(root);
    const std::int64_t per_second = std::max(::sysconf(_SC_CLK_TCK), 1L);
    constexpr Duration second = std::chrono::seconds(1);
    const Duration in_tree = second * (ticks / per_second) + second * (ticks % per_second) / per_second;
    return std::max(in_tree, in_group.value_or(Duration::zero()));
}

unsigned processors_online() { return static_cast<unsigned>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L)); }

}  // namespace netrunner
