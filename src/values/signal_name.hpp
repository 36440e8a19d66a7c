// Signals by name and by number. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netrunner {

/// "TERM", "SIGTERM", "term", "15", "RTMIN+3", "RTMAX-1"; nothing else. 0 is no signal.
std::optional<int> parse_signal(std::string_view text);

/// 15 as "SIGTERM", 37 as "SIGRTMIN+3"; a number that is no signal as "signal 99".
std::string signal_name(int number);

/// All that have one, each with and without SIG.
std::vector<std::string> signal_names();

}  // namespace netrunner
