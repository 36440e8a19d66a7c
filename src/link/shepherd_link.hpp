// The runner's end of the link. Starts the shepherd, sends the plan and orders, receives events and the descriptors
// that come with them. Used by the session and by src/job. It knows the protocol (docs/protocol.md), but no policy.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "shepherd/link/protocol.hpp"
#include "shepherd/terminal/terminal_record.hpp"
#include "src/cgroup/cgroup.hpp"
#include "src/link/standard_files.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/system/fd.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

/// The command runs. Each descriptor is netrunner's end; empty unless the plan asked for that pipe, or for a terminal.
struct CommandStarted {
    static constexpr protocol::FrameType type = protocol::FrameType::child_started;
    pid_t pid = 0;
    pid_t guard = 0;  ///< the command's parent; -1: unknown
    Descriptor standard_input;
    Descriptor standard_output;
    Descriptor standard_error;
    Descriptor terminal;  ///< the pseudo-terminal's master, non-blocking
};
struct HangUp {};

using ShepherdEvent = std::variant<CommandStarted, protocol::ChildStopped, protocol::ChildContinued,
                                   protocol::ChildExited, protocol::OrphanFound, protocol::OrphanSpared,
                                   protocol::TreeEmpty, protocol::StopRequested, protocol::Failed, HangUp>;

/// The frame's name, for the lines of -vv.
const char* frame_name(protocol::FrameType type);
template <class Frame>
const char* frame_name(const Frame& /*frame*/) {
    return frame_name(Frame::type);
}
inline const char* frame_name(const HangUp& /*frame*/) { return "a hang-up"; }

class ShepherdLink {
  public:
    /// Starts a shepherd with `plan`. `group`: the command's control group, or null. Throws SetupFailure, for example
    /// with the places where no shepherd was found.
    ShepherdLink(const LaunchPlan& plan, const StandardFiles& files, const Cgroup* group, Narrator narrate);

    /// E2BIG if the shepherd could not be executed because the command's arguments and environment are too long, else
    /// 0. If it is not 0, there is no shepherd.
    [[nodiscard]] int launch_error() const { return launch_error_; }

    [[nodiscard]] int descriptor() const { return socket_.get(); }
    /// The shepherd's pid. Once the shepherd has been killed: the guard's, which is a child of this process then.
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// The process below which the tree is: the guard, or the shepherd while the guard is not known.
    [[nodiscard]] pid_t root() const { return guard_ > 0 ? guard_ : pid_; }

    /// Continues the shepherd if it was stopped, and reaps it if it was killed. After that, continues the guard if it
    /// was stopped. Returns true once, when the shepherd was killed.
    bool look_after_shepherd();

    /// A child of this process was reaped elsewhere; `killed`: by a signal. Has the effect of `look_after_shepherd` if
    /// it was the shepherd.
    bool child_reaped(pid_t pid, bool killed);

    /// After a hang-up: whether the shepherd was killed; if not, the guard was. Waits for the shepherd's status for a
    /// moment.
    [[nodiscard]] bool was_shepherd_killed(std::chrono::milliseconds moment) const;

    /// After a hang-up without an event: the status of a program that was executed in place of netrunner-shepherd, or
    /// that could not be executed where clone(2) is emulated by a fork (qemu-user). Nothing if it may have been
    /// netrunner-shepherd, which reports a failure before it exits, and otherwise exits with 0.
    [[nodiscard]] std::optional<int> foreign_exit() const;

    /// After SIGHUP killed a command on a pseudo-terminal: whether the shepherd is exiting because it was killed. Its
    /// death hangs that terminal up before its status can be read. Waits at most 1 s for the status.
    [[nodiscard]] bool is_shepherd_being_killed() const;

    /// The next event, if there is one. After the end of the link, every call returns HangUp.
    std::optional<ShepherdEvent> receive();

    /// Sends an order, or queues it if the socket is full. If the other side has gone, drops it.
    template <class Order>
    void send(const Order& order) {
        if (socket_) narrate_(2, std::string("link: sent ") + frame_name(Order::type));
        protocol::Frame frame;
        const std::size_t length = protocol::pack(order, frame);
        backlog_.emplace_back(frame.data(), frame.data() + length);
        flush();
    }

    /// What this process has changed on the user's terminal, shared with the shepherd and the guard; empty if this
    /// process does not change it.
    [[nodiscard]] TerminalRecord& terminal_record() { return terminal_record_; }

    /// Sends queued orders. `retry_at` says when to call it.
    void flush();
    /// When to call `flush`; nothing if no order is queued.
    [[nodiscard]] std::optional<TimePoint> retry_at() const { return retry_at_; }

    /// Reaps the shepherd and, if the shepherd was killed, the guard. `force`: kills each at once; else only after it
    /// has had 1 s to exit.
    void reap(bool force);

    // The guard is lost (docs/decisions/0061):

    /// Kills the guard if it still lives. Tells the shepherd, if it lives, that this process ends the tree: the
    /// shepherd then only watches this process. Does not wait for the guard's end.
    void lose_guard() const;
    /// Whether the kernel has handed over the guard's children: to the shepherd, or to this process if no helper is
    /// left. False while a helper is dying.
    [[nodiscard]] bool has_handed_over() const;
    /// The guard is dead. From now on `pid` and `root` are the shepherd's; -1 if the shepherd is dead too.
    void forget_guard();
    /// Reaps the shepherd or guard that is a child of this process, if it has ended.
    void reap_ended();
    /// Whether the shepherd is dying or dead, if it has not been reaped. A walk of the tree below it may have missed
    /// processes then.
    [[nodiscard]] bool is_shepherd_dying() const;
    /// Kills the shepherd, if it lives. Does not wait for its end.
    void kill_shepherd() const;
    /// Leaves the helper that is a child of this process to the caller, who reaps it. -1: there is none.
    pid_t release() { return std::exchange(pid_, -1); }

    /// Gives up a shepherd that cannot exit yet: it stays until its tree is empty. Its next parent reaps it.
    void abandon() { pid_ = -1; }

  private:
    Descriptor make_terminal_record();
    void know_guard(pid_t guard);
    [[nodiscard]] bool was_shepherd_killed_within(int milliseconds) const;
    ShepherdEvent interpret(std::span<const std::byte> packet, std::vector<Descriptor> descriptors, pid_t about);

    Descriptor socket_;
    pid_t pid_ = -1;
    pid_t guard_ = -1;
    bool shepherd_lost_ = false;
    protocol::Plan plan_;
    TerminalRecord terminal_record_;
    int launch_error_ = 0;
    std::deque<std::vector<std::byte>> backlog_;
    std::optional<TimePoint> retry_at_;
    Narrator narrate_;
};

}  // namespace netrunner
