#include "src/runs/asked_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <span>
#include <string_view>
#include <variant>

#include "src/cli/cli.hpp"
#include "src/system/text_file.hpp"

namespace netrunner {
namespace {

/// The value of --control among the words before the command, if `--` shows where it begins.
std::optional<std::string> control_among(std::span<const std::string> options) {
    constexpr std::string_view name = "--control";
    for (std::size_t at = 0; at < options.size(); ++at) {
        const std::string_view word = options[at];
        if (word == name && at + 1 < options.size()) return options[at + 1];
        if (word.starts_with(name) && word.substr(name.size()).starts_with('='))
            return std::string(word.substr(name.size() + 1));
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::string> command_line_of(pid_t pid) {
    const std::string text = read_text(fmt::format("/proc/{}/cmdline", pid)).value_or("");
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\0', at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

std::optional<AskedRun> parse_asked_run(const std::vector<std::string>& words) {
    if (words.size() < 2 || (words[1] != "run" && words[1] != "batch")) return std::nullopt;
    AskedRun asked{.is_batch = words[1] == "batch"};
    std::vector<std::string> copy(words.begin() + 1, words.end());
    std::vector<char*> argv;
    argv.reserve(copy.size());
    for (std::string& word : copy) argv.push_back(word.data());
    try {
        const auto parsed = parse_command_line(argv);
        if (const auto* run = std::get_if<Options>(&parsed)) {
            asked.timeout = run->timeout;
            asked.command = run->command;
            asked.output_file = run->output_file;
            if (const auto& control = run->control)
                asked.control = control->descriptor ? fmt::format("{}", *control->descriptor) : control->path;
        } else if (const auto* batch = std::get_if<BatchOptions>(&parsed)) {
            asked.timeout = batch->batch_timeout;
            asked.command = batch->job.command;
            if (asked.command.empty()) asked.command.assign(words.begin() + 2, words.end());
        } else {
            return std::nullopt;  // --help
        }
    } catch (const std::exception&) {
        // Another version with other options: show the words after `--`.
        const auto dashes = std::ranges::find(words, "--");
        asked.command.assign(dashes == words.end() ? words.begin() + 2 : dashes + 1, words.end());
        asked.control = control_among({words.begin(), dashes});
    }
    return asked;
}

}  // namespace netrunner
