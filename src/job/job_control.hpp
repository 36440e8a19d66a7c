// Job control of a run. When the command is stopped, netrunner stops with it, so that the user's shell sees what it
// would see of the command alone; when netrunner is continued, the command is continued. A session drives it. How the
// command shares the user's terminal is decided in TerminalSharing.
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
    /// `link` and `streams` must outlive it.
    JobControl(const LaunchPlan& plan, ShepherdLink& link, Streams& streams, Narrator narrate);

    /// The command runs. `command`: its pid, which is also its process group.
    void begin(pid_t command) { sharing_->begin(command); }

    /// The command was stopped by `signal`. `may_stop`: netrunner may stop with it. Returns how long netrunner was
    /// stopped, if it was: the time limits do not count that time.
    std::optional<Duration> command_stopped(int signal, bool may_stop);

    /// This process received SIGTSTP, which is forwarded to the command. If the command then stops, netrunner stops
    /// too, also without a terminal: the sender can continue it (docs/decisions/0037).
    void asked_to_stop() { asked_ = true; }

    /// This process received SIGCONT: continues the command too. The stops that the guard has reported until then are
    /// over: the session reads them while `continuing` is set.
    void continued();
    void continuing(bool begun) { continuing_ = begun; }

    /// The command has ended; orphans may be left. From now on, what is typed is meant for netrunner.
    void command_ended();
    [[nodiscard]] bool has_command_ended() const { return ended_; }
    /// Ctrl-Z after the command has ended: stops netrunner. Returns how long it was stopped, as `command_stopped` does.
    [[nodiscard]] std::optional<Duration> stop_alone() const;

    /// A key was pressed on the user's terminal while netrunner does not read it.
    void key_pressed() {
        if (!ended_) sharing_->notice_key();
    }

    /// This process received SIGWINCH. False if the session has to forward it to the command. With `--pty` it is not
    /// forwarded if the kernel sent it or the size has changed: the command's terminal then sends SIGWINCH itself.
    bool resized(bool from_kernel) { return sharing_->adjust_size() || (pty_ && from_kernel); }

    /// The run is over. `cut_short`: a stop ended the command.
    void end(bool cut_short) {
        sharing_->withdraw();
        if (cut_short) sharing_->undo_modes();
    }

    /// Whether keys went to the command alone when it ended.
    [[nodiscard]] bool had_terminal() const { return had_terminal_; }

  private:
    std::optional<Duration> stop_with_command(int signal);
    [[nodiscard]] std::optional<Duration> stop_for_a_while(int signal) const;
    void continue_command();

    ShepherdLink& link_;
    Narrator narrate_;
    std::unique_ptr<TerminalSharing> sharing_;
    bool shared_;         ///< there is a controlling terminal, so a shell may continue the run
    bool pty_;            ///< the command runs on its own pseudo-terminal (`--pty`)
    bool asked_ = false;  ///< SIGTSTP was forwarded, and the run has neither stopped nor been continued since
    bool continuing_ = false;
    bool ended_ = false;
    bool had_terminal_ = false;
};

}  // namespace netrunner
