// The values of options that are more than a number, a duration or a size: how they are written and what they come
// to. Pure. Each throws UsageError with a fragment such as: invalid signal 'FOO'.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/cli/options.hpp"

namespace netrunner {

int signal_value(std::string_view text);
/// SIGNAL[,DURATION,SIGNAL]...[,DURATION]
std::vector<StopStep> stop_value(std::string_view text);
OrphanPolicy orphans_value(std::string_view text);
/// COLSxROWS, each from 1 to 65535.
WindowSize window_value(std::string_view text);
StreamChoice standard_input_value(const std::string& text);
StreamChoice standard_output_value(const std::string& text);
StreamChoice standard_error_value(const std::string& text);
/// elapsed, iso or delta.
LineStamp::Clock timestamps_value(std::string_view text);
/// What may stand before a line: it is short, and no line of its own.
std::string prefix_value(std::string_view text);
/// The name of a file or a directory; not empty.
std::string file_value(const std::string& text);
/// For a shell; not empty.
std::string command_value(std::string_view text);
/// NAME or NAME=VALUE
EnvironmentChange environment_value(std::string_view text);
std::string variable_name_value(std::string_view text);
/// NAME=SOFT[:HARD]
ResourceLimit limit_value(std::string_view text);
/// The NAME of an RLIMIT_* number, as above.
std::string limit_name(int resource);
/// Octal, up to 777.
unsigned umask_value(std::string_view text);
/// -20 to 19.
int nice_value(std::string_view text);
int descriptor_value(std::string_view text);
/// Names or numbers separated by commas; an empty text is no group at all.
std::vector<std::string> groups_value(std::string_view text);

}  // namespace netrunner
