// A writer of many small pieces wakes whoever waits for its pipe with every one of them, and both lose more time by
// that than the bytes take. Whether a short pause before the next wait lets pieces gather is found out by trying. Where
// it does not, as with a partner in a dialogue, who writes only when it has been answered, the next try is far off.
// Pure.
#pragma once

#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class WakeModeration {
  public:
    /// Of a stream whose source holds `capacity` bytes at most; 0: it never pauses.
    explicit WakeModeration(Size capacity);

    /// The source has run dry at `now`, after `passed` bytes in all. How long to pause before waiting for it: not at
    /// all, or far below what anybody takes for a delay.
    Duration pause_after(Size passed, TimePoint now);

  private:
    Duration next_pause(Size gathered);

    Size capacity_;
    Size passed_ = 0;      ///< when it last ran dry
    TimePoint dry_since_;  ///< when that was
    Duration pause_{};     ///< in which what comes next has gathered
    Size usual_ = 0;       ///< bytes that come without one
    int wakes_ = 0;        ///< in succession, counted for `usual_`
    Size bytes_ = 0;       ///< that came with them
    int wakes_to_try_;     ///< as many before the next try
};

}  // namespace netrunner
