#include "src/sampling/process_table.hpp"

#include <algorithm>
#include <utility>

namespace netrunner {
namespace {

/// So many more may be listed for a while, so that not every new process makes the table choose.
constexpr std::size_t headroom = 250;
/// A look can miss a living process, and a process that has ended is seen until its parent reaps it.
constexpr int most_missed = 10;

void raise(std::optional<Size>& value, const std::optional<Size>& other) {
    if (other) value = std::max(value.value_or(0), *other);
}

}  // namespace

void ProcessTable::begin_look() {
    for (auto& [key, rest] : rest_) ++rest.missed;
}

ProcessTable::Wish ProcessTable::note(const Sight& sight) {
    if (const auto rest = rest_.find(sight.key); rest != rest_.end()) {
        rest->second.missed = 0;
        others_.cpu += std::max(sight.cpu - rest->second.cpu, Duration::zero());
        rest->second.cpu = std::max(rest->second.cpu, sight.cpu);
        raise(others_.peak, sight.peak);
        return Wish::nothing;
    }
    Listed& entry = listed_[sight.key];
    ProcessRecord& record = entry.record;
    if (entry.looks == 0 && record.pid == 0) {
        record.pid = sight.key.pid;
        record.parent = sight.parent;
        record.start = sight.start;
    }
    const Duration before = record.cpu.value_or(Duration::zero());
    record.cpu = std::max(before, sight.cpu);
    listed_cpu_ += *record.cpu - before;
    raise(record.peak, sight.peak);
    // The first look may come between fork and exec, and an exec may keep the name.
    constexpr std::uint32_t early_looks = 2;
    const bool has_new_name = std::exchange(entry.name_digest, sight.name_digest) != sight.name_digest;
    return ++entry.looks <= early_looks || has_new_name ? Wish::command : Wish::nothing;
}

void ProcessTable::end_look() {
    std::erase_if(rest_, [](const auto& each) { return each.second.missed > most_missed; });
    if (listed_.size() > most_listed + headroom) move_to_others(most_listed);
}

/// Keeps the `most` processes that have used the most processor time.
void ProcessTable::move_to_others(std::size_t most) {
    std::vector<std::pair<Duration, ProcessKey>> all;
    all.reserve(listed_.size());
    for (const auto& [key, entry] : listed_) all.emplace_back(entry.record.cpu.value_or(Duration::zero()), key);
    const auto first_out = all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()));
    std::ranges::nth_element(all, first_out, [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second.started < b.second.started;
    });
    for (auto each = first_out; each != all.end(); ++each) {
        const ProcessRecord& record = listed_.at(each->second).record;
        ++others_.count;
        others_.cpu += each->first;
        listed_cpu_ -= each->first;
        raise(others_.peak, record.peak);
        rest_[each->second] = {.cpu = each->first};
        listed_.erase(each->second);
    }
}

void ProcessTable::add(const ProcessKey& key, ProcessRecord record) {
    listed_.emplace(key, Listed{.record = std::move(record)});
}

void ProcessTable::set_command(const ProcessKey& key, std::string command) {
    const auto found = listed_.find(key);
    if (found != listed_.end() && !command.empty()) found->second.record.command = std::move(command);
}

void ProcessTable::set_end(const ProcessKey& key, Duration t) {
    if (const auto found = listed_.find(key); found != listed_.end() && !found->second.record.end)
        found->second.record.end = t;
}

void ProcessTable::set_status(const ProcessKey& key, int status) {
    if (const auto found = listed_.find(key); found != listed_.end()) found->second.record.status = status;
}

ProcessTable::Result ProcessTable::result() const {
    ProcessTable copy = *this;
    if (copy.listed_.size() > most_listed) copy.move_to_others(most_listed);
    Result result{.list = {}, .others = copy.others_};
    result.list.reserve(copy.listed_.size());
    for (auto& [key, entry] : copy.listed_) result.list.push_back(std::move(entry.record));
    std::ranges::sort(result.list, [](const ProcessRecord& a, const ProcessRecord& b) {
        return a.start != b.start ? a.start < b.start : a.pid < b.pid;
    });
    return result;
}

}  // namespace netrunner
