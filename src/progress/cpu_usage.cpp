#include "src/progress/cpu_usage.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "shepherd/tree/tree.hpp"
#include "src/system/process_figures.hpp"

namespace netrunner {
namespace {

constexpr std::size_t first_room = 64;
constexpr std::size_t most_members = 8192;

std::uint64_t ticks_below(pid_t root) {
    std::vector<TreeMember> room;
    std::uint64_t ticks = 0;
    bool was_full = true;
    for (std::size_t size = first_room; was_full && size <= most_members; size *= 2) {
        room.resize(size);
        ticks = count_ticks({.root = root}, room, was_full);
    }
    return ticks;
}

}  // namespace

Duration cpu_usage(pid_t root, std::optional<Duration> in_group) {
    return std::max(duration_of_ticks(ticks_below(root)), in_group.value_or(Duration::zero()));
}

unsigned processors_online() { return static_cast<unsigned>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L)); }

}  // namespace netrunner
