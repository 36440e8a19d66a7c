// The sessions of a batch that run now, all on one pump. The conductor starts jobs here, passes wakes and signals on,
// and takes the outcomes. It owns what belongs to the process and not to a session: the reaping of all children, one
// reserve of descriptors. It does not decide which job starts when, nor what output means.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/batch/children.hpp"
#include "src/batch/lost_children.hpp"
#include "src/session/neighbours.hpp"
#include "src/session/session.hpp"

namespace netrunner {

class RunningJobs final : private Neighbours {
  public:
    /// Names a job to the conductor.
    using Number = std::uint64_t;
    struct Ended {
        Number number = 0;
        Outcome outcome;
    };

    /// `strangers`: children that this process had when it was started. `pidfds`: how many --sample may hold. Throws
    /// std::system_error.
    RunningJobs(Pump& pump, std::vector<pid_t> strangers, std::size_t pidfds);
    ~RunningJobs();
    RunningJobs(const RunningJobs&) = delete;
    RunningJobs& operator=(const RunningJobs&) = delete;

    /// Throws SetupFailure; then no process has been started. `context` needs neither strangers nor neighbours.
    void start(Number number, LaunchPlan plan, const StandardFiles& files, SessionContext context);
    [[nodiscard]] std::size_t count() const { return running_.size(); }

    /// Handles a wake. False if it is not of a job.
    bool handle(const Wake& wake);
    /// Handles SIGCHLD.
    void handle_children();
    /// Handles what is due. `deadline` says when to call it.
    void handle_time();
    [[nodiscard]] std::optional<TimePoint> deadline() const;

    /// The bytes of this job's outputs so far; nothing if it does not run.
    [[nodiscard]] std::optional<OutputFigures> outputs_of(Number number) const;
    /// The receivers of this job's output take bytes again.
    void nudge(Number number);
    /// Orders the end of all jobs, or of one; a second order climbs to SIGKILL.
    void stop_all(int signal);
    void stop(Number number, int signal);
    /// Passes a signal on to the process group of each job.
    void pass_on(int signal);
    /// This process was suspended for `paused`.
    void resume_timers(Duration paused);

    /// The next job that has ended.
    std::optional<Ended> take_ended();

    /// Waits until the helpers of all ended jobs have exited.
    void finish() { children_.finish(); }

  private:
    struct Running {
        Running(Number job, LaunchPlan plan, const StandardFiles& files, Pump& pump, SessionContext context)
            : number(job), session(std::move(plan), files, pump, std::move(context)) {}
        Number number;
        Session session;
        std::optional<TimePoint> due;  ///< its place in `due_`
        std::vector<pid_t> helpers{};  ///< that `children_` knows
    };

    Inherited share_children(const Session& session) override;
    void leave(pid_t helper) override;
    ReserveDescriptors& reserve() override { return reserve_; }

    template <class Act>
    void drive(Running& running, Act act);
    template <class Act>
    void drive_all(Act act);
    void settle(Running& running);
    void register_helper(Running& running);
    void child_reaped(Session* session, const siginfo_t& child);
    /// Lists the children of this process. `asker` ends those whose run is not known.
    void list_children(const Session& asker);

    Pump& pump_;
    std::vector<pid_t> strangers_;
    ReserveDescriptors reserve_;
    PidfdRoom pidfds_;  ///< of --sample, for all jobs together
    Children children_;
    LostChildren lost_children_;
    bool children_listed_ = false;  ///< in this turn, and no helper has been reaped since
    std::unordered_map<Owner, std::unique_ptr<Running>> running_;  ///< by the address of the session
    std::unordered_map<Number, Running*> by_number_;
    std::set<std::pair<TimePoint, Running*>> due_;
    std::deque<Ended> ended_;
};

}  // namespace netrunner
