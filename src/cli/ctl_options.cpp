#include "src/cli/ctl_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "src/cli/value_syntax.hpp"
#include "src/values/nearest_word.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr const char* ctl_help =
    R"(Usage: netrunner ctl [--json] PID|PATH COMMAND [ARG]

Asks a run that goes on, or gives it an order. PID is the run's netrunner, as
'netrunner ps' shows it; PATH is the socket of 'netrunner run --control PATH'.

Commands:
  status           show the run's state
  events           print the run's events, one JSON object a line, until its end
  signal NAME      send a signal to the command
  stop             stop the run as its options say: a signal, a grace, SIGKILL
  extend DURATION  move the time limit by DURATION, or to it: extend '=40m'
  resize SIZE      set the size of the pseudo-terminal, such as 120x40
  close-stdin      end the command's standard input
  write [TEXT]     write TEXT, or standard input, to the command's input
  read [STREAM]    print what the command writes to stdout or stderr (stdout)

'stop' and 'signal' work for every run, the others for runs with --control PATH.
'write' needs a run with --stdin control, 'read' one with --stdout control or
--stderr control.

  --max SIZE     read: print at most SIZE bytes, then end
  --json         print the reply as it came, as one JSON object
  -h, --help     show this help
  -V, --version  show the version of netrunner

Exit status: 0 done, 1 the run refused, 125 netrunner failed: no such run, no
permission, no answer.
)";

using Command = CtlOptions::Command;

/// In the order of Command.
constexpr std::array<std::string_view, 9> words_of_commands{"status", "events",      "signal", "stop", "extend",
                                                            "resize", "close-stdin", "write",  "read"};

/// What the command's argument is, or is called in a message; empty if it has none.
std::string_view argument_of(Command command) {
    switch (command) {
        case Command::signal: return "NAME";
        case Command::extend: return "DURATION";
        case Command::resize: return "SIZE";
        case Command::write: return "TEXT";
        case Command::read: return "STREAM";
        default: return "";
    }
}

Command command_of(const std::string& word) {
    const auto* const found = std::ranges::find(words_of_commands, word);
    if (found == words_of_commands.end()) {
        throw UsageError(
            fmt::format("ctl: unknown command '{}': expected status, events, signal, stop, extend, "
                        "resize, close-stdin, write or read{}",
                        word, suggestion(word, words_of_commands)));
    }
    return static_cast<Command>(found - words_of_commands.begin());
}

void set_limit(CtlOptions& options, std::string_view typed) {
    options.sets_limit = typed.starts_with('=');
    if (options.sets_limit) typed.remove_prefix(1);
    const Duration duration = parse_duration(typed);
    if (duration == Duration::zero() || (!options.sets_limit && duration == forever)) {
        throw UsageError(fmt::format("'{}' is no time to {} (for no limit: extend =infinity)", typed,
                                     options.sets_limit ? "set" : "add"));
    }
    options.duration = typed;
}

void set_stream(CtlOptions& options, const std::string& word) {
    constexpr std::array<std::string_view, 2> known{"stdout", "stderr"};
    if (std::ranges::find(known, word) == known.end()) {
        throw UsageError(
            fmt::format("unknown stream '{}': expected stdout or stderr{}", word, suggestion(word, known)));
    }
    options.stream = word;
}

void set_argument(CtlOptions& options, const std::string& word) {
    switch (options.command) {
        case Command::signal: options.signal = signal_value(word); break;
        case Command::extend: set_limit(options, word); break;
        case Command::resize: options.size = window_value(word); break;
        case Command::write: options.text = word; break;
        case Command::read: set_stream(options, word); break;
        default: break;
    }
}

bool needs_argument(Command command) { return command != Command::write && command != Command::read; }

/// Options that were found among the words, and the other words.
struct Divided {
    std::vector<std::string> operands{};
    std::optional<std::string> most{};
    bool as_json = false;
    std::optional<AskedText> text{};
};

Divided divide(std::span<const std::string> words) {
    constexpr std::string_view most = "--max";
    Divided divided;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word == "--") {
            divided.operands.insert(divided.operands.end(), words.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                    words.end());
            break;
        }
        if (!word.starts_with('-') || word == "-") {
            divided.operands.push_back(word);
        } else if (word == "-h" || word == "--help") {
            divided.text = AskedText::help;
            break;
        } else if (word == "-V" || word == "--version") {
            divided.text = AskedText::version;
            break;
        } else if (word == "--json") {
            divided.as_json = true;
        } else if (word == most) {
            if (++at == words.size()) throw UsageError("ctl: --max needs a value");
            divided.most = words[at];
        } else if (word.starts_with("--max=")) {
            divided.most = word.substr(most.size() + 1);
        } else {
            throw UsageError(fmt::format(
                "ctl: unknown option '{}' (see netrunner help ctl; to write a text that begins with '-': write -- {})",
                word, word));
        }
    }
    return divided;
}

Size most_bytes(Command command, const std::string& typed) {
    if (command != Command::read) throw UsageError("ctl: --max belongs to the command 'read'");
    const Size size = parse_size(typed);
    if (size == 0) throw UsageError("ctl: --max: 0 bytes are nothing to read (expected a size above 0)");
    return size;
}

}  // namespace

const char* word_of(Command command) { return words_of_commands.at(static_cast<std::size_t>(command)).data(); }

std::string help_of_ctl() { return ctl_help; }

std::variant<CtlOptions, AskedText> parse_ctl(std::span<const std::string> words) {
    const Divided divided = divide(words);
    if (divided.text) return *divided.text;
    const std::vector<std::string>& operands = divided.operands;
    if (operands.empty() || operands.front().empty())
        throw UsageError("ctl: say which run: netrunner ctl PID COMMAND (netrunner ps lists the runs)");
    if (operands.size() == 1) {
        throw UsageError(
            fmt::format("ctl: say what to do: netrunner ctl {} COMMAND (see netrunner help ctl)", operands.front()));
    }
    CtlOptions options{.target = operands[0], .command = command_of(operands[1]), .as_json = divided.as_json};
    const std::string_view argument = argument_of(options.command);
    const char* const word = word_of(options.command);
    const std::size_t most = argument.empty() ? 2 : 3;
    if (operands.size() > most)
        throw UsageError(fmt::format("ctl: {}: unexpected argument '{}'", word, operands[most]));
    if (operands.size() < most && needs_argument(options.command))
        throw UsageError(fmt::format("ctl: {0}: say {0} {1} (see netrunner help ctl)", word, argument));
    try {
        if (operands.size() == 3) set_argument(options, operands[2]);
    } catch (const std::exception& failure) {
        throw UsageError(fmt::format("ctl: {}: {}", word, failure.what()));
    }
    try {
        if (divided.most) options.most = most_bytes(options.command, *divided.most);
    } catch (const InvalidQuantity& failure) {
        throw UsageError(fmt::format("ctl: --max: {}", failure.what()));
    }
    return options;
}

}  // namespace netrunner
