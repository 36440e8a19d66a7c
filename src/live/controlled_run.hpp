// A run as the requests of --control see it. The session implements it (src/session/session_requests), src/live calls
// it. An interface, because src/live lies below the session.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <variant>

#include "src/outcome/outcome.hpp"
#include "src/system/window_size.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

/// Why a request was not carried out.
struct Refusal {
    const char* code = "";  ///< a word for programs
    std::string message{};  ///< for people
};

struct RunStatus {
    const char* state = "";             ///< "starting", "running", "stopping", ... (RunState)
    std::optional<pid_t> pid{};         ///< of the command, once it runs
    Duration elapsed{};                 ///< without the time in which the run was suspended
    std::optional<Duration> timeout{};  ///< the limit on `elapsed`; nothing: none
    std::size_t processes = 0;
    std::optional<Size> memory{};  ///< bytes
    std::optional<StopCause> stop{};
};

/// The bytes of the command's outputs so far; nothing for an output that does not go through netrunner.
struct OutputFigures {
    std::optional<Size> output{};
    std::optional<Size> error{};
    /// Whether any byte has come.
    [[nodiscard]] bool has_bytes() const { return output.value_or(0) > 0 || error.value_or(0) > 0; }
    friend bool operator==(const OutputFigures&, const OutputFigures&) = default;
};

class ControlledRun {
  public:
    ControlledRun() = default;
    ControlledRun(const ControlledRun&) = delete;
    ControlledRun& operator=(const ControlledRun&) = delete;

    using Answer = std::optional<Refusal>;  ///< nothing: carried out

    [[nodiscard]] virtual RunStatus status() const = 0;
    [[nodiscard]] virtual OutputFigures outputs() const = 0;
    /// Whether all of that output has been read, and no more can come.
    [[nodiscard]] virtual bool has_ended(bool error_stream) const = 0;
    /// Whether the process `pid` is below the guard, so that it belongs to the command.
    [[nodiscard]] virtual bool is_below_command(pid_t pid) const = 0;

    /// Sends `signal` to the command's process group.
    virtual Answer pass_on(int signal) = 0;
    /// Stops the run as SIGTERM to netrunner does: a second time climbs to SIGKILL.
    virtual Answer stop() = 0;
    /// Stops the run, because the other end of the control descriptor is closed.
    virtual void control_closed() = 0;
    /// Moves the time limit by `by`, or to `by` since the start. Returns the new limit.
    virtual std::variant<Duration, Refusal> extend(bool adds, Duration by, std::optional<LimitChange::Peer> peer) = 0;
    virtual Answer resize(WindowSize size) = 0;
    virtual Answer end_input() = 0;
    /// Begins to write `text` to the command's input; `take_written` tells the result, once.
    virtual Answer write(std::string text) = 0;
    /// 0 when the kernel has taken the text, else errno.
    virtual std::optional<int> take_written() = 0;
    /// A request for output has come: the relays look again.
    virtual void nudge_outputs() = 0;

  protected:
    ~ControlledRun() = default;
};

}  // namespace netrunner
