// Looks at the tree of a run for all who want to know of it: the limits that are watched (--cpu-time, --max-rss,
// --max-processes), the recorder of --sample, the heartbeat and the progress line, the answer to `status`. One look
// serves all that are due, and without these there is none. The session drives it, and stops the run.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>

#include "src/live/controlled_run.hpp"
#include "src/live/run_listener.hpp"
#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/relay/pump.hpp"
#include "src/sampling/process_ends.hpp"
#include "src/sampling/run_recorder.hpp"
#include "src/sampling/tree_reader.hpp"
#include "src/session/cpu_limit.hpp"
#include "src/session/watched_limit.hpp"

namespace netrunner {

/// For --sample.
struct Recording {
    RunRecorder* recorder = nullptr;  ///< null: nothing is recorded
    PidfdRoom* room = nullptr;        ///< null: the run has its own
};

class TreeWatch {
  public:
    /// `owner`: the session, which gets the wakes of `pump`. `listener` may be null.
    TreeWatch(const LaunchPlan& plan, Recording recording, RunListener* listener, Pump& pump, Owner owner);

    /// The command runs as process `command`.
    void begin(const TreeReader::Place& place, pid_t command, TimePoint now);
    /// When to call `attend`. `judges`: the limits apply.
    [[nodiscard]] std::optional<TimePoint> deadline(bool judges) const;
    /// Looks, if that is due. Returns for which limit to stop the run.
    std::optional<StopCause> attend(bool judges, const OutputFigures& outputs, TimePoint now);
    /// The run was suspended for `paused`.
    void pause(Duration paused);

    /// What is known of the tree; it may be a tenth of a second old.
    const TreeFigures& figures(const TreeReader::Place& place);
    /// The processes of the tree, of such a look.
    std::span<const TreeMember> members(const TreeReader::Place& place);
    /// How much of the limit of a stop for `cause` was used, in words; empty if that is not one of these limits.
    [[nodiscard]] std::string used(StopCause cause) const;

    /// A line for the user about a limit that could not see all processes; empty: none.
    [[nodiscard]] std::string remark() const;
    /// Handles a readable descriptor. False if it is not of the tree's processes.
    bool handle(int descriptor);
    /// The command has ended with `wait_status`.
    void command_ended(int wait_status, TimePoint now);
    /// No more looks: the tree is empty, or cannot be seen from here.
    void end(TimePoint now);
    /// The run, or this attempt, is over at `now`, with the figures of `outcome`.
    void conclude(const Outcome& outcome, TimePoint now);

  private:
    void look(const TreeReader::Place& place, TreeReader::Wants wants);
    void judge();
    [[nodiscard]] Duration time_used();
    void record(bool details);
    void list_processes(TimePoint now);
    void note_ends(TimePoint now);
    void note_statuses();

    const LaunchPlan& plan_;
    RunRecorder* recorder_;
    RunListener* listener_;
    CpuLimit cpu_limit_;
    WatchedLimit memory_limit_;
    WatchedLimit process_limit_;
    std::optional<StopCause> exceeded_;
    std::size_t most_hidden_ = 0;  ///< processes whose memory --max-rss could not see at once

    ProcessTable seen_;  ///< for --cpu-time
    TreeReader reader_;
    TreeReader::Place place_;
    TreeFigures figures_;
    OutputFigures outputs_;
    bool looks_ = false;  ///< the command runs, and its tree can be seen

    PidfdRoom own_room_;
    ProcessEnds ends_;
    pid_t command_ = 0;
    TimePoint started_{};                    ///< the command
    std::optional<ProcessKey> command_key_;  ///< once a look has seen it
    std::optional<Pressure> pressure_before_;
};

}  // namespace netrunner
