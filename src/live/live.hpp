// The live side of one run: writes its events (--events), takes requests (--control), and answers them. main makes it
// before the run; the runner lets it take part in the pump, and gives it the session to control. It decides nothing
// about the run: the session does.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/cli/options.hpp"
#include "src/live/asked_output.hpp"
#include "src/live/control_connection.hpp"
#include "src/live/control_reply.hpp"
#include "src/live/control_request.hpp"
#include "src/live/control_socket.hpp"
#include "src/live/controlled_run.hpp"
#include "src/live/event_teller.hpp"
#include "src/live/line_writer.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/relay/pump.hpp"

namespace netrunner {

class Live final : public EventTeller {
  public:
    /// Opens the file of --events, which may wait for a FIFO's reader until the time limit, and the socket of
    /// --control. Throws SetupFailure, OpenTimedOut, UsageError.
    Live(const Options& options, const LaunchPlan& plan, TimePoint begun);
    ~Live();

    /// Where the session writes an output that is read on demand.
    [[nodiscard]] AskedOutput& output() { return output_; }
    [[nodiscard]] AskedOutput& error() { return error_; }

    void join(Pump& pump);
    void leave();
    /// The run that the requests are for, while it goes on; null: no run. It must stay alive until then. `starts`: its
    /// command is about to start, and `started` tells when it runs.
    void control(ControlledRun* run, bool starts = false);

    /// Handles a wake of the pump that has this object as its owner.
    void handle(const Wake& wake);
    /// Does what is due. The runner calls it after each turn of the session.
    void attend();
    [[nodiscard]] std::optional<TimePoint> deadline() const;
    /// The run is over: answers the last requests. True when a connected process may still ask for the end of an output
    /// that requests read; it then gets until `deadline`, and `attend` is called until then.
    bool lingers();

    /// Writes what is left of the events, for the report; at most until `until`.
    [[nodiscard]] std::optional<EventFigures> settle(TimePoint until);
    /// Writes the event `end` everywhere, and closes the socket.
    void end(int status, std::string_view report, TimePoint until);

    void started(pid_t command, Duration timeout) override;

  private:
    struct Waiting {
        ControlConnection* from = nullptr;
        std::string id;
    };
    struct Stream {
        AskedOutput& asked;
        bool is_error;
        bool is_offered;
        std::optional<Waiting> waiting{};
        bool has_told_end = false;  ///< a process has been told of its end
    };

    void open_control(const Endpoint& place, const LaunchPlan& plan);
    void accept_visitors();
    [[nodiscard]] std::optional<ControlError> refuse_visitor(const std::optional<SocketPeer>& peer,
                                                             const Descriptor& answers) const;
    void serve(ControlConnection& connection);
    void answer_line(ControlConnection& connection, std::optional<std::string_view> line);
    void answer_held();
    struct Carrier;
    [[nodiscard]] std::string carry_out(ControlConnection& connection, const ControlRequest& request);
    void answer_waiting();
    void close_leash();
    void drop_ended();
    void flush();
    void forget(const ControlConnection& connection);
    void tell(EventQueue::Kind kind, std::string line) override;
    void tell_bytes();
    [[nodiscard]] bool has_reader() const;

    AskedOutput output_;
    AskedOutput error_;
    std::optional<LineWriter> events_;
    std::optional<ControlSocket> socket_;
    std::list<ControlConnection> connections_;
    std::vector<Stream> streams_;
    struct HeldLine {
        ControlConnection* from;
        std::optional<std::string> line;
    };
    std::vector<HeldLine> held_;      ///< requests that wait for the start of the command, and those after them
    bool starting_ = false;           ///< an attempt has begun, and its command does not run yet
    std::optional<Waiting> writing_;  ///< the request whose text the command has not taken yet
    ControlledRun* run_ = nullptr;
    Pump* pump_ = nullptr;
    std::optional<TimePoint> next_output_;  ///< when to tell of the bytes again
    bool is_over_ = false;                  ///< the run
    bool is_leash_closed_ = false;
    std::optional<TimePoint> linger_until_;
};

}  // namespace netrunner
