// Decides how long the pump pauses before it waits for an empty source, so that many small writes gather and cause
// fewer wakes. It tries whether a pause helps. If it does not, as in a dialogue where the writer waits for an answer,
// the next try comes much later. Used by the pump; does not sleep itself. Reasons and figures: docs/decisions/0028.
#pragma once

#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class WakeModeration {
  public:
    /// `capacity`: the most bytes that the stream's source holds; 0: never pause.
    explicit WakeModeration(Size capacity);

    /// Call this when the source is empty at `now`, after `passed` bytes in total. Returns how long to pause before
    /// waiting for it: zero, or 40 to 160 us.
    Duration pause_after(Size passed, TimePoint now);

  private:
    Duration next_pause(Size gathered);

    Size capacity_;
    Size passed_ = 0;      ///< the total when the source was last empty
    TimePoint dry_since_;  ///< when the source was last empty
    Duration pause_{};     ///< the last pause; zero: none
    Size usual_ = 0;       ///< bytes for each wake without a pause
    int wakes_ = 0;        ///< in close succession, counted for `usual_`
    Size bytes_ = 0;       ///< bytes that came with these wakes
    int wakes_to_try_;     ///< how many wakes come before the next try
};

}  // namespace netrunner
