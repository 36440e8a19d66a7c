// What --progress shows of a batch, and when: a live line on a terminal, else a line a minute. BatchPulse draws and
// prints it. Pure: the caller passes the time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

/// The present state of a batch, as its conductor knows it.
struct BatchFigures {
    std::uint64_t done = 0;    ///< jobs that have ended
    std::uint64_t failed = 0;  ///< of those
    std::uint64_t skipped = 0;
    std::uint64_t running = 0;
    std::optional<std::uint64_t> waiting{};  ///< nothing: the number of jobs is not known
    friend bool operator==(const BatchFigures&, const BatchFigures&) = default;
};

class BatchProgress {
  public:
    enum class Place {
        terminal,  ///< redrawn when a figure has changed, and each second for its clock
        lines,     ///< a line a minute
    };
    BatchProgress(Place place, TimePoint begun) : place_(place), begun_(begun), shown_at_(begun) {}

    /// When to show it again. `is_hidden`: the live line has been erased since.
    [[nodiscard]] TimePoint deadline(const BatchFigures& figures, bool is_hidden) const;
    /// Notes that it is shown at `now`.
    void shown(TimePoint now, const BatchFigures& figures);
    /// For `paused` neither netrunner nor the jobs could run.
    void pause(Duration paused) { begun_ += paused; }

    /// Plain ASCII, at most `width` characters.
    [[nodiscard]] std::string live_line(TimePoint now, const BatchFigures& figures, std::size_t width) const;
    /// "12 done (1 failed), 4 running, 80 waiting, about 2m left after 20s"
    [[nodiscard]] std::string sentence(TimePoint now, const BatchFigures& figures) const;

  private:
    [[nodiscard]] std::optional<Duration> left(TimePoint now, const BatchFigures& figures) const;

    Place place_;
    TimePoint begun_;
    TimePoint shown_at_;
    std::optional<BatchFigures> shown_;
};

}  // namespace netrunner
