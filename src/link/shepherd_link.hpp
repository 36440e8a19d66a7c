// The runner's end of the link: finds and starts the shepherd, sends it the plan and orders, receives its events
// and the descriptors that come with them. Knows the protocol, no policy.
#pragma once

#include <sys/types.h>

#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shepherd/link/protocol.hpp"
#include "src/cgroup/cgroup.hpp"
#include "src/link/standard_files.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/system/fd.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

/// The command's descriptors on our side, each only where the plan asked for a pipe, or for a terminal.
struct CommandStarted {
    static constexpr protocol::FrameType type = protocol::FrameType::child_started;
    pid_t pid = 0;
    pid_t guard = 0;  ///< its parent
    Descriptor standard_input;
    Descriptor standard_output;
    Descriptor standard_error;
    Descriptor terminal;  ///< the master, non-blocking
};
struct HangUp {};

using ShepherdEvent =
    std::variant<CommandStarted, protocol::ChildStopped, protocol::ChildContinued, protocol::ChildExited,
                 protocol::OrphanFound, protocol::TreeEmpty, protocol::StopRequested, protocol::Failed, HangUp>;

/// The frame's name, for people who watch the link.
const char* frame_name(protocol::FrameType type);
template <class Frame>
const char* frame_name(const Frame& /*frame*/) {
    return frame_name(Frame::type);
}
inline const char* frame_name(const HangUp& /*frame*/) { return "a hang-up"; }

class ShepherdLink {
  public:
    /// Starts a shepherd with `plan`. Throws SetupFailure naming the places where there is no shepherd, or the file or
    /// directory that cannot be used.
    /// `group`: the command's control group, or nothing.
    ShepherdLink(const LaunchPlan& plan, const StandardFiles& files, const Cgroup* group, Narrator narrate);

    /// errno of the shepherd's own exec, when that failed for the command's sake (E2BIG); then nothing else works.
    [[nodiscard]] int launch_error() const { return launch_error_; }

    [[nodiscard]] int descriptor() const { return socket_.get(); }
    /// The shepherd; once it is lost the guard, which then is a child of this process.
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Below it is the tree: the guard, or as long as that is not known the shepherd.
    [[nodiscard]] pid_t root() const { return guard_ > 0 ? guard_ : pid_; }

    /// Continues a shepherd (or later a guard) that somebody has stopped, and reaps a shepherd that was killed though
    /// the guard lives. True for that, once.
    bool look_after_shepherd();

    /// After a hang-up: the shepherd has been killed, at the latest in a moment; else it was the guard.
    [[nodiscard]] bool was_shepherd_killed() const;

    /// After the terminal that it leads was hung up: it is seen to die, and waited for, and it was killed.
    [[nodiscard]] bool is_shepherd_being_killed() const;

    /// The next event, if one is there. HangUp comes again and again.
    std::optional<ShepherdEvent> receive();

    /// Sends an order, or keeps it when the socket is full. Orders to a shepherd that is gone go nowhere.
    template <class Order>
    void send(const Order& order) {
        if (socket_) narrate_(2, std::string("link: sent ") + frame_name(Order::type));
        protocol::Frame frame;
        const std::size_t length = protocol::pack(order, frame);
        backlog_.emplace_back(frame.data(), frame.data() + length);
        flush();
    }

    /// Sends what had to be kept; `retry_at` says when to call it.
    void flush();
    /// Nothing while nothing is kept.
    [[nodiscard]] std::optional<TimePoint> retry_at() const { return retry_at_; }

    /// Takes away what is left of the shepherd and, if that was killed, of the guard. `force`: ends them at once; else
    /// they have a moment to leave by themselves.
    void reap(bool force);

    /// Lets go of a shepherd that cannot leave yet: it stays until its tree is empty, and somebody else reaps it.
    void abandon() { pid_ = -1; }

  private:
    void know_guard(pid_t guard);
    [[nodiscard]] bool was_shepherd_killed_within(int milliseconds) const;
    ShepherdEvent interpret(std::span<const std::byte> packet, std::vector<Descriptor> descriptors, pid_t about);

    Descriptor socket_;
    pid_t pid_ = -1;
    pid_t guard_ = -1;
    bool shepherd_lost_ = false;
    protocol::Plan plan_;
    int launch_error_ = 0;
    std::deque<std::vector<std::byte>> backlog_;
    std::optional<TimePoint> retry_at_;
    Narrator narrate_;
};

}  // namespace netrunner
