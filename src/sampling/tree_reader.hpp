// The one walk of a run's tree: the processes, their processor time, memory and disk transfers, from /proc, and what
// the run's control group counts. TreeWatch makes a look for all who are due. It reads only what is asked for, and
// decides nothing. A process that starts or ends meanwhile may be missed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "shepherd/tree/tree.hpp"
#include "src/cgroup/cgroup.hpp"
#include "src/sampling/tree_figures.hpp"

namespace netrunner {

class TreeReader {
  public:
    struct Place {
        pid_t root = 0;                 ///< the subreaper, which is not counted
        const Cgroup* group = nullptr;  ///< null: none
    };
    struct Wants {
        bool memory = false;    ///< of the group if it counts memory, else the sum of resident sizes
        bool resident = false;  ///< that sum in any case
        bool details = false;   ///< disk transfers, peak and exact time of each process, the group's pressure
    };
    /// The processor time has what the live processes have used, what the processes have used that were reaped there,
    /// and what `root` has reaped. Without a group, the time of a process is missing after its end if its parent
    /// ignores SIGCHLD. With a group, it is the larger of the two counts, because a process can leave the group, or be
    /// moved into it.
    [[nodiscard]] TreeFigures look(const Place& place, const Wants& wants);

    /// The processes of the last look, the dead ones too, parents before children.
    [[nodiscard]] std::span<const TreeMember> members() const { return std::span(room_).first(count_); }
    /// The most memory that the member with this index has had in RAM; nothing if it is not known, or no details were
    /// asked for.
    [[nodiscard]] std::optional<Size> peak(std::size_t index) const;
    /// The processor time of that member itself.
    [[nodiscard]] Duration time(std::size_t index) const;

  private:
    Duration walk(pid_t root);
    Duration read_times();
    void read_memory(TreeFigures& figures, const Place& place, const Wants& wants);
    void read_transfers(TreeFigures& figures, pid_t root);

    std::vector<TreeMember> room_;
    std::size_t count_ = 0;
    std::vector<std::optional<Size>> peaks_;
    std::vector<Duration> times_;  ///< if details were asked for
};

/// What the kernel has counted for the group since it was made; nothing if it does not count.
std::optional<Pressure> read_pressure(const Cgroup& group);

/// How many processors can run the tree at once.
unsigned processors_online();

}  // namespace netrunner
