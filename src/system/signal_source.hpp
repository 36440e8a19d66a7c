// Makes signals readable: blocks them and reads them from a signalfd, and restores mask and dispositions in the
// destructor. One per process, made by the runner after it has opened the command's files. The runner passes each
// signal to the session, which does not see this class.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "src/system/fd.hpp"

namespace netrunner {

/// Bit n-1 stands for signal n, as in the kernel's sigset_t.
using SignalBits = std::uint64_t;

constexpr SignalBits signal_bit(int number) { return SignalBits{1} << (number - 1); }

/// The signal state that a process inherits from its parent.
struct SignalState {
    SignalBits ignored = 0;
    SignalBits blocked = 0;
};

/// One signal that arrived.
struct SignalEvent {
    int number = 0;
    /// The kernel sent it (a key typed at the terminal, or a hang-up of the terminal), not a process with kill(2). True
    /// also if an outer run's guard passes on what was typed.
    bool from_kernel = false;
    int outer_step = 0;       ///< if an outer run's guard sent it as part of a stop: which signal of that stop; else 0
    pid_t sender = 0;         ///< its pid; 0 if the kernel sent it
    bool has_value = false;   ///< it was sent with sigqueue(3)
    std::uint64_t value = 0;  ///< the value given to sigqueue(3)
};

/// This process's current signal state. Call this before a SignalSource changes it. `mask`: the mask that was found
/// before `HeldSignals`; nothing: the present one.
SignalState read_signal_state(std::optional<SignalBits> mask = std::nullopt);

/// Holds the signals that a SignalSource reads from now on, so that a signal that comes before it stands is not lost:
/// the SignalSource reads it.
class HeldSignals {
  public:
    HeldSignals();
    /// Restores the mask: what has come meanwhile acts now.
    void release() const;
    /// The mask that was found.
    [[nodiscard]] SignalBits found() const { return found_; }

  private:
    SignalBits found_ = 0;
};

class SignalSource {
  public:
    /// `found`: the state to restore. Throws std::system_error.
    explicit SignalSource(const SignalState& found);
    ~SignalSource();
    SignalSource(const SignalSource&) = delete;
    SignalSource& operator=(const SignalSource&) = delete;

    [[nodiscard]] int descriptor() const { return signalfd_.get(); }

    /// The next pending signal, if any; SIGCHLD too.
    std::optional<SignalEvent> read();

    /// Call this when the run is over and only its report and verdict are left to write. From then on SIGINT, SIGTERM,
    /// SIGHUP and SIGQUIT act on this process, so that the user can interrupt the writing. Signals that are pending now
    /// are dropped, because they were meant for the command. All others stay blocked until the process ends, so that
    /// they cannot change its exit status.
    void let_through_orders();

  private:
    SignalState found_;
    Descriptor signalfd_;
};

/// Ends this process by signal `number`, with the default disposition and without a core file. `with_group`: sends it
/// to the whole process group first. Returns only if the signal does not end the process.
void die_of(int number, bool with_group);

}  // namespace netrunner
