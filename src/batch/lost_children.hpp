// To which lost run each child of this process belongs. RunningJobs asks it with each new list of children, and tells
// it which ended. It only computes: it reads no process and signals none.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

namespace netrunner {

class Session;

class LostChildren {
  public:
    using Owner = const Session*;
    struct Share {
        Owner owner = nullptr;
        bool is_certain = false;  ///< false: `owner` ends the process, but it may belong to another lost run
    };
    /// Called once for each child that is new. An owner of nullptr: the child has ended, or is not of a lost run.
    using FindOwner = std::function<Share(pid_t child)>;

    /// `present`: all children of this process that may belong to lost runs. A child keeps its owner until it ends.
    void update(std::span<const pid_t> present, const FindOwner& find_owner);
    /// The child has been reaped: its pid can be another process's. Returns its owner; nullptr: it had none.
    Owner child_reaped(pid_t child);
    /// The run is over. What it leaves gets a new owner with the next update.
    void forget(Owner owner);

    [[nodiscard]] std::vector<pid_t> children_of(Owner owner) const;
    /// The owners that have a child that may belong to another run.
    [[nodiscard]] const std::set<Owner>& uncertain_owners() const { return uncertain_; }

  private:
    std::unordered_map<pid_t, Share> shares_;
    std::unordered_map<Owner, std::vector<pid_t>> children_;  ///< as of the last update
    std::set<Owner> uncertain_;                               ///< as of the last update
};

}  // namespace netrunner
