// Signal names to numbers and back. Used by the parser of options, by messages and by the report. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

/// The number of "TERM", "SIGTERM", "term", "15", "RTMIN+3" or "RTMAX-1". Nothing for any other form, and for 0.
std::optional<int> parse_signal(std::string_view text);

/// 15 as "SIGTERM", 37 as "SIGRTMIN+3", a number without a name as "signal 99".
std::string signal_name(int number);

/// The names of all signals below SIGRTMIN, each with and without SIG.
std::vector<std::string> signal_names();

}  // namespace netrunner
