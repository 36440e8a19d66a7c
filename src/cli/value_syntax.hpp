// Parsers for the values of `run`'s options, except durations and sizes (src/values/quantity) and those of control
// groups (src/cgroup/plan). run_options calls them and puts the option's name before the message. Pure. Each parser
// throws UsageError with a text such as: invalid signal 'FOO': ... .
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
/// From 0 to 100000.
int retries_value(std::string_view text);
/// A size from 1 byte, or `max`.
Size rss_value(std::string_view text);
/// A duration from 50 ms that ends.
Duration sample_value(std::string_view text);
/// A number from 1; nothing for `max` and `infinity`.
std::optional<std::uint64_t> processes_value(std::string_view text);
/// Words of `retry_words`, exit:CODE and exit:FIRST-LAST, separated by commas.
std::vector<RetryEnd> retry_on_value(std::string_view text);
/// A duration that ends.
Duration retry_delay_value(std::string_view text);
/// The name or path of a program.
std::string spare_value(const std::string& text);
/// COLSxROWS, each from 1 to 65535.
WindowSize window_value(std::string_view text);
StreamChoice standard_input_value(const std::string& text);
StreamChoice standard_output_value(const std::string& text);
StreamChoice standard_error_value(const std::string& text);
/// auto, terminal or pipe.
Options::TerminalError terminal_error_value(std::string_view text);
/// say or fail.
Options::NoInput no_input_value(std::string_view text);
/// Any name but the empty one.
std::string term_value(const std::string& text);
/// elapsed, iso or delta.
LineStamp::Clock timestamps_value(std::string_view text);
/// At most 256 bytes, without newlines and carriage returns.
std::string prefix_value(std::string_view text);
/// raw or plain. Returns whether it is plain.
bool output_format_value(std::string_view text);
/// stop or drop.
Options::OutputAction output_action_value(std::string_view text);
/// It must contain more than blanks.
std::string junit_name_value(const std::string& text);
/// The name of a file or a directory. It must not be empty.
std::string file_value(const std::string& text);
/// A descriptor's number or the path of a file; `-` is standard output.
Endpoint events_value(const std::string& text);
/// A descriptor's number or the path of a socket.
Endpoint control_value(const std::string& text);
/// A command for /bin/sh -c. It must contain more than blanks.
std::string command_value(std::string_view text);
/// NAME or NAME=VALUE
EnvironmentChange environment_value(std::string_view text);
std::string variable_name_value(std::string_view text);
/// NAME=SOFT[:HARD]
ResourceLimit limit_value(std::string_view text);
/// The NAME that limit_value accepts for an RLIMIT_* number.
std::string limit_name(int resource);
/// Octal, up to 777.
unsigned umask_value(std::string_view text);
/// -20 to 19.
int nice_value(std::string_view text);
int descriptor_value(std::string_view text);
/// Names or numbers separated by commas. An empty text is an empty list.
std::vector<std::string> groups_value(std::string_view text);

}  // namespace netrunner
