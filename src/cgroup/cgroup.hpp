// The control group of one run: found a place for, made, locked and marked as ours, limited, read, removed. Every limit
// is in force before anybody is in it, or there is no run. Mechanism; what is asked of it is CgroupPlan's.
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
    /// Throws SetupFailure; then nothing of it is left.
    Cgroup(const CgroupPlan& plan, const Narrator& narrate);
    ~Cgroup();
    Cgroup(const Cgroup&) = delete;
    Cgroup& operator=(const Cgroup&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    /// The directory; its lock is held by everybody who has this very open file.
    [[nodiscard]] int directory() const { return job_.directory(); }
    [[nodiscard]] JobGroup& job() { return job_; }
    /// How many of the groups above it were made for it; they go when it goes.
    [[nodiscard]] unsigned made_parents() const { return static_cast<unsigned>(made_parents_.size()); }
    /// The group that this process was alone in and has left, if it had to.
    [[nodiscard]] const VacatedGroup& vacated() const { return vacated_; }
    /// It was there before, empty, and stays.
    [[nodiscard]] bool adopted() const { return claim_ == Claim::adopted; }
    /// What was set, as it was read back.
    [[nodiscard]] const std::map<std::string, std::string>& limits() const { return limits_; }

    /// Of this run only, also in a group that was there before.
    [[nodiscard]] CgroupFigures figures() const;

    /// A line for each limit that somebody has taken away since.
    [[nodiscard]] std::vector<std::string> lost_limits() const;

    /// Takes it away; a line about it when somebody prevents that.
    std::optional<std::string> remove();
    /// Somebody is left in it on purpose: it is theirs from now on, with its limits.
    void leave();
    /// Somebody else will remove it.
    void hand_over();

    /// What else was done or found that its user should know; a line each.
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  private:
    enum class Claim {
        none,     ///< it is not this run's, or not any more
        made,     ///< and goes with the run
        adopted,  ///< it was there before, empty
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
    std::vector<std::string> made_parents_;     ///< the last ones of the path, the highest first
    std::chrono::milliseconds patience_{1000};  ///< with locks that will soon be gone
    CgroupFigures before_;                      ///< what an adopted group had counted already
    VacatedGroup vacated_;
    std::vector<AppliedSetting> applied_;
    std::map<std::string, std::string> limits_;
    std::vector<std::string> notes_;
};

}  // namespace netrunner
