// One command of ctl over a control socket: its requests, the answers, and what is printed. `give_order` makes it when
// the socket is connected.
#pragma once

#include <string>

#include "src/cli/ctl_options.hpp"
#include "src/ctl/control_message.hpp"
#include "src/ctl/ctl_streams.hpp"
#include "src/ctl/run_connection.hpp"

namespace netrunner {

class ControlSession {
  public:
    ControlSession(RunConnection& connection, const CtlStreams& streams) : connection_(connection), streams_(streams) {}

    /// Throws std::runtime_error if the run does not answer.
    CtlResult carry_out(const CtlOptions& options);

  private:
    struct Answer {
        std::string line;
        ControlReply reply;
    };

    CtlResult ask(const CtlOptions& options);
    CtlResult follow_events(const CtlOptions& options);
    CtlResult write(const CtlOptions& options);
    CtlResult write_piece(std::string_view bytes, bool as_json);
    CtlResult read(const CtlOptions& options);
    /// Sends the request and waits for its answer.
    Answer answer_to(const std::string& request, bool in_time);
    void print_line(const std::string& line) const;

    RunConnection& connection_;
    const CtlStreams& streams_;
};

}  // namespace netrunner
