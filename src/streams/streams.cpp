#include "src/streams/streams.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "shepherd/terminal/terminal_modes.hpp"
#include "src/values/errno_text.hpp"

namespace netrunner {
namespace {

std::optional<TimePoint> later(std::optional<TimePoint> a, std::optional<TimePoint> b) {
    return a && b ? std::max(*a, *b) : (a ? a : b);
}

Sink sink_of(const Outlet& outlet, int fd) {
    return outlet.receiver != nullptr ? Sink::into(*outlet.receiver) : Sink::borrowing(fd);
}

/// Whether the command writes directly to the file that is netrunner's standard error.
bool inherits_error_file(const LaunchPlan& plan) {
    constexpr auto inherit = StreamChoice::Mode::inherit;
    return plan.standard_error.mode == inherit || (plan.outputs_are_one && plan.standard_output.mode == inherit);
}

}  // namespace

Streams::Streams(const LaunchPlan& plan, const Descriptor& copy, Pump& pump, Owner owner, const RelayDuties& duties,
                 const Outlets& outlets)
    : pump_(pump),
      owner_(owner),
      file_name_(plan.output_file),
      terminal_output_(plan.terminal.has_value()),
      types_input_(plan.standard_input.mode == StreamChoice::Mode::terminal),
      feeds_input_(plan.standard_input.mode == StreamChoice::Mode::control),
      asks_output_(plan.standard_output.mode == StreamChoice::Mode::control),
      asks_error_(plan.standard_error.mode == StreamChoice::Mode::control),
      outputs_are_one_(plan.outputs_are_one),
      keys_of_user_(plan.terminal && plan.terminal->typed),
      returns_carriage_(plan.shepherd.returns_carriage != 0),
      duties_(duties),
      outlets_(outlets),
      pipe_size_(plan.pipe_size),
      budget_{.left = plan.max_output},
      limit_(plan.max_output),
      drops_(plan.drops_output),
      inherits_error_file_(inherits_error_file(plan)),
      announces_screen_(plan.terminal && plan.terminal->typed && !plan.terminal->keeps_output) {
    input_.figures.mode = describe(plan.standard_input);
    output_.to_terminal = plan.output_is_terminal;
    error_.to_terminal = plan.error_is_terminal;
    output_.figures.mode = describe(plan.standard_output);
    error_.figures.mode = describe(plan.standard_error);
    // One sink for each output, both on one open file, so that they share its offset.
    if (!copy) return;
    for (int output = 0; output < 2; ++output) copies_.push_back(Sink::sharing(duplicate(copy.get())));
}

Streams::~Streams() { close(); }

void Streams::note_direct_writer() {
    if (duties_.position != nullptr) duties_.position->share();
}

void Streams::start(CommandStarted& event) {
    if (inherits_error_file_) note_direct_writer();
    if (event.terminal) {
        master_ = std::move(event.terminal);
        start_output(output_, Source::owning(duplicate(master_.get())), sink_of(outlets_.output, STDOUT_FILENO));
        if (types_input_) start_typing();
        if (feeds_input_) start_feeding(Sink::typing_into(duplicate(master_.get())));
    }
    if (event.standard_output) {
        start_output(output_, Source::owning(std::move(event.standard_output)),
                     sink_of(outlets_.output, STDOUT_FILENO));
    }
    if (event.standard_error) {
        start_output(error_, Source::owning(std::move(event.standard_error)), sink_of(outlets_.error, STDERR_FILENO));
    }
    if (event.standard_input) {
        Sink pipe = Sink::owning(std::move(event.standard_input));
        if (feeds_input_) {
            start_feeding(std::move(pipe));
        } else {
            start(input_, Source::borrowing(STDIN_FILENO), std::move(pipe));
        }
    }
}

void Streams::start(Stream& stream, Source source, Sink sink) {
    stream.figures.bytes = 0;
    stream.relay = std::make_unique<Relay>(std::move(source), std::move(sink), std::nullopt, nullptr, pipe_size_);
    pump_.add(*stream.relay, owner_);
}

void Streams::start_output(Stream& stream, Source source, Sink sink) {
    std::optional<Sink> copy;
    // With `-o -`, what already goes to standard output is not written twice.
    const bool goes_there = file_name_ == "-" && sink.descriptor() >= 0 && same_file(sink.descriptor(), STDOUT_FILENO);
    if (!goes_there && !copies_.empty()) {
        copy = std::move(copies_.back());
        copies_.pop_back();
    }
    RelayDuties duties = duties_;
    const bool is_asked = &stream == &output_ ? asks_output_ : asks_error_;
    duties.whole_lines = !is_asked;
    if (const Outlet& outlet = &stream == &output_ ? outlets_.output : outlets_.error; outlet.receiver != nullptr) {
        duties.stamp = outlet.stamp;
        duties.copy_stamp = outlet.copy_stamp;
        if (outlet.copy != nullptr) copy = Sink::into(*outlet.copy);
    }
    if (&stream == &output_ && !outputs_are_one_) {
        duties.live_line = nullptr;
        duties.position = nullptr;
    }
    duties.of_terminal = terminal_output_ && &stream == &output_;
    if (stream.to_terminal) duties.screen = &stream.screen;
    stream.figures.bytes = 0;
    stream.relay = std::make_unique<Relay>(std::move(source), std::move(sink), std::move(copy),
                                           limit_ != unlimited ? &budget_ : nullptr, pipe_size_, duties);
    pump_.add(*stream.relay, owner_);
}

void Streams::start_typing() {
    input_.figures.bytes = 0;
    input_.relay = std::make_unique<Relay>(Source::borrowing(STDIN_FILENO), Sink::typing_into(duplicate(master_.get())),
                                           std::nullopt, nullptr, std::size_t{0});
    if (keys_of_user_) {
        pump_.watch_arrivals(STDIN_FILENO, owner_);
    } else {
        resume_typing();
    }
}

void Streams::start_feeding(Sink sink) {
    input_.figures.bytes = 0;
    fed_ = std::make_unique<FedInput>(std::move(sink), pump_, owner_);
}

Streams::Feeding Streams::feed(std::string text) {
    if (!fed_) return Feeding::closed;
    if (fed_->busy()) return Feeding::busy;
    fed_->write(std::move(text));
    return Feeding::begun;
}

void Streams::go_on_feeding() { fed_->go_on(); }

std::optional<int> Streams::take_fed() {
    if (!fed_) return std::exchange(fed_result_, std::nullopt);
    const auto result = fed_->take_result();
    // The command has closed its input.
    if (result && *result != 0) {
        close_feeding(*result);
        fed_result_.reset();
        input_over_ = !terminal_output_;
    }
    return result;
}

void Streams::close_feeding(int error) {
    if (!fed_) return;
    input_.figures.bytes = fed_->passed();
    if (fed_->busy()) fed_result_ = error;
    fed_.reset();
}

bool Streams::end_input() {
    if (!fed_ && !input_.relay) return false;
    close_feeding(ECANCELED);
    close(input_);
    if (types_input_ || (feeds_input_ && terminal_output_)) {
        end_typing();
    } else {
        input_over_ = true;
    }
    return true;
}

void Streams::discard_asked() {
    for (const auto& [stream, is_asked] : {std::pair(&output_, asks_output_), {&error_, asks_error_}}) {
        if (!is_asked || !stream->relay || stream->relay->is_over()) continue;
        stream->relay->discard_all();
        pump_.nudge(*stream->relay);
    }
}

void Streams::resume_typing() {
    if (!input_.relay || !types_input_ || std::exchange(typing_, true)) return;
    if (keys_of_user_) pump_.unwatch(STDIN_FILENO);
    pump_.add(*input_.relay, owner_);
}

void Streams::pause_typing() {
    if (!input_.relay || !types_input_ || !std::exchange(typing_, false)) return;
    pump_.remove(*input_.relay);
    pump_.watch_arrivals(STDIN_FILENO, owner_);
}

/// Opens the slave side of the command's terminal, because only there poll(2) shows whether a reader has taken what was
/// typed (docs/decisions/0009).
void Streams::end_typing() {
    Descriptor slave(::ioctl(master_.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (!slave) {
        fail(input_, fmt::format("cannot end the terminal's input: {}", errno_text(errno)));
        return;
    }
    ending_ = std::make_unique<Relay>(Source::end_of_typing(std::move(slave)), Sink::owning(duplicate(master_.get())),
                                      std::nullopt, nullptr, std::size_t{0});
    pump_.add(*ending_, owner_);
}

void Streams::close_typing() {
    if (ending_) pump_.remove(*ending_);
    ending_.reset();
}

void Streams::return_carriage(bool wanted) {
    if (wanted && output_.relay) output_.relay->strip_returns();
    if (wanted == returns_carriage_) return;
    auto modes = read_modes(master_.get());
    if (!modes) return;
    returns_carriage_ = wanted;
    modes->output = wanted ? modes->output | ONLCR : modes->output & ~static_cast<tcflag_t>(ONLCR);
    write_modes(master_.get(), *modes);
}

void Streams::deliver_waiting() {
    // Enough for what a terminal or a pipe holds. The limit ends the loop for a writer that never stops.
    constexpr int most_shares = 16;
    for (Stream* stream : {&output_, &error_}) {
        for (int i = 0; i < most_shares && stream->relay; ++i) {
            if (stream->relay->move() != Relay::State::moving) break;
        }
        if (stream->relay) pump_.nudge(*stream->relay);  // the pump then reports its state to the owner
    }
}

void Streams::nudge_outputs() {
    for (const Stream* stream : {&output_, &error_}) {
        if (stream->relay) pump_.nudge(*stream->relay);
    }
}

bool Streams::take_endless_input() { return endless_ && !std::exchange(endless_said_, true); }

void Streams::attend(Relay& relay) {
    if (ending_.get() == &relay) {
        endless_ = endless_ || relay.source().has_no_end();
        return;
    }
    if (input_.relay.get() == &relay) {
        // Report it only for input that no user types: a user sees that the terminal cuts the line.
        if (relay.sink().cut_a_line() && !keys_of_user_) {
            fail(
                input_,
                "cannot type lines of more than 4095 bytes: the terminal cuts them (try: stty -icanon in the command)");
        }
        // A command that does not read all of its input is no error: the rest is lost, as in any pipeline.
        if (!relay.is_over()) return;
        // EPIPE: the command has closed its input.
        if (relay.state() == Relay::State::sink_failed && (relay.source_failed() || relay.error() != EPIPE)) {
            const std::string why = errno_text(relay.error());
            fail(input_, relay.source_failed() ? fmt::format("cannot read standard input: {}", why)
                         : types_input_        ? fmt::format("cannot type into the command's terminal: {}", why)
                                               : fmt::format("cannot write to the command's standard input: {}", why));
        }
        end_input();
        return;
    }
    Stream& stream = output_.relay.get() == &relay ? output_ : error_;
    check_copy(stream);
    if (budget_.exceeded && !std::exchange(discards_, true)) {
        for (Stream* each : {&output_, &error_}) {
            if (!each->relay) continue;
            each->relay->discard();
            pump_.nudge(*each->relay);
        }
    }
    if (!relay.is_over()) return;
    if (relay.state() == Relay::State::sink_failed && relay.error() != EPIPE) {
        fail(stream, fmt::format("cannot write to standard {}: {}", &stream == &output_ ? "output" : "error",
                                 errno_text(relay.error())));
    }
    if (relay.state() == Relay::State::sink_failed && !relay.source_failed() && terminal_output_ &&
        &stream == &output_) {
        lost_reader_ = relay.error();
        relay.discard_all();
        pump_.nudge(relay);
        return;
    }
    stream.figures.unread = relay.state() == Relay::State::sink_failed && !relay.source_failed();
    // If the reader has gone, the command now writes into a closed pipe (SIGPIPE), as in a plain pipeline.
    close(stream);
}

bool Streams::take_excess() { return discards_ && !std::exchange(excess_told_, true); }

bool Streams::take_input_over() { return std::exchange(input_over_, false); }

void Streams::check_copy(Stream& stream) {
    if (!stream.relay || stream.relay->copy_error() == 0) return;
    // With `-o -`, the reader of standard output went away, which is no failure.
    if (file_name_ == "-" && stream.relay->copy_error() == EPIPE) return;
    fail(stream, fmt::format("cannot write to '{}': {}", *file_name_, errno_text(stream.relay->copy_error())));
}

void Streams::fail(Stream& stream, std::string line) {
    stream.figures.lost = true;
    if (std::ranges::find(failures_, line) == failures_.end()) failures_.push_back(std::move(line));
}

void Streams::close(Stream& stream) {
    if (!stream.relay) return;
    stream.relay->finish_copy();
    check_copy(stream);
    if (&stream != &input_) {
        last_activity_ = later(last_activity_, stream.relay->last_moved());
        last_blocked_ = later(last_blocked_, stream.relay->last_blocked());
        stream.relay->abandon();
    }
    stream.figures.bytes = stream.relay->passed();
    stream.figures.blocked = stream.relay->blocked();
    stream.figures.lost = stream.figures.lost || stream.relay->lost();
    stream.figures.dropped = stream.relay->dropped();
    if (&stream == &input_ && types_input_ && !typing_) {
        pump_.unwatch(STDIN_FILENO);
    } else {
        pump_.remove(*stream.relay);
    }
    stream.relay.reset();
}

std::optional<std::string> Streams::take_screen_change() {
    if (!announces_screen_ || output_.screen.begun() == announced_) return std::nullopt;
    announced_ = output_.screen.begun();
    return output_.screen.ending();
}

void Streams::end_screen_modes() {
    constexpr std::chrono::milliseconds patience{100};  // a terminal that Ctrl-S holds takes nothing
    for (Stream* stream : {&output_, &error_}) {
        const std::string text = stream->to_terminal ? stream->screen.ending() : "";
        if (text.empty()) continue;
        Sink sink = Sink::borrowing(stream == &output_ ? STDOUT_FILENO : STDERR_FILENO);
        write_all(sink, std::as_bytes(std::span(text)), patience);
        // A program begins the alternate screen at the start of a line, as a rule, and the cursor is there again.
        const bool line_starts = stream->screen.returns_cursor();
        stream->screen = {};
        if (line_starts && duties_.position != nullptr) duties_.position->note(std::as_bytes(std::span("\n", 1)));
    }
}

void Streams::close() {
    close_feeding(ECANCELED);
    close_typing();
    for (Stream* stream : {&input_, &output_, &error_}) close(*stream);
    master_.reset();
}

void Streams::begin_drain() {
    // The relay that types the end of input holds the terminal's slave side open. Close it, so that the master can
    // reach its end.
    close_typing();
    close_feeding(EPIPE);
    close(input_);
    for (Stream* stream : {&output_, &error_}) {
        if (!stream->relay) continue;
        stream->relay->begin_drain();
        pump_.nudge(*stream->relay);
    }
}

bool Streams::drained() {
    bool all = true;
    for (Stream* stream : {&output_, &error_}) {
        if (!stream->relay || stream->relay->drained()) continue;
        if (stream->relay->make_room_for_rest()) pump_.nudge(*stream->relay);
        all = false;
    }
    return all;
}

void Streams::lose_rest() {
    for (Stream* stream : {&output_, &error_}) {
        if (stream->relay) stream->figures.lost = true;
    }
}

void Streams::give_up() {
    for (Stream* stream : {&output_, &error_}) {
        if (stream->relay) stream->relay->abandon();
    }
}

Size Streams::passed() const {
    Size sum = 0;
    for (const Stream* stream : {&output_, &error_}) {
        sum += stream->relay ? stream->relay->passed() : stream->figures.bytes.value_or(0);
    }
    return sum;
}

std::optional<TimePoint> Streams::last_activity() const {
    std::optional<TimePoint> latest = last_activity_;
    for (const Stream* stream : {&output_, &error_}) {
        if (stream->relay) latest = later(latest, stream->relay->last_moved());
    }
    return latest;
}

std::optional<TimePoint> Streams::last_sign() const { return later(last_activity(), last_blocked()); }

std::optional<TimePoint> Streams::last_blocked() const {
    std::optional<TimePoint> latest = last_blocked_;
    for (const Stream* stream : {&output_, &error_}) {
        if (stream->relay) latest = later(latest, stream->relay->last_blocked());
    }
    return latest;
}

void Streams::report_figures(Outcome& outcome) const {
    outcome.standard_input = input_.figures;
    outcome.standard_output = output_.figures;
    outcome.standard_error = error_.figures;
    outcome.failures.insert(outcome.failures.end(), failures_.begin(), failures_.end());
    const Size dropped = output_.figures.dropped + error_.figures.dropped;
    if (!drops_ || !discards_) return;
    outcome.notes.push_back(about_command(
        outcome, fmt::format("more than {} of output: dropped {}", format_size(limit_), format_size(dropped))));
}

}  // namespace netrunner
