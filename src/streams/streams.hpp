// The command's three streams as far as they go through netrunner: their relays, the file that gets a copy, what they
// may carry together, and the figures at the end. Driven by a session; knows bytes and failures, no reasons.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/link/shepherd_link.hpp"
#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/relay/pump.hpp"
#include "src/relay/relay.hpp"

namespace netrunner {

class Streams {
  public:
    /// Opens the output file. Throws SetupFailure. `duties` are those of the outputs' relays; a live line only concerns
    /// the one that leads to its terminal.
    Streams(const LaunchPlan& plan, Pump& pump, Owner owner, const RelayDuties& duties);
    ~Streams();
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;

    /// Begins to relay; takes the descriptors out of `event`.
    void start(CommandStarted& event);

    /// The pump says that `relay`, one of ours, has come to rest.
    void attend(Relay& relay);

    /// On a pseudo-terminal: lets what the user types through, or leaves it where it is. Typing starts paused where
    /// it is a terminal that we read from.
    void resume_typing();
    void pause_typing();
    /// On a pseudo-terminal: whether its "\n" leaves as "\r\n".
    void return_carriage(bool wanted);
    /// Passes on what the command has written by now, as far as the reader takes it.
    void deliver_waiting();
    /// The reader of a pseudo-terminal's output has gone, or it cannot be written: 0, or errno. The command cannot be
    /// told by a closed pipe.
    [[nodiscard]] int lost_reader() const { return lost_reader_; }
    /// The input is over and the command's terminal has no key for that now; said once.
    bool take_endless_input();

    /// All of the command's input has been delivered, or it takes no more; said once.
    bool take_input_over();
    /// The outputs together have carried more than they may.
    [[nodiscard]] bool budget_exceeded() const { return budget_.exceeded; }

    /// No writer is left: what is underway now is all there will be.
    void begin_drain();
    /// Since then: whether all has been delivered. Makes room in a pipe whose reader is slow.
    bool drained();
    /// What has not been delivered is lost.
    void give_up();
    /// Stops relaying; then the figures are final.
    void close();

    /// Bytes that both outputs have carried.
    [[nodiscard]] Size passed() const;
    /// When an output last carried a byte.
    [[nodiscard]] std::optional<TimePoint> last_activity() const;

    /// Failures of ours that did not end the command, one line each.
    [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }
    void report_figures(Outcome& outcome) const;

  private:
    struct Stream {
        StreamFigures figures;
        std::unique_ptr<Relay> relay;
    };
    void start(Stream& stream, Source source, Sink sink);
    void start_output(Stream& stream, Source source, Sink sink);
    void start_typing();
    void end_typing();
    void close_typing();
    void close(Stream& stream);
    void check_copy(Stream& stream);
    void fail(Stream& stream, std::string line);

    Pump& pump_;
    Owner owner_;
    std::optional<std::string> file_name_;
    bool terminal_output_;  ///< stdout's relay carries a pseudo-terminal's output
    bool types_input_;
    bool keys_of_user_;  ///< typed by somebody at a terminal
    bool returns_carriage_;
    std::vector<Sink> copies_;  ///< of the output file, for streams that have not been started
    RelayDuties duties_;
    std::size_t pipe_size_;
    OutputBudget budget_;
    bool budget_counts_;
    bool input_over_ = false;
    Descriptor master_;              ///< of the command's terminal
    bool typing_ = false;            ///< the input's relay is in the pump
    std::unique_ptr<Relay> ending_;  ///< of typed input: types its end
    bool endless_ = false;
    bool endless_said_ = false;
    int lost_reader_ = 0;
    std::optional<TimePoint> last_activity_;  ///< of streams that have been closed
    Stream input_;
    Stream output_;
    Stream error_;
    std::vector<std::string> failures_;
};

}  // namespace netrunner
