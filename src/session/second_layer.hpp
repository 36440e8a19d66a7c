// The second layer: when the guard is lost, its processes are reparented to the shepherd, or to this process if the
// shepherd is lost too; both are subreapers. This process then ends them with the same tree walker that the guard uses.
// A session drives it. It signals and, without a shepherd, reaps; the session decides which signal is sent and what the
// loss means for the outcome.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "shepherd/group/job_group.hpp"
#include "shepherd/tree/reserve_descriptors.hpp"
#include "shepherd/tree/tree.hpp"
#include "src/outcome/outcome.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

class SecondLayer {
  public:
    /// Called for each process that was signalled, except the command itself.
    using OrphanSignalled = std::function<void(Orphan)>;

    /// `strangers`: children of this process that do not belong to the run.
    explicit SecondLayer(std::vector<pid_t> strangers);

    /// Other sessions of this process share its children: their owner reaps all of them and calls `child_reaped`.
    /// `reserve` is lent to each walk and replaces the one of `keep_reserve`.
    void share(ReserveDescriptors& reserve) { lent_ = &reserve; }
    /// The children of this process that this session ends. Call this before each `signal` and `check` if the children
    /// are shared and the tree is below this process. `others_maybe`: another session ends children that may belong to
    /// this run, so this run's tree is not empty yet.
    void set_children(std::vector<pid_t> children, bool others_maybe);
    /// A child of this process has been reaped; it may have belonged to the run.
    void child_reaped(pid_t pid);
    /// The take-over is near. Finds what is below `root`, a helper, so that these processes are known to belong to this
    /// run if they become children of this process. `command`: as for `take_over`.
    void claim(pid_t root, pid_t command);
    /// The processes of the run that the last walk has found.
    [[nodiscard]] std::span<const TreeMember> claimed() const { return std::span(room_).first(claimed_); }

    /// Whether a process that the last walk has found has to be ended.
    [[nodiscard]] bool has_unspared_claim() const;

    /// Keeps descriptors in reserve, so that the tree can be walked when the limit on open files is reached.
    /// `spare` is any open descriptor. False when no descriptor could be kept.
    bool keep_reserve(int spare) { return reserve_.take(spare); }

    /// From now on this process ends the tree. `command`: its pid, 0 when it is not known. `shepherd`: its pid if it
    /// lives, and the tree is below it; else -1, and the tree is below this process.
    void take_over(pid_t command, pid_t shepherd, const SpareRule& spare, TimePoint now);
    [[nodiscard]] bool active() const { return active_; }
    /// Whether the tree is below the shepherd, which then reaps it.
    [[nodiscard]] bool is_below_shepherd() const { return shepherd_ > 0; }
    /// The shepherd has ended: if anything is left of the tree, it is below this process now.
    void inherit(TimePoint now);
    [[nodiscard]] Tree tree() const;

    /// Sends the signal to every process that is left, also in the run's control group where there is one.
    void signal(OuterOrder order, JobGroup* group, const OrphanSignalled& signalled);

    /// Sends the signal to the command's first process alone, as a step of the stop.
    void signal_command(OuterOrder order);
    /// Whether the command's first process is known and has not been reaped. Below the shepherd: as the last walk saw.
    [[nodiscard]] bool has_command() const { return command_ > 0 && !command_reaped_; }

    /// Reaps; true when nothing is left but spared processes. While something is left and `kill_again`, sends SIGKILL
    /// again, because a process may have been forked during the previous walk.
    bool check(TimePoint now, JobGroup* group, bool kill_again, const OrphanSignalled& signalled);
    /// When to call `check` next. No process reports that the tree is empty, so it is polled.
    [[nodiscard]] std::optional<TimePoint> deadline() const { return check_at_; }

    /// The processes that are left running by their names.
    [[nodiscard]] std::vector<Orphan> find_spared();

  private:
    bool reap();
    /// Whether nothing is in the group but spared processes.
    [[nodiscard]] bool is_done(const JobGroup& group);
    /// Whether the first process of the last walk that is not spared still lives.
    [[nodiscard]] bool is_claim_alive() const;
    /// Returns how many processes are not spared.
    std::size_t find();
    void claim_walked(std::size_t count);

    ReserveDescriptors reserve_;
    ReserveDescriptors* lent_ = nullptr;  ///< not null: the children are shared with other sessions
    bool child_reaped_ = false;           ///< since the last look, if they are shared
    std::size_t claimed_ = 0;             ///< at the start of `room_`
    bool active_ = false;
    pid_t shepherd_ = -1;
    pid_t command_ = 0;
    bool command_reaped_ = false;
    bool seen_nothing_ = false;
    std::vector<pid_t> strangers_;
    std::vector<pid_t> children_;  ///< if they are shared: see `set_children`
    bool others_maybe_ = false;
    SpareRule spare_;
    std::vector<TreeMember> room_;
    std::optional<TimePoint> check_at_;
};

}  // namespace netrunner
