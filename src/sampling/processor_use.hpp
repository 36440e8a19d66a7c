// How many processors a tree has in use, from the processor time that it has used so far. RunRecorder asks it for the
// column `busy` of --sample. Pure.
#pragma once

#include <deque>
#include <optional>

#include "src/values/quantity.hpp"

namespace netrunner {

class ProcessorUse {
  public:
    /// `processors`: of the machine; the tree cannot use more.
    explicit ProcessorUse(unsigned processors) : processors_(processors) {}

    /// `cpu`: so far at `t`, never less than before. The mean since a time about a second ago, or longer if there was
    /// no call then; nothing in the first second.
    /// A look misses the time of a process that is reaped during the look, and the next look finds it. Over a shorter
    /// time, the difference of two looks can therefore be many times the number of processors.
    std::optional<double> note(Duration t, Duration cpu);

  private:
    struct Point {
        Duration t{};
        Duration cpu{};
    };
    unsigned processors_;
    std::deque<Point> points_{Point{}};  ///< the first one is the latest that is old enough, if any is
};

}  // namespace netrunner
