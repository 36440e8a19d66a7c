#include "src/batch/line_outputs.hpp"

#include <chrono>
#include <utility>

namespace netrunner {
namespace {

/// An unfinished line is passed on after this long without another byte.
constexpr std::chrono::seconds most_silence{1};

}  // namespace

class LineOutputs::Pair final : public JobOutput {
  public:
    Pair(LineOutputs& all, std::uint64_t number)
        : all_(all), output_(all.own_.output, all.silences_), error_(all.own_.error, all.silences_) {
        for (LineOutput* each : {&output_, &error_}) all_.writers_[each] = {number, each};
    }
    ~Pair() override {
        for (LineOutput* each : {&output_, &error_}) all_.writers_.erase(each);
        if (is_counted_) --all_.ended_;
    }
    Receiver& output() override { return output_; }
    Receiver& error() override { return error_; }
    void begin_attempt() override {
        for (LineOutput* each : {&output_, &error_}) each->end_line(false);
    }
    void end(bool /*is_shown*/) override {
        begin_attempt();
        if (is_delivered() || std::exchange(is_counted_, true)) return;
        ++all_.ended_;
    }
    [[nodiscard]] bool is_delivered() const override {
        // Without its reader, the rest of a stream is lost.
        return (output_.is_empty() || all_.own_.output.error() != 0) &&
               (error_.is_empty() || all_.own_.error.error() != 0);
    }
    [[nodiscard]] EndedLines ended_lines() const override { return {output_.ended_lines(), error_.ended_lines()}; }

  private:
    LineOutputs& all_;
    LineOutput output_;
    LineOutput error_;
    bool is_counted_ = false;  ///< among those that have ended
};

std::unique_ptr<JobOutput> LineOutputs::open(const Filling& job) { return std::make_unique<Pair>(*this, job.number); }

/// Lets the writers that wait for an output write, each in its turn.
void LineOutputs::attend() {
    for (SharedOutput* own : {&own_.output, &own_.error}) {
        while (const SharedOutput::Writer next = own->next_waiting()) {
            const auto found = writers_.find(next);
            if (found == writers_.end()) continue;
            found->second.second->resume();
            note_moved(found->second.first);
        }
    }
}

std::optional<TimePoint> LineOutputs::deadline() const {
    return silences_.empty() ? std::nullopt : std::optional(silences_.begin()->first + most_silence);
}

void LineOutputs::handle_time(TimePoint now) {
    while (!silences_.empty() && silences_.begin()->first + most_silence <= now) {
        silences_.begin()->second->end_line(true);
    }
}

}  // namespace netrunner
