// Standard error: whole lines with our name in front. Written for people; never in the way of the run.
#pragma once

#include <string>

#include "src/session/session.hpp"

namespace netrunner {

/// Prints `text` as it is. Waits for the reader no longer than `patience`; what it does not take by then is dropped,
/// since there is nowhere left to report a failure of this to.
void print(const std::string& text, Duration patience);

/// Prints `netrunner: TEXT` as one line, in the same way.
void say(const std::string& text, Duration patience);

/// Prints what happens up to `verbosity`; level 0 is what was asked for by an option of its own. What a reader that has
/// stopped does not take is dropped, so that limits and signals are not held up. `live_line`, if any, goes first.
Narrator narrator(int verbosity, LiveLine* live_line);

/// Whether to use colours there: on a terminal that has them, unless NO_COLOR says otherwise.
bool colours_wanted();

}  // namespace netrunner
