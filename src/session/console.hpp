// Writes to standard error: netrunner's own lines, each with a prefix that tells of what kind it is, and the summary.
// main prints with it, and a session narrates with it. Narration never waits for the reader; `print` and `say` wait as
// long as the caller allows.
#pragma once

#include <string>

#include "src/relay/line_position.hpp"
#include "src/relay/live_line.hpp"
#include "src/values/narrator.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

/// Prints `text` unchanged, from the start of a line. Waits for the reader no longer than `patience` and drops what the
/// reader has not taken by then, because a failure to write to standard error can be reported nowhere.
void print(const std::string& text, Duration patience, LinePosition& position);

/// Prints `netrunner: TEXT` as one line; waits and drops as `print` does.
void say(const std::string& text, Duration patience, LinePosition& position);

/// The line that `say` prints, with its end, and what has to be written before it. For a caller that writes it by
/// itself, a part at a time.
std::string line_to_say(const std::string& text);
std::string lead_to_line(const LinePosition& position);

/// Prints `netrunner OPTION: TEXT` as one line, for a line that `option` asked for; waits and drops as `print` does.
void say_for(const std::string& option, const std::string& text, Duration patience, LinePosition& position);

/// Prints the events of levels up to `verbosity`; level 0 is for the lines of --heartbeat. Their prefix
/// names the option.
/// Drops what the reader does not take at once, so that a stopped reader delays no limit and no signal. Hides
/// `live_line`, if any, before each line. `position` must outlive it.
Narrator narrator(int verbosity, LiveLine* live_line, LinePosition& position);

/// Whether to use colours on `descriptor`: it is a terminal, TERM is neither empty nor `dumb`, and NO_COLOR is empty.
bool colours_wanted(int descriptor);

}  // namespace netrunner
