// netrunner's own lines on standard error during a batch. While jobs run, a line that the reader does not take waits
// here, so that no signal, no limit and no job is held up; before and after that, netrunner waits for the reader. It
// does not decide what is said.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "src/batch/shared_output.hpp"
#include "src/relay/line_position.hpp"
#include "src/relay/live_line.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class OwnLines {
  public:
    /// `live_line` may be null.
    OwnLines(LinePosition& position, LiveLine* live_line) : position_(position), live_line_(live_line) {}

    /// Says `text` as one line with the prefix `netrunner: `. It is lost only if the reader takes nothing until the end
    /// of the batch.
    void say(const std::string& text);
    /// Whether few lines wait. If not, drop what only answers a question.
    [[nodiscard]] bool has_room() const { return waiting_bytes_ <= most_waiting; }

    /// From now on lines are written through `output`, the output of the jobs to the same file, and wait.
    void begin_waiting(SharedOutput& output) { output_ = &output; }
    /// Writes what waits. Call this when `output` may have room, before the jobs write.
    void attend();
    /// Writes what waits, for a second at most. The output may go after that.
    void end_waiting();

  private:
    static constexpr std::size_t most_waiting = 64 * 1024;

    void print(const std::string& text);

    LinePosition& position_;
    LiveLine* live_line_;
    SharedOutput* output_ = nullptr;  ///< null: lines do not wait
    std::deque<std::string> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::size_t done_ = 0;   ///< of the first, with what leads to it
    bool is_stuck_ = false;  ///< the reader took nothing for a second; it is not waited for again
};

}  // namespace netrunner
