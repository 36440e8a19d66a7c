// The control group of one run: makes, locks, marks and limits it, reads its counters and removes it. A session makes
// one if its plan has a CgroupPlan; the doctor makes one as a trial. Every limit is in force before a process enters
// the group; otherwise the constructor throws and no command starts. Which limits to set is CgroupPlan's decision. A
// batch makes one around the groups of its jobs.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shepherd/group/job_group.hpp"
#include "shepherd/group/vacated_group.hpp"
#include "src/cgroup/figures.hpp"
#include "src/cgroup/leftover.hpp"
#include "src/cgroup/limit.hpp"
#include "src/cgroup/plan.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

class Cgroup {
  public:
    /// On failure, removes (or restores) the group and throws SetupFailure.
    Cgroup(const CgroupPlan& plan, const Narrator& narrate);
    ~Cgroup();
    Cgroup(const Cgroup&) = delete;
    Cgroup& operator=(const Cgroup&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    /// Where `path` starts, without a slash at the end.
    [[nodiscard]] const std::string& base() const { return base_; }
    /// The group's open directory. The lock belongs to this open file description: each process that inherits the
    /// descriptor holds the lock too.
    [[nodiscard]] int directory() const { return job_.directory(); }
    [[nodiscard]] JobGroup& job() { return job_; }
    /// Number of groups directly above it that runs of netrunner made. The last run below them removes them.
    [[nodiscard]] unsigned made_parents() const { return static_cast<unsigned>(made_parents_.size()); }
    /// cgroup.procs of netrunner's own group, to which spared processes move; -1: none.
    [[nodiscard]] int home() const { return job_.home(); }
    /// The group that netrunner left so that controllers can be enabled there (docs/decisions/0014); empty if it did
    /// not have to.
    [[nodiscard]] const VacatedGroup& vacated() const { return vacated_; }
    /// The group existed before the run, empty, and stays after it.
    [[nodiscard]] bool adopted() const { return claim_ == Claim::adopted; }
    /// The values that were set, as read back, by interface file.
    [[nodiscard]] const std::map<std::string, std::string>& limits() const { return limits_; }

    /// Makes it a parent, in which runs take groups, for the group around all jobs of a batch. While this object
    /// exists, no other run can take or remove it. Throws SetupFailure.
    void become_parent();

    /// The counters of this run only: what an adopted group had counted before is subtracted.
    [[nodiscard]] CgroupFigures figures() const;

    /// The processor time that the kernel has counted for this run so far; nothing if it cannot be read.
    [[nodiscard]] std::optional<std::chrono::microseconds> cpu_usage() const;

    /// One line for each limit that another process has changed since it was set.
    [[nodiscard]] std::vector<std::string> lost_limits() const;

    /// Moves the processes that are left, which are all spared, to netrunner's own group. If one cannot be moved,
    /// leaves the group to them and returns a line that says so.
    std::optional<std::string> let_spared_leave();
    /// Removes the group, or restores an adopted one. Returns an error line if that fails.
    std::optional<std::string> remove();
    /// Leaves the group and its limits to the orphans in it (`--orphans leave`) and removes netrunner's marks.
    void leave();
    /// Gives up the claim: netrunner no longer removes the group.
    void hand_over();

    /// Other lines for the user, one for each thing that was done or found.
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  private:
    enum class Claim {
        none,     ///< the group is not this run's, or no longer
        made,     ///< this run made the group and removes it
        adopted,  ///< the group existed before, empty
    };

    void make(const CgroupPlan& plan);
    bool descend(Descriptor parent, const std::vector<std::string>& names, const std::vector<std::string>& controllers,
                 bool unique);
    [[noreturn]] void refuse_to_create(int error) const;
    bool take(int parent, const std::string& name, bool made);
    bool adopt(int parent, const std::string& name, const Descriptor& directory);
    [[nodiscard]] bool is_lock_passing(std::string_view owner);
    [[nodiscard]] ClearingListener clearing_listener();
    void provide_controllers(int directory, const std::string& path, const std::vector<std::string>& wanted);
    void enable(int directory, const std::string& path, const std::string& controller);
    [[nodiscard]] bool make_room(int directory, const std::string& path);
    void apply(const CgroupSetting& asked);
    void give_back() noexcept;
    void undo() noexcept;

    const Narrator& narrate_;
    std::string path_;
    std::string base_;
    JobGroup job_;
    Claim claim_ = Claim::none;
    std::vector<std::string> made_parents_;     ///< paths of the groups directly above, highest first
    std::chrono::milliseconds patience_{1000};  ///< time left for waiting for locks that are about to be released
    CgroupFigures before_;                      ///< the counters of an adopted group before the run
    VacatedGroup vacated_;
    std::vector<AppliedSetting> applied_;
    std::map<std::string, std::string> limits_;
    std::vector<std::string> notes_;
};

}  // namespace netrunner
