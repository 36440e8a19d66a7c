// Carries out the requests of --control on a session, or says why it does not. The runner makes one for each session.
// It knows no request's form and no connection: src/live does.
#pragma once

#include "src/live/controlled_run.hpp"
#include "src/session/session.hpp"

namespace netrunner {

class SessionRequests final : public ControlledRun {
  public:
    /// `session` must outlive it.
    explicit SessionRequests(Session& session) : session_(session) {}

    [[nodiscard]] RunStatus status() const override { return session_.status(); }
    [[nodiscard]] OutputFigures outputs() const override;
    [[nodiscard]] bool has_ended(bool error_stream) const override {
        return session_.streams().has_ended(error_stream);
    }
    [[nodiscard]] bool is_below_command(pid_t pid) const override { return session_.is_below_command(pid); }
    Answer pass_on(int signal) override;
    Answer stop() override;
    void control_closed() override { session_.control_closed(); }
    std::variant<Duration, Refusal> extend(bool adds, Duration by, std::optional<LimitChange::Peer> peer) override;
    Answer resize(WindowSize size) override;
    Answer end_input() override;
    Answer write(std::string text) override;
    std::optional<int> take_written() override;
    void nudge_outputs() override { session_.nudge_outputs(); }

  private:
    Session& session_;
};

}  // namespace netrunner
