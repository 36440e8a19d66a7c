#include "src/batch/lost_children.hpp"

#include <utility>

namespace netrunner {

void LostChildren::update(std::span<const pid_t> present, const FindOwner& find_owner) {
    const auto known = std::exchange(shares_, {});
    children_.clear();
    uncertain_.clear();
    for (const pid_t child : present) {
        const auto found = known.find(child);
        const Share share = found != known.end() ? found->second : find_owner(child);
        if (share.owner == nullptr) continue;
        shares_.emplace(child, share);
        children_[share.owner].push_back(child);
        if (!share.is_certain) uncertain_.insert(share.owner);
    }
}

LostChildren::Owner LostChildren::child_reaped(pid_t child) {
    const auto found = shares_.find(child);
    if (found == shares_.end()) return nullptr;
    const Owner owner = found->second.owner;
    shares_.erase(found);
    return owner;
}

void LostChildren::forget(Owner owner) {
    std::erase_if(shares_, [&](const auto& each) { return each.second.owner == owner; });
    children_.erase(owner);
    uncertain_.erase(owner);
}

std::vector<pid_t> LostChildren::children_of(Owner owner) const {
    const auto found = children_.find(owner);
    return found != children_.end() ? found->second : std::vector<pid_t>{};
}

}  // namespace netrunner
