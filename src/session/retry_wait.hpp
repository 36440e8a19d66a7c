// The wait between two attempts of a run (--retry-delay), in which no process of the run exists. The runner makes one
// for each wait. It reads signals and reaps strangers as the runner does during an attempt, stops with job control, and
// says how the wait ended. It does not decide what follows.
#pragma once

#include <cerrno>
#include <optional>
#include <string>
#include <variant>

#include "src/live/live.hpp"
#include "src/relay/pump.hpp"
#include "src/session/parent_watch.hpp"
#include "src/session/suspension_watch.hpp"
#include "src/system/signal_source.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

struct RetryWaitContext {
    SignalBits ignored = 0;               ///< what the command ignores: such a signal is no order
    bool has_terminal = false;            ///< netrunner has a controlling terminal
    const ParentWatch* parent = nullptr;  ///< for --die-with-parent; null: not asked for
    Duration heartbeat = forever;
    int next = 0;  ///< the number of the attempt that comes, and of how many
    int most = 0;
    Narrator narrate{};
    Live* live = nullptr;  ///< may be null
};

class RetryWait final : public ControlledRun {
  public:
    RetryWait(RetryWaitContext context, Pump& pump, SignalSource& signals);
    ~RetryWait();
    RetryWait(const RetryWait&) = delete;
    RetryWait& operator=(const RetryWait&) = delete;

    struct End {
        std::optional<int> order{};  ///< the signal that ordered the end; nothing: none
        bool outer = false;          ///< an outer run ordered it, and tells why
        bool parent_died = false;
        bool control_closed = false;
        Duration suspended{};  ///< how long the run was suspended meanwhile
        TimePoint at{};        ///< when the wait was over
        [[nodiscard]] bool is_over() const { return !order && !parent_died && !control_closed; }
    };
    /// Waits for `delay` from `begun` on, not counting the time in which the run was suspended. An order to end, or the
    /// end of the parent, ends it at once. A signal that is pending already counts, also if `delay` is zero.
    End wait(Duration delay, TimePoint begun);

    // ControlledRun, between two attempts: only a stop can be asked for.
    [[nodiscard]] RunStatus status() const override;
    [[nodiscard]] OutputFigures outputs() const override { return {}; }
    [[nodiscard]] bool has_ended(bool /*error_stream*/) const override { return false; }
    [[nodiscard]] bool is_below_command(pid_t /*pid*/) const override { return false; }
    Answer pass_on(int /*signal*/) override { return nothing_runs(); }
    Answer stop() override;
    void control_closed() override { end_.control_closed = true; }
    std::variant<Duration, Refusal> extend(bool /*adds*/, Duration /*by*/,
                                           std::optional<LimitChange::Peer> /*peer*/) override {
        return nothing_runs();
    }
    Answer resize(WindowSize /*size*/) override { return nothing_runs(); }
    Answer end_input() override { return nothing_runs(); }
    Answer write(std::string /*text*/) override { return nothing_runs(); }
    std::optional<int> take_written() override { return ECANCELED; }
    void nudge_outputs() override {}

  private:
    static Refusal nothing_runs();
    void handle(const SignalEvent& signal);
    void stop_with_job_control();
    void suspended(Duration paused);
    void attend(TimePoint now);
    [[nodiscard]] int parent_descriptor() const;

    RetryWaitContext context_;
    Pump& pump_;
    SignalSource& signals_;
    End end_;
    TimePoint begun_{};
    TimePoint until_{};
    TimePoint beat_at_{};
    std::optional<SuspensionWatch> watch_;
};

}  // namespace netrunner
