// Those of the command's three streams that go through netrunner: their relays, the output file, the common output
// limit, and the figures for the report. Driven by the session and, for typed input, by src/job. It does not decide why
// or when a run ends.
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
#include "src/streams/fed_input.hpp"

namespace netrunner {

/// Where a relayed output goes in place of descriptor 1 or 2, which belongs to the process.
struct Outlet {
    Receiver* receiver = nullptr;  ///< null: to the descriptor, and the members below do not count
    LineStamp stamp{};             ///< before each line there, in place of the plan's
    Receiver* copy = nullptr;      ///< gets all bytes too; null: none
    LineStamp copy_stamp{};
};
struct Outlets {
    Outlet output{};
    Outlet error{};
};

class Streams {
  public:
    /// `copy`: the open file of -o, or empty. `duties` are for the relays of the outputs; the live line only for a
    /// relay that writes to standard error's terminal. Throws SetupFailure.
    Streams(const LaunchPlan& plan, const Descriptor& copy, Pump& pump, Owner owner, const RelayDuties& duties,
            const Outlets& outlets = {});
    ~Streams();
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;

    /// Starts the relays. Takes ownership of the descriptors in `event`.
    void start(CommandStarted& event);

    /// The master of the command's pseudo-terminal; -1 without one.
    [[nodiscard]] int master() const { return master_.get(); }

    /// The command may write to the user's terminal without a relay from now on.
    void note_direct_writer();

    /// A receiver of `Outlets` takes bytes again.
    void nudge_outputs();

    /// Handles the pump's report that `relay`, which belongs to this object, has stopped moving.
    void attend(Relay& relay);

    /// Whether that output was relayed once and is not any more.
    [[nodiscard]] bool has_ended(bool error_stream) const {
        const Stream& stream = error_stream ? error_ : output_;
        return stream.figures.bytes && !stream.relay;
    }

    // With --stdin control:

    enum class Feeding {
        begun,   ///< `take_fed` tells when the kernel has taken the text
        busy,    ///< the text before it has not been taken yet
        closed,  ///< the input is closed, or requests do not write it
    };
    Feeding feed(std::string text);
    /// Whether `descriptor` is the input's. `go_on_feeding` handles the pump's wake for it.
    [[nodiscard]] bool is_fed_by(int descriptor) const { return fed_ && fed_->descriptor() == descriptor; }
    void go_on_feeding();
    /// Once for each text of `feed`: 0 when the kernel has taken it, or errno.
    std::optional<int> take_fed();

    /// Whether requests read one of the outputs.
    [[nodiscard]] bool is_on_demand() const { return asks_output_ || asks_error_; }
    /// No request will read the outputs any more: discards what they write.
    void discard_asked();

    /// Ends the command's input: closes its pipe, or types the end-of-file key. False if its input does not go through
    /// netrunner, or has ended.
    bool end_input();

    /// On a pseudo-terminal: starts or stops typing standard input into it. While paused, the input is not read. If
    /// standard input is the user's terminal, typing starts paused.
    void resume_typing();
    void pause_typing();
    /// On a pseudo-terminal: sets whether the terminal writes "\n" as "\r\n" (ONLCR).
    void return_carriage(bool wanted);
    /// Passes on what the command has written so far, without waiting for the reader.
    void deliver_waiting();
    /// errno if a pseudo-terminal's output cannot be written any more (EPIPE: its reader has gone), else 0. No closed
    /// pipe tells the command, so the caller has to stop it (docs/decisions/0010).
    [[nodiscard]] int lost_reader() const { return lost_reader_; }
    /// True once: the input has ended, and the command's terminal is in a mode in which no key ends the input.
    bool take_endless_input();

    /// True once, for input through a pipe: all of it has been delivered, or the command takes no more.
    bool take_input_over();
    /// True once: the outputs together have exceeded --max-output. What comes from now on is discarded.
    bool take_excess();

    /// Call this when the tree is empty: from then on only bytes that have already been written are delivered.
    void begin_drain();
    /// After `begin_drain`: whether everything has been delivered. If not, tries to grow the pipe to a slow reader.
    bool drained();
    /// The processes that still write are about to be ended: the rest of their output is lost and counts as truncated.
    void lose_rest();
    /// Gives up delivering. Output that has not been delivered is lost and counts as truncated.
    void give_up();
    /// With keys of the user's terminal: what ends the modes on it, if that has changed since the last call while the
    /// output is at rest.
    std::optional<std::string> take_screen_change();
    /// A stop has ended the command: ends the modes that its output has begun on a terminal of netrunner's.
    void end_screen_modes();
    /// Stops relaying. The figures are final then.
    void close();

    /// Bytes that each output has passed on; nothing for an output that does not go through netrunner.
    [[nodiscard]] std::optional<Size> passed_output() const { return passed(output_); }
    [[nodiscard]] std::optional<Size> passed_error() const { return passed(error_); }
    /// Bytes that both outputs have passed on, in total.
    [[nodiscard]] Size passed() const;
    /// When an output last passed on a byte; nothing before the first.
    [[nodiscard]] std::optional<TimePoint> last_activity() const;
    /// When the command last was not silent: an output passed on a byte, or waited for its reader and so may have held
    /// the command up. Nothing before the first time.
    [[nodiscard]] std::optional<TimePoint> last_sign() const;
    /// When an output last waited for its reader: now if one still does; nothing before the first time.
    [[nodiscard]] std::optional<TimePoint> last_blocked() const;

    /// netrunner's own failures, which did not end the command; one line each.
    [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }
    void report_figures(Outcome& outcome) const;

  private:
    struct Stream {
        StreamFigures figures;
        bool to_terminal = false;  ///< netrunner's own descriptor is a terminal
        ScreenModes screen;        ///< of that terminal
        std::unique_ptr<Relay> relay;
    };
    [[nodiscard]] static std::optional<Size> passed(const Stream& stream) {
        return stream.relay ? stream.relay->passed() : stream.figures.bytes;
    }
    void start(Stream& stream, Source source, Sink sink);
    void start_output(Stream& stream, Source source, Sink sink);
    void start_typing();
    void start_feeding(Sink sink);
    void close_feeding(int error);
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
    bool feeds_input_;
    bool asks_output_;  ///< requests read standard output; `asks_error_`: standard error
    bool asks_error_;
    bool outputs_are_one_;  ///< netrunner's descriptors 1 and 2 lead to the same file
    bool keys_of_user_;     ///< standard input is the user's terminal
    bool returns_carriage_;
    std::vector<Sink> copies_;  ///< sinks for the output file, of streams that have not been started
    RelayDuties duties_;
    Outlets outlets_;
    std::size_t pipe_size_;
    OutputBudget budget_;
    Size limit_;             ///< --max-output
    bool drops_;             ///< --max-output-action drop
    bool discards_ = false;  ///< the limit is exceeded, and the relays know that
    bool excess_told_ = false;
    bool inherits_error_file_;
    bool input_over_ = false;
    Descriptor master_;    ///< of the command's pseudo-terminal
    bool typing_ = false;  ///< the input's relay is in the pump
    std::unique_ptr<FedInput> fed_;
    std::optional<int> fed_result_;   ///< of a text that was cut short by the end of the input
    std::unique_ptr<Relay> ending_;   ///< types the end of the input into the terminal
    ScreenModes::Begun announced_{};  ///< the modes of the last `take_screen_change`
    bool announces_screen_;
    bool endless_ = false;
    bool endless_said_ = false;
    int lost_reader_ = 0;
    std::optional<TimePoint> last_activity_;  ///< of the outputs that have been closed
    std::optional<TimePoint> last_blocked_;   ///< the same
    Stream input_;
    Stream output_;
    Stream error_;
    std::vector<std::string> failures_;
};

}  // namespace netrunner
