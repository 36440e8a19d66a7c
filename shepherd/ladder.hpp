// Ends a tree: delivers the runner's orders, repeats SIGKILL until the caller finds the tree empty, and, once `begin`
// is called, climbs the plan's ladder by the clock. The guard uses it; if the guard has died, the shepherd does. It
// only signals: it never waits, reaps or decides that the tree is empty.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "shepherd/group/job_group.hpp"
#include "shepherd/link/protocol.hpp"
#include "shepherd/tree/reserve_descriptors.hpp"
#include "shepherd/tree/tree.hpp"

namespace netrunner {

class Ladder {
  public:
    /// All three must outlive the ladder. The tree is what descends from this process. `reserve` is released before the
    /// first signal to the whole tree.
    Ladder(const protocol::Plan& plan, JobGroup& group, ReserveDescriptors& reserve) noexcept
        : plan_(plan), group_(group), reserve_(reserve) {}

    /// Sets the command's pid, also its process group. Without it each process of the tree is signalled by itself.
    void set_command(pid_t command) noexcept { command_ = command; }
    /// From now on the kernel may reuse the command's pid and group number.
    void command_reaped() noexcept;
    [[nodiscard]] bool is_command_reaped() const noexcept { return reaped_; }
    /// Leaves processes of these programs running, see SpareRule. To be called before any signal.
    void spare(std::string_view names) noexcept;
    [[nodiscard]] bool spares() const noexcept { return static_cast<bool>(spare_); }
    /// Whether no process is left but spared ones, as far as one walk can tell: it can miss a process whose parent
    /// dies meanwhile. Without spared names: false.
    [[nodiscard]] bool only_spared_left() noexcept;
    /// Calls `visitor` for each process that is left running by its name.
    void visit_spared(TreeVisitor visitor, void* context) noexcept;
    /// Sets the visitor, which is called for each process before it is signalled.
    void tell(TreeVisitor visitor, void* context) noexcept;

    /// Carries out one order: signals the command, its group, or the whole tree.
    void deliver(const protocol::Kill& kill) noexcept;
    /// The last signal of a stop that was sent; 0: none.
    [[nodiscard]] int last_signal() const noexcept { return last_signal_; }

    /// Climbs the plan's ladder from now on, beginning with its first rung. A second call does nothing. Rungs for the
    /// command alone are skipped if there is no command: it was reaped, or this is the shepherd, which does not know
    /// it.
    void begin() noexcept;
    [[nodiscard]] bool is_climbing() const noexcept { return climbing_; }
    /// Sends nothing more until the next `begin`, which begins with the first rung: another process ends the tree.
    void rest() noexcept {
        climbing_ = false;
        next_step_ = 0;
        end();
    }

    /// To be called after processes were reaped: their children are reparented to this process, and an earlier walk may
    /// have missed them. Repeats SIGKILL if that was sent.
    void child_reaped() noexcept;

    /// When to call `take_deadline`, on the clock of now_ms; -1: never.
    [[nodiscard]] std::int64_t deadline() const noexcept;
    void take_deadline() noexcept;

    /// Ends the repetition and the climbing: the tree is empty.
    void end() noexcept { next_rung_at_ = kill_again_at_ = -1; }

  private:
    [[nodiscard]] Tree tree() const noexcept;
    [[nodiscard]] bool has_command() const noexcept { return command_ > 0 && !reaped_; }
    void send_to_command(const protocol::Kill& kill) const noexcept;
    void send_to_group(int signal) noexcept;
    void signal_command_alone(int signal) noexcept;
    void signal_all(int signal) noexcept;
    void kill_again() noexcept;
    void climb() noexcept;

    const protocol::Plan& plan_;
    JobGroup& group_;
    ReserveDescriptors& reserve_;
    pid_t command_ = 0;
    bool reaped_ = false;
    SpareRule spare_;
    TreeVisitor visitor_ = nullptr;
    void* context_ = nullptr;
    int last_signal_ = 0;
    int steps_ = 0;  ///< how many signals of the stop were sent; nested runners are told
    bool climbing_ = false;
    std::uint32_t next_step_ = 0;
    std::int64_t next_rung_at_ = -1;
    std::int64_t killing_since_ = -1;
    std::int64_t kill_again_at_ = -1;  ///< -1 until SIGKILL has been sent
    std::int64_t look_again_at_ = 0;   ///< from then on a repetition of SIGKILL walks the tree again
};

}  // namespace netrunner
