#include "src/sampling/tree_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "src/system/process_figures.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t first_room = 64;
constexpr std::size_t most_members = std::size_t{1} << 22U;  // no kernel has more (PID_MAX_LIMIT)
constexpr std::array<const char*, 3> pressure_files{"cpu.pressure", "memory.pressure", "io.pressure"};

}  // namespace

std::optional<Pressure> read_pressure(const Cgroup& group) {
    Pressure pressure{};
    for (std::size_t i = 0; i < pressure.size(); ++i) {
        const auto text = read_text_at(group.directory(), pressure_files[i]);
        if (!text) return std::nullopt;
        // The first line, "some"; the second one is "full".
        pressure[i] = std::chrono::microseconds(sum_of(std::string_view(*text).substr(0, text->find('\n')), "total"));
    }
    return pressure;
}

/// Returns the time that the tree has used, in whole clock ticks of each process.
Duration TreeReader::walk(pid_t root) {
    if (room_.empty()) room_.resize(first_room);
    while (true) {
        // Read the root first and parents before children: what is reaped meanwhile is missed, and not counted twice.
        TreeMember above;
        std::uint64_t ticks = read_member(root, above) ? above.reaped_use : 0;
        count_ = list_tree({.root = root}, room_);
        if (count_ == room_.size() && count_ < most_members) {
            room_.resize(room_.size() * 2);
            continue;
        }
        for (const TreeMember& member : members()) ticks += member.used + member.reaped_use;
        return duration_of_ticks(ticks);
    }
}

/// Reads the exact times. Returns how much more that is.
Duration TreeReader::read_times() {
    Duration more{};
    for (std::size_t i = 0; i < count_; ++i) {
        const Duration in_ticks = duration_of_ticks(room_[i].used);
        times_[i] = std::max(in_ticks, time_of_first_thread(room_[i].pid).value_or(Duration::zero()));
        more += times_[i] - in_ticks;
    }
    return more;
}

void TreeReader::read_memory(TreeFigures& figures, const Place& place, const Wants& wants) {
    if (wants.memory && place.group != nullptr) {
        figures.memory = number_in(trimmed(read_text_at(place.group->directory(), "memory.current").value_or("")));
        figures.of_group = figures.memory.has_value();
    }
    if (!wants.resident && !wants.details && (!wants.memory || figures.of_group)) return;
    Size sum = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        if (room_[i].is_dead()) continue;
        if (wants.details) {
            const MemoryOfProcess memory = memory_of(room_[i].pid);
            peaks_[i] = memory.peak;
            sum += memory.resident.value_or(0);
        } else {
            sum += resident_size(room_[i].pid).value_or(0);
        }
    }
    figures.hidden = static_cast<std::size_t>(
        std::ranges::count_if(members(), [](const TreeMember& member) { return !member.is_readable(); }));
    if (figures.processes == 0) return;
    figures.resident = sum;
    if (!figures.of_group && figures.hidden == 0) figures.memory = sum;
}

/// A process adds to its own count what its children have transferred when it reaps them.
void TreeReader::read_transfers(TreeFigures& figures, pid_t root) {
    DiskTransfers sum;
    const auto add = [&sum](pid_t pid) {
        const auto one = transfers_of(pid);
        if (!one) return errno != EACCES && errno != EPERM;  // else it has ended
        sum.read += one->read;
        sum.written += one->written;
        return true;
    };
    bool may_read = add(root);
    for (const TreeMember& member : members()) may_read = may_read && add(member.pid);
    if (!may_read) return;
    figures.read = sum.read;
    figures.written = sum.written;
}

TreeFigures TreeReader::look(const Place& place, const Wants& wants) {
    const TimePoint before = steady_clock::now();
    TreeFigures figures;
    figures.cpu = walk(place.root);
    times_.assign(wants.details ? count_ : 0, Duration::zero());
    if (wants.details) *figures.cpu += read_times();
    if (place.group != nullptr) {
        if (const auto in_group = place.group->cpu_usage()) figures.cpu = std::max<Duration>(*figures.cpu, *in_group);
    }
    const auto living = std::ranges::count_if(members(), [](const TreeMember& member) { return !member.is_dead(); });
    figures.processes = static_cast<std::size_t>(living);
    peaks_.assign(wants.details ? count_ : 0, std::nullopt);
    read_memory(figures, place, wants);
    if (wants.details) {
        read_transfers(figures, place.root);
        if (place.group != nullptr) figures.pressure = read_pressure(*place.group);
    }
    figures.at = steady_clock::now();
    figures.took = figures.at - before;
    return figures;
}

std::optional<Size> TreeReader::peak(std::size_t index) const {
    return index < peaks_.size() ? peaks_[index] : std::nullopt;
}

Duration TreeReader::time(std::size_t index) const {
    return index < times_.size() ? times_[index] : duration_of_ticks(room_[index].used);
}

unsigned processors_online() { return static_cast<unsigned>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L)); }

}  // namespace netrunner
