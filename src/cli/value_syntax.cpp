#include "src/cli/value_syntax.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "src/values/nearest_word.hpp"
#include "src/values/signal_name.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using Mode = StreamChoice::Mode;

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

[[noreturn]] void refuse(std::string_view what, std::string_view text, std::string_view why) {
    throw UsageError(fmt::format("invalid {} '{}': {}", what, text, why));
}

/// For a `text` that is none of the `known` words.
[[noreturn]] void refuse_word(std::string_view what, std::string_view text, std::span<const std::string_view> known) {
    std::string list;
    for (std::size_t i = 0; i < known.size(); ++i) {
        list += fmt::format("{}{}", i == 0 ? "" : (i + 1 == known.size() ? " or " : ", "), known[i]);
    }
    refuse(what, text, fmt::format("expected {}{}", list, suggestion(text, known)));
}

std::optional<int> parse_integer(std::string_view text, int base) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

struct Resource {
    std::string_view name;
    int number;
};
constexpr std::array<Resource, 16> resources{{
    {"as", RLIMIT_AS},
    {"core", RLIMIT_CORE},
    {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},
    {"fsize", RLIMIT_FSIZE},
    {"locks", RLIMIT_LOCKS},
    {"memlock", RLIMIT_MEMLOCK},
    {"msgqueue", RLIMIT_MSGQUEUE},
    {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},
    {"nproc", RLIMIT_NPROC},
    {"rss", RLIMIT_RSS},
    {"rtprio", RLIMIT_RTPRIO},
    {"rttime", RLIMIT_RTTIME},
    {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK},
}};

/// `failure`, and each reason of the report after which another attempt may go better.
constexpr std::array<std::string_view, 12> retry_words{"failure",       "exited",       "signaled",  "timeout",
                                                       "idle-timeout",  "output-limit", "cpu-limit", "memory-limit",
                                                       "process-limit", "no-input",     "oom",       "spawn-failed"};

RetryEnd retry_end(std::string_view text) {
    constexpr std::string_view exit = "exit:";
    constexpr int highest_code = 255;
    if (!text.starts_with(exit)) {
        if (std::ranges::find(retry_words, text) == retry_words.end()) {
            std::vector<std::string_view> known(retry_words.begin(), retry_words.end());
            known.emplace_back("exit:CODE");
            refuse_word("end", text, known);
        }
        return {.word = std::string(text)};
    }
    const std::string_view codes = text.substr(exit.size());
    const std::size_t dash = codes.find('-');
    const auto first = parse_integer(codes.substr(0, dash), 10);
    const auto last = dash == std::string_view::npos ? first : parse_integer(codes.substr(dash + 1), 10);
    if (!first || !last || *first < 0 || *last < *first || *last > highest_code) {
        refuse("end", text, "expected exit:CODE or exit:FIRST-LAST with codes from 0 to 255");
    }
    return {.word = "exit", .first = *first, .last = *last};
}

std::string lower(std::string_view text) {
    std::string copy(text);
    std::ranges::transform(copy, copy.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return copy;
}

std::uint64_t limit_number(std::string_view whole, std::string_view text) {
    if (text == "unlimited") return RLIM_INFINITY;
    try {
        const Size value = parse_size(text);
        return value == unlimited ? RLIM_INFINITY : value;
    } catch (const InvalidQuantity& wrong) {
        refuse("limit", whole, wrong.what());
    }
}

StreamChoice stream_choice(const std::string& text, std::initializer_list<std::pair<const char*, Mode>> names) {
    for (const auto& [name, mode] : names) {
        if (text == name) return {mode, {}};
    }
    if (text.empty()) {
        std::string modes;
        for (const auto& [name, mode] : names) modes += fmt::format("{}, ", name);
        refuse("mode", text, fmt::format("expected {}or a file", modes));
    }
    return {Mode::file, text};
}

/// One step of a stop sequence: SIGNAL, or command:SIGNAL.
StopStep step_value(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return {signal_value(text)};
    constexpr std::array<std::string_view, 1> known{"command"};
    const std::string_view receiver = text.substr(0, colon);
    if (receiver != known.front()) {
        refuse("step", text, "expected a signal, or command: and a signal" + suggestion(receiver, known));
    }
    if (colon + 1 == text.size()) refuse("step", text, "expected a signal after command:");
    return {.signal = signal_value(text.substr(colon + 1)), .to_command = true};
}

}  // namespace

int signal_value(std::string_view text) {
    const auto number = parse_signal(text);
    if (number) return *number;
    const std::vector<std::string> names = signal_names();
    refuse("signal", text,
           "expected a name such as TERM or SIGTERM, or a number from 1 to 64" +
               suggestion(text, std::vector<std::string_view>(names.begin(), names.end())));
}

std::vector<StopStep> stop_value(std::string_view text) {
    std::vector<StopStep> steps;
    bool signal_next = true;
    for (const std::string_view part : split(text, ',')) {
        if (signal_next) {
            steps.push_back(step_value(part));
        } else if (part.find(':') != std::string_view::npos ||
                   (parse_signal(part) && !std::isdigit(static_cast<unsigned char>(part.front())))) {
            refuse("stop sequence", text, fmt::format("expected a duration before '{}'", part));
        } else {
            steps.back().grace = parse_duration(part);
        }
        signal_next = !signal_next;
    }
    return steps;
}

OrphanPolicy orphans_value(std::string_view text) {
    if (text == "kill") return OrphanPolicy::kill;
    if (text == "wait") return OrphanPolicy::wait;
    if (text == "leave") return OrphanPolicy::leave;
    refuse_word("policy", text, std::array<std::string_view, 3>{"kill", "wait", "leave"});
}

Size rss_value(std::string_view text) {
    const Size size = parse_size(text);
    if (size == 0) refuse("size", text, "expected at least 1 byte, or max for no limit");
    return size;
}

Duration sample_value(std::string_view text) {
    constexpr std::chrono::milliseconds shortest{50};
    const Duration interval = parse_duration(text);
    if (interval == forever) refuse("interval", text, "expected an interval that ends, such as 1s");
    if (interval < shortest) refuse("interval", text, "expected at least 50ms, such as 1s");
    return interval;
}

std::optional<std::uint64_t> processes_value(std::string_view text) {
    if (text == "max" || text == "infinity") return std::nullopt;
    const auto value = parse_integer(text, 10);
    if (!value || *value < 1) refuse("number", text, "expected a number of processes from 1, or max for no limit");
    return static_cast<std::uint64_t>(*value);
}

int retries_value(std::string_view text) {
    constexpr int most = 100'000;  // the report lists all attempts
    const auto value = parse_integer(text, 10);
    if (!value || *value < 0 || *value > most) {
        refuse("number", text, "expected how often to try again, from 0 to 100000");
    }
    return *value;
}

std::vector<RetryEnd> retry_on_value(std::string_view text) {
    std::vector<RetryEnd> ends;
    for (const std::string_view part : split(text, ',')) ends.push_back(retry_end(part));
    return ends;
}

Duration retry_delay_value(std::string_view text) {
    const Duration value = parse_duration(text);
    if (value == forever) refuse("duration", text, "expected a time that ends");
    return value;
}

std::string spare_value(const std::string& text) {
    if (text.empty() || text.ends_with('/')) refuse("program", text, "expected a name or the path of a file");
    return text;
}

WindowSize window_value(std::string_view text) {
    const std::size_t cross = text.find('x');
    const auto side = [&](std::string_view digits) {
        std::uint16_t number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc() || end != digits.data() + digits.size() || number == 0) {
            refuse("size", text, "expected columns and rows, such as 80x24");
        }
        return number;
    };
    return {side(text.substr(0, cross)), side(cross == std::string_view::npos ? "" : text.substr(cross + 1))};
}

StreamChoice standard_input_value(const std::string& text) {
    if (text == "-") return {Mode::inherit, {}};
    return stream_choice(text, {{"inherit", Mode::inherit},
                                {"null", Mode::null},
                                {"pipe", Mode::pipe},
                                {"pty", Mode::terminal},
                                {"control", Mode::control}});
}

StreamChoice standard_output_value(const std::string& text) {
    if (text == "-") return {Mode::inherit, {}};
    return stream_choice(text, {{"auto", Mode::automatic},
                                {"pipe", Mode::pipe},
                                {"inherit", Mode::inherit},
                                {"null", Mode::null},
                                {"control", Mode::control}});
}

StreamChoice standard_error_value(const std::string& text) {
    return stream_choice(text, {{"auto", Mode::automatic},
                                {"pipe", Mode::pipe},
                                {"inherit", Mode::inherit},
                                {"null", Mode::null},
                                {"stdout", Mode::merge},
                                {"control", Mode::control}});
}

Options::TerminalError terminal_error_value(std::string_view text) {
    if (text == "auto") return Options::TerminalError::automatic;
    if (text == "terminal") return Options::TerminalError::terminal;
    if (text == "pipe") return Options::TerminalError::pipe;
    refuse_word("mode", text, std::array<std::string_view, 3>{"auto", "terminal", "pipe"});
}

Options::NoInput no_input_value(std::string_view text) {
    if (text == "say") return Options::NoInput::say;
    if (text == "fail") return Options::NoInput::fail;
    refuse_word("mode", text, std::array<std::string_view, 2>{"say", "fail"});
}

std::string term_value(const std::string& text) {
    if (text.empty()) refuse("terminal", text, "expected a name, such as xterm-256color");
    return text;
}

LineStamp::Clock timestamps_value(std::string_view text) {
    if (text == "elapsed") return LineStamp::Clock::elapsed;
    if (text == "iso") return LineStamp::Clock::iso;
    if (text == "delta") return LineStamp::Clock::delta;
    refuse_word("mode", text, std::array<std::string_view, 3>{"elapsed", "iso", "delta"});
}

std::string prefix_value(std::string_view text) {
    constexpr std::size_t longest = 256;
    if (text.find_first_of("\r\n") != std::string_view::npos)
        refuse("prefix", text, "expected text without newlines or carriage returns");
    if (text.size() > longest) refuse("prefix", text, fmt::format("expected {} bytes at most", longest));
    return std::string(text);
}

bool output_format_value(std::string_view text) {
    if (text == "raw") return false;
    if (text == "plain") return true;
    refuse_word("format", text, std::array<std::string_view, 2>{"raw", "plain"});
}

Options::OutputAction output_action_value(std::string_view text) {
    if (text == "stop") return Options::OutputAction::stop;
    if (text == "drop") return Options::OutputAction::drop;
    refuse_word("action", text, std::array<std::string_view, 2>{"stop", "drop"});
}

std::string junit_name_value(const std::string& text) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) refuse("name", text, "expected a name");
    return text;
}

std::string file_value(const std::string& text) {
    if (text.empty()) refuse("file", text, "expected a name");
    return text;
}

std::string command_value(std::string_view text) {
    if (text.find_first_not_of(" \t\n") == std::string_view::npos)
        refuse("command", text, "expected a command for a shell");
    return std::string(text);
}

EnvironmentChange environment_value(std::string_view text) {
    const std::size_t equals = text.find('=');
    EnvironmentChange change{.name = std::string(text.substr(0, equals)), .value = std::nullopt};
    if (change.name.empty()) refuse("variable", text, "expected NAME or NAME=VALUE");
    if (equals != std::string_view::npos) change.value = std::string(text.substr(equals + 1));
    return change;
}

std::string variable_name_value(std::string_view text) {
    if (text.empty() || text.find('=') != std::string_view::npos)
        refuse("variable", text, "expected a name without '='");
    return std::string(text);
}

ResourceLimit limit_value(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) refuse("limit", text, "expected NAME=SOFT[:HARD]");
    std::string name = lower(text.substr(0, equals));
    if (name.starts_with("rlimit_")) name.erase(0, 7);
    const auto* const resource = std::ranges::find(resources, name, &Resource::name);
    if (resource == resources.end()) {
        std::vector<std::string_view> known;
        known.reserve(resources.size());
        for (const Resource& each : resources) known.push_back(each.name);
        refuse("limit", text,
               fmt::format("expected one of {} before the '='{}", fmt::join(known, " "), suggestion(name, known)));
    }
    const std::string_view values = text.substr(equals + 1);
    const std::size_t colon = values.find(':');
    ResourceLimit limit{.resource = resource->number, .soft = limit_number(text, values.substr(0, colon))};
    limit.hard = colon == std::string_view::npos ? limit.soft : limit_number(text, values.substr(colon + 1));
    if (limit.soft > limit.hard) refuse("limit", text, "the soft limit is above the hard one");
    return limit;
}

std::string limit_name(int resource) {
    const auto* const known = std::ranges::find(resources, resource, &Resource::number);
    return known != resources.end() ? std::string(known->name) : fmt::format("{}", resource);
}

unsigned umask_value(std::string_view text) {
    const auto value = parse_integer(text, 8);
    if (!value || *value < 0 || *value > 0777) refuse("umask", text, "expected an octal number up to 777");
    return static_cast<unsigned>(*value);
}

int nice_value(std::string_view text) {
    const auto value = parse_integer(text.starts_with('+') ? text.substr(1) : text, 10);
    if (!value || *value < -20 || *value > 19) refuse("nice value", text, "expected a number from -20 to 19");
    return *value;
}

int descriptor_value(std::string_view text) {
    const auto value = parse_integer(text, 10);
    if (!value || *value < 0) refuse("descriptor", text, "expected the number of an open descriptor");
    return *value;
}

Endpoint events_value(const std::string& text) {
    if (text == "-") return {.descriptor = 1};
    return control_value(text);
}

Endpoint control_value(const std::string& text) {
    // A file's name that stands for a descriptor has the rules of a descriptor.
    for (const auto& [name, number] : {std::pair{"/dev/stdin", 0}, {"/dev/stdout", 1}, {"/dev/stderr", 2}}) {
        if (text == name) return {.descriptor = number};
    }
    std::string_view number = text;
    for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
        if (number.starts_with(folder)) number.remove_prefix(folder.size());
    }
    const std::string_view digits = number.starts_with('-') ? number.substr(1) : number;
    if (!digits.empty() && std::ranges::all_of(digits, [](unsigned char c) { return std::isdigit(c) != 0; })) {
        return {.descriptor = descriptor_value(number)};
    }
    return {.path = file_value(text)};
}

std::vector<std::string> groups_value(std::string_view text) {
    std::vector<std::string> items;
    if (text.empty()) return items;
    for (const std::string_view part : split(text, ',')) {
        if (part.empty()) refuse("list", text, "expected names or numbers separated by commas");
        items.emplace_back(part);
    }
    return items;
}

}  // namespace netrunner
