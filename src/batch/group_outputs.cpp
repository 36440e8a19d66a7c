#include "src/batch/group_outputs.hpp"

#include <utility>

namespace netrunner {
namespace {

/// How many jobs are told that there may be room for their output.
constexpr std::size_t released_at_once = 4;

}  // namespace

class GroupOutputs::Pair final : public JobOutput {
  public:
    Pair(GroupOutputs& all, std::uint64_t number)
        : all_(all), number_(number), stored_(all.storage_), output_(*this, false), error_(*this, true) {
        all_.pairs_[number_] = this;
        all_.floor_.started(number_);
    }
    ~Pair() override {
        all_.pairs_.erase(number_);
        for (SharedOutput* own : {&all_.own_.output, &all_.own_.error}) own->forget(this);
    }

    Receiver& output() override { return output_; }
    Receiver& error() override { return error_; }

    void begin_attempt() override {
        for (Port* port : {&output_, &error_}) port->owes_newline = port->is_in_line && all_.ends_lines_;
    }
    void end(bool is_shown) override {
        // With --show failed, a job that had no more room has the floor before its end, and is shown whole.
        if (all_.floor_.holder() == number_) is_shown = true;
        if (!is_shown) stored_.clear();
        for (Port* port : {&output_, &error_}) port->is_in_line = port->is_in_line && is_shown && all_.ends_lines_;
        all_.release_held_up(all_.held_up_.size());
        ended_ = true;
        all_.floor_.ended(number_);
        if (stored_.is_empty() && !output_.is_in_line && !error_.is_in_line) {
            delivered_ = true;  // without output that waits, it does not wait for the floor
            all_.floor_.delivered(number_);
        }
        all_.pass_floor_on();
    }
    [[nodiscard]] bool is_delivered() const override { return delivered_; }

    /// It has the floor: writes what is stored and, at the job's end, what ends its last lines. True if that was
    /// everything.
    bool deliver() {
        while (!stored_.is_empty()) {
            const auto bytes = stored_.front();
            // After a failure to read the spill file all of the rest is lost, without a reader that of this stream.
            const IoResult result = bytes.empty() ? IoResult{IoResult::Status::failed, 0, 0} : write(bytes);
            if (result.status == IoResult::Status::would_block) return false;
            if (result.status == IoResult::Status::moved) {
                stored_.advance(result.bytes);
            } else if (!bytes.empty()) {
                stored_.advance(bytes.size());
            } else {
                stored_.clear();
                all_.has_lost_ = true;
            }
            all_.release_held_up(released_at_once);
        }
        for (Port* port : {&output_, &error_}) {
            if (!ended_ || !port->is_in_line) continue;
            const IoResult result = own(port->is_error).write(this, std::as_bytes(std::span("\n", 1)));
            if (result.status == IoResult::Status::would_block) return false;
            port->is_in_line = false;
        }
        all_.note_moved(number_);
        delivered_ = ended_;
        return true;
    }
    [[nodiscard]] bool has_ended() const { return ended_; }
    [[nodiscard]] std::uint64_t number() const { return number_; }

    bool is_held_up = false;

  private:
    struct Port final : Receiver {
        Port(Pair& pair, bool of_error) : owner(pair), is_error(of_error) {}
        IoResult take(std::span<const std::byte> bytes) override {
            if (owes_newline) {
                const IoResult ended = owner.take(is_error, std::as_bytes(std::span("\n", 1)));
                if (ended.status != IoResult::Status::moved) return ended;
                owes_newline = false;
            }
            const IoResult result = owner.take(is_error, bytes);
            if (result.status == IoResult::Status::moved) is_in_line = bytes[result.bytes - 1] != std::byte{'\n'};
            return result;
        }
        Pair& owner;
        bool is_error;
        bool is_in_line = false;    ///< the last byte was no newline
        bool owes_newline = false;  ///< before the next byte
    };

    [[nodiscard]] SharedOutput& own(bool is_error) const { return is_error ? all_.own_.error : all_.own_.output; }

    IoResult write(std::span<const std::byte> bytes) { return own(stored_.is_error()).write(this, bytes); }

    IoResult take(bool is_error, std::span<const std::byte> bytes) {
        if (const int error = own(is_error).error(); error != 0) return {IoResult::Status::failed, 0, error};
        Floor& floor = all_.floor_;
        floor.has_output(number_);
        if (floor.give() == number_) {
            if (!deliver()) return {};
            return own(is_error).write(this, bytes);
        }
        if (const std::size_t stored = stored_.store(is_error, bytes); stored > 0) {
            all_.release_held_up(1);  // there may be room for the next one, too
            return {IoResult::Status::moved, stored, 0};
        }
        all_.hold_up(*this);
        if (floor.give() == number_) all_.pass_floor_on();
        return {};
    }

    GroupOutputs& all_;
    std::uint64_t number_;
    StoredOutput stored_;
    Port output_;
    Port error_;
    bool ended_ = false;
    bool delivered_ = false;
};

GroupOutputs::GroupOutputs(OwnOutputs own, const Terms& terms)
    : own_(own),
      ends_lines_(terms.ends_lines),
      floor_(terms.order, terms.failed_only),
      storage_{.file = SpillFile(terms.spill_max)} {}

GroupOutputs::~GroupOutputs() = default;

std::unique_ptr<JobOutput> GroupOutputs::open(const Filling& job) { return std::make_unique<Pair>(*this, job.number); }

void GroupOutputs::attend() {
    bool waited = false;
    for (SharedOutput* own : {&own_.output, &own_.error}) {
        while (own->next_waiting() != nullptr) waited = true;
    }
    if (waited) pass_floor_on();
}

/// Delivers for the holder of the floor, and for the next ones while each is done.
void GroupOutputs::pass_floor_on() {
    while (const auto holder = floor_.give()) {
        Pair& pair = *pairs_.at(*holder);
        if (!pair.deliver() || !pair.has_ended()) return;
        floor_.delivered(*holder);
    }
}

void GroupOutputs::hold_up(Pair& pair) {
    floor_.has_no_room(pair.number());
    if (!std::exchange(pair.is_held_up, true)) held_up_.push_back(pair.number());
}

/// There may be room in memory or in the file again. Few jobs are told of it at once: each of them that finds room lets
/// the next one know, so that a piece that is delivered does not wake all that wait.
void GroupOutputs::release_held_up(std::size_t most) {
    for (; most > 0 && !held_up_.empty(); --most) {
        const std::uint64_t number = held_up_.front();
        held_up_.pop_front();
        const auto pair = pairs_.find(number);
        if (pair == pairs_.end()) continue;
        pair->second->is_held_up = false;
        floor_.has_room(number);
        note_moved(number);
    }
}

}  // namespace netrunner
