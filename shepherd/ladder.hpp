// How a tree is ended: an order reaches everything in it, SIGKILL is repeated until somebody else finds nothing left,
// and where nobody gives orders any more the plan's rungs are climbed by the clock. Driven by whoever has the tree
// below it, the guard or, without one, the shepherd. It signals; it never waits, reaps or decides that it is over.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "shepherd/group/job_group.hpp"
#include "shepherd/link/protocol.hpp"
#include "shepherd/tree/reserve_descriptors.hpp"
#include "shepherd/tree/tree.hpp"

namespace netrunner {

class Ladder {
  public:
    /// All outlive it. What is below this process is the tree; `reserve` is for finding it.
    Ladder(const protocol::Plan& plan, JobGroup& group, ReserveDescriptors& reserve) noexcept
        : plan_(plan), group_(group), reserve_(reserve) {}

    /// The command's pid and process group; until it is known everybody is signalled one by one.
    void set_command(pid_t command) noexcept { command_ = command; }
    /// From now on the group's number may be another's.
    void command_reaped() noexcept { reaped_ = true; }
    [[nodiscard]] bool is_command_reaped() const noexcept { return reaped_; }
    /// Told of each process before it is signalled.
    void tell(TreeVisitor visitor, void* context) noexcept;

    /// One order to the command, its group, or everything.
    void deliver(const protocol::Kill& kill) noexcept;
    /// What was last sent to everything; 0: nothing.
    [[nodiscard]] int last_signal() const noexcept { return last_signal_; }

    /// Climbs by itself from now on.
    void begin() noexcept;

    /// Whoever died may have handed us a child that no earlier look could see.
    void somebody_died() noexcept;

    /// When `take_deadline` is to be called, on the clock of now_ms; -1: never.
    [[nodiscard]] std::int64_t deadline() const noexcept;
    void take_deadline() noexcept;

    /// Nothing is left.
    void end() noexcept { next_rung_at_ = kill_again_at_ = -1; }

  private:
    [[nodiscard]] Tree tree() const noexcept;
    [[nodiscard]] bool group_has_members() const noexcept;
    void send_to_command(const protocol::Kill& kill) const noexcept;
    void signal_all(int signal) noexcept;
    void kill_again() noexcept;
    void climb() noexcept;

    const protocol::Plan& plan_;
    JobGroup& group_;
    ReserveDescriptors& reserve_;
    pid_t command_ = 0;
    bool reaped_ = false;
    TreeVisitor visitor_ = nullptr;
    void* context_ = nullptr;
    int last_signal_ = 0;
    bool climbing_ = false;
    std::uint32_t next_step_ = 0;
    std::int64_t next_rung_at_ = -1;
    std::int64_t killing_since_ = -1;
    std::int64_t kill_again_at_ = -1;  ///< -1 until SIGKILL has been ordered
    std::int64_t look_again_at_ = 0;   ///< when the next of its repetitions looks at the tree, too
};

}  // namespace netrunner
