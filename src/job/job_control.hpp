// The run's part in job control: what a stopped command means, when the run has to stop with it, so that a shell sees
// what it would see of the command alone, and what happens when it is continued. Driven by a session; how the terminal
// is shared is TerminalSharing's.
#pragma once

#include <memory>
#include <optional>

#include "src/link/shepherd_link.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/plan/terminal_sharing.hpp"
#include "src/streams/streams.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

class JobControl {
  public:
    /// `link` and `streams` outlive it.
    JobControl(const LaunchPlan& plan, ShepherdLink& link, Streams& streams, Narrator narrate);

    /// The command runs; `command` is its pid and its process group.
    void begin(pid_t command) { sharing_->begin(command); }

    /// The command was stopped by `signal`. `may_stop`: the run may stop with it. How long that took, if it did: limits
    /// do not count it.
    std::optional<Duration> command_stopped(int signal, bool may_stop);

    /// This process was sent SIGCONT. The command is continued with it.
    void continued();

    /// The command has ended, others may be left: the keys are nobody's but ours from now on.
    void command_ended();
    [[nodiscard]] bool has_command_ended() const { return ended_; }
    /// Ctrl-Z when the command has ended: how long that took, as for `command_stopped`.
    static std::optional<Duration> stop_alone();

    /// A key was pressed on a terminal that we do not read now.
    void key_pressed() {
        if (!ended_) sharing_->notice_key();
    }

    /// This process was sent SIGWINCH. False when that does not come from a terminal, or from one that the command
    /// shares: then the signal is one like any other. A terminal of its own tells the command by itself.
    bool resized(bool from_kernel) { return sharing_->adjust_size() || (pty_ && from_kernel); }

    /// The run is over; `cut_short`: the command was made to end.
    void end(bool cut_short) {
        sharing_->withdraw();
        if (cut_short) sharing_->undo_modes();
    }

    /// What was typed when the command ended went to it alone.
    [[nodiscard]] bool had_terminal() const { return had_terminal_; }

  private:
    std::optional<Duration> stop_with_command(int signal);
    void continue_command();

    ShepherdLink& link_;
    Narrator narrate_;
    std::unique_ptr<TerminalSharing> sharing_;
    bool shared_;  ///< there is a terminal, and with it somebody who could continue the run
    bool pty_;
    bool ended_ = false;
    bool had_terminal_ = false;
};

}  // namespace netrunner
