// Signals as something to read. On birth it takes note of what it found (the command may have to get that back),
// blocks what it will read and opens a signalfd; on death it restores the mask and the dispositions. One per
// process, made by main before anything else runs; sessions are told about signals, they never see this.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "src/system/fd.hpp"

namespace netrunner {

/// Bit n-1 stands for signal n, as the kernel's own sigset.
using SignalBits = std::uint64_t;

constexpr SignalBits signal_bit(int number) { return SignalBits{1} << (number - 1); }

/// What a process inherits from whoever started it.
struct SignalState {
    SignalBits ignored = 0;
    SignalBits blocked = 0;
};

/// One signal that arrived.
struct SignalEvent {
    int number = 0;
    /// The kernel sent it: typed at the terminal, or the terminal hung up, rather than kill(2) from a process.
    bool from_kernel = false;
    pid_t sender = 0;  ///< 0 when the kernel sent it
    bool has_value = false;
    std::uint64_t value = 0;  ///< sigqueue(3)'s
};

/// What this process has now. To be asked before a SignalSource changes it.
SignalState read_signal_state();

class SignalSource {
  public:
    /// `found`: what to put back. Throws std::system_error.
    explicit SignalSource(const SignalState& found);
    ~SignalSource();
    SignalSource(const SignalSource&) = delete;
    SignalSource& operator=(const SignalSource&) = delete;

    [[nodiscard]] int descriptor() const { return signalfd_.get(); }

    /// The next one, if there is one. SIGCHLD comes here too.
    std::optional<SignalEvent> read();

    /// The run is over and only has to be told of: from now on INT, TERM, HUP and QUIT act on this process again, so
    /// that the telling can be called off. What came before is dropped, since it was meant for the command; the others
    /// stay held back until the process ends, since they would only spoil its status.
    void let_through_orders();

  private:
    SignalState found_;
    Descriptor signalfd_;
};

/// Ends this process by `number`, as if it had not been caught: default disposition, unblocked, without a core file.
/// `with_group`: sent to the whole process group. Returns only if the signal does not end it.
void die_of(int number, bool with_group);

}  // namespace netrunner
