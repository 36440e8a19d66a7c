// One stream of a job with --output-mode line: passes on whole lines as they come. An unfinished line waits here, up to
// 64 KiB; a longer one holds the output until its end. The conductor makes one for each stream and ends a line that has
// waited too long. It does not write stamps: the relay does.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "src/batch/shared_output.hpp"
#include "src/relay/receiver.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

class LineOutput;

/// The unfinished lines of all jobs, by the time since which they wait.
using Silences = std::set<std::pair<TimePoint, LineOutput*>>;

class LineOutput final : public Receiver {
  public:
    static constexpr std::size_t longest_line = 64 * 1024;

    /// It waits at `output` under its own address.
    LineOutput(SharedOutput& output, Silences& silences) : output_(output), silences_(silences) {}
    ~LineOutput() {
        wait(std::nullopt);
        output_.forget(this);
    }

    IoResult take(std::span<const std::byte> bytes) override;
    bool take_break() override { return std::exchange(broken_, false); }

    /// Ends the unfinished line with a newline and passes it on. `silent`: more may come, so it counts.
    void end_line(bool silent);
    /// Whether everything that was taken has been written.
    [[nodiscard]] bool is_empty() const { return held_.empty() && !in_line_; }
    /// Writes what is ready. Call this when it is this writer's turn.
    void resume() { write_ready(); }
    /// Lines that were ended after a silence.
    [[nodiscard]] std::uint64_t ended_lines() const { return ended_lines_; }

  private:
    IoResult emit(std::span<const std::byte> bytes);
    IoResult write_ready();
    void wait(std::optional<TimePoint> since);

    SharedOutput& output_;
    Silences& silences_;
    std::string held_;  ///< the first `ready_` bytes are to be written, the rest is an unfinished line
    std::size_t ready_ = 0;
    bool in_line_ = false;  ///< a line has been written without its end, so this writer holds the output
    std::optional<TimePoint> waits_since_;  ///< an unfinished line waits for its rest
    std::uint64_t ended_lines_ = 0;
    bool broken_ = false;  ///< a line was ended, and `take_break` has not told
};

}  // namespace netrunner
