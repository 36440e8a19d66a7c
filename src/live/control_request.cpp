#include "src/live/control_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "src/cli/value_syntax.hpp"
#include "src/live/flat_object.hpp"
#include "src/live/line_splitter.hpp"
#include "src/values/base64.hpp"
#include "src/values/json_text.hpp"
#include "src/values/nearest_word.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using Kind = FlatValue::Kind;

constexpr std::size_t longest_id = 256;    // of its JSON text
constexpr std::size_t longest_word = 64;   // of a duration or the name of a signal
constexpr std::size_t longest_shown = 40;  // of a value in a message

struct Refusal {
    const char* code;
    std::string message;
};

[[noreturn]] void refuse(std::string_view key, std::string_view why) {
    throw Refusal{"bad-argument", fmt::format("{}: {}", key, why)};
}

/// `value` as it was given; a long text is cut.
std::string shown(const FlatValue& value) {
    if (value.kind != Kind::string && value.kind != Kind::number) return std::string(kind_name(value));
    std::string text;
    const bool is_string = value.kind == Kind::string;
    const bool whole = append_json_string_within(text, value.text, longest_shown);
    if (!is_string) text = text.substr(1, text.size() - 2);
    return text + (whole ? "" : "...");
}

[[noreturn]] void refuse_value(std::string_view key, std::string_view expected, const FlatValue& value) {
    refuse(key, fmt::format("expected {}, not {}", expected, shown(value)));
}

/// The members of one command, which its parser asks for by name.
class Arguments {
  public:
    explicit Arguments(const std::vector<FlatMember>& members) : members_(&members) {}

    [[nodiscard]] const FlatValue* find(std::string_view key) const {
        const auto found = std::ranges::find(*members_, key, &FlatMember::key);
        return found == members_->end() ? nullptr : &found->value;
    }
    /// `expected`: in words, for the message if the key is missing.
    [[nodiscard]] const FlatValue& at(std::string_view key, std::string_view expected) const {
        const FlatValue* value = find(key);
        if (value == nullptr) throw Refusal{"missing-argument", fmt::format("{}: expected {}", key, expected)};
        return *value;
    }

  private:
    const std::vector<FlatMember>* members_;
};

/// The value of a parser of the command line; its refusal becomes one of `key`.
template <class Parse>
auto parsed(std::string_view key, std::string_view expected, const FlatValue& value, Parse parse) {
    if (value.text.size() > longest_word) refuse_value(key, expected, value);
    try {
        return parse(value.text);
    } catch (const UsageError& wrong) {
        refuse(key, wrong.what());
    } catch (const InvalidQuantity& wrong) {
        refuse(key, wrong.what());
    }
}

std::size_t whole_number(const Arguments& arguments, std::string_view key, std::size_t most) {
    const std::string expected = fmt::format("a whole number from 1 to {}", most);
    const FlatValue& value = arguments.at(key, expected);
    if (!value.whole || *value.whole < 1 || *value.whole > most) refuse_value(key, expected, value);
    return static_cast<std::size_t>(*value.whole);
}

/// Rounded up to nanoseconds, as the command line's.
Duration duration_of_seconds(double seconds) {
    const double nanoseconds = std::ceil(seconds * 1e9);
    return nanoseconds > static_cast<double>(longest_duration.count())
               ? forever
               : Duration(static_cast<Duration::rep>(nanoseconds));
}

ControlCommand signal_command(const Arguments& arguments) {
    constexpr std::string_view expected = "the name of a signal, such as \"TERM\"";
    const FlatValue& value = arguments.at("name", expected);
    if (value.kind != Kind::string && !value.whole) refuse_value("name", expected, value);
    return SendSignal{parsed("name", expected, value, signal_value)};
}

ControlCommand extend_command(const Arguments& arguments) {
    constexpr std::string_view expected = "a duration, such as \"10m\", or a number of seconds";
    const FlatValue* const by = arguments.find("by");
    const FlatValue* const to = arguments.find("to");
    if (by != nullptr && to != nullptr) refuse("to", "expected one of by and to, not both");
    if (by == nullptr && to == nullptr)
        throw Refusal{"missing-argument", fmt::format("by: expected by or to, {}", expected)};
    const std::string_view key = by != nullptr ? "by" : "to";
    const FlatValue& value = by != nullptr ? *by : *to;
    Duration time{};
    if (value.kind == Kind::string) {
        time = parsed(key, expected, value, parse_duration);
    } else if (value.kind == Kind::number && value.number >= 0) {
        time = duration_of_seconds(value.number);
    } else {
        refuse_value(key, expected, value);
    }
    if (time == Duration::zero()) {
        refuse_value(key, by != nullptr ? "more than 0" : "more than 0 (for no limit, \"infinity\")", value);
    }
    if (by != nullptr && time == forever) refuse_value(key, "a time that ends (for no limit, to \"infinity\")", value);
    return ExtendLimit{by != nullptr, time};
}

ControlCommand resize_command(const Arguments& arguments) {
    constexpr std::size_t most = 0xffff;
    const auto side = [&](std::string_view key) {
        return static_cast<std::uint16_t>(whole_number(arguments, key, most));
    };
    const std::uint16_t columns = side("columns");
    return ResizeWindow{{columns, side("rows")}};
}

ControlCommand write_command(const Arguments& arguments) {
    constexpr std::string_view expected = "a string";
    const FlatValue& data = arguments.at("data", expected);
    if (data.kind != Kind::string) refuse_value("data", expected, data);
    const FlatValue* const base64 = arguments.find("base64");
    if (base64 == nullptr) return WriteInput{data.text};
    if (base64->kind != Kind::boolean) refuse_value("base64", "true or false", *base64);
    if (!base64->truth) return WriteInput{data.text};
    auto bytes = from_base64(data.text);
    if (!bytes) refuse_value("data", "base64 with padding (RFC 4648)", data);
    return WriteInput{*std::move(bytes)};
}

ControlCommand read_command(const Arguments& arguments) {
    constexpr std::string_view expected = "\"stdout\" or \"stderr\"";
    const FlatValue& stream = arguments.at("stream", expected);
    const bool is_error = stream.text == "stderr";
    if (stream.kind != Kind::string || (!is_error && stream.text != "stdout")) refuse_value("stream", expected, stream);
    ReadOutput read{.error_stream = is_error};
    if (arguments.find("max") != nullptr) read.max = whole_number(arguments, "max", ReadOutput::most);
    return read;
}

template <class Command>
ControlCommand plain_command(const Arguments& /*arguments*/) {
    return Command{};
}

struct CommandSyntax {
    std::string_view name;
    std::array<std::string_view, 2> keys;  ///< empty: no key
    ControlCommand (*parse)(const Arguments&);
};
constexpr std::array<CommandSyntax, 9> commands{{
    {"status", {}, plain_command<AskStatus>},
    {"events", {}, plain_command<SubscribeEvents>},
    {"signal", {"name"}, signal_command},
    {"stop", {}, plain_command<StopRun>},
    {"extend", {"by", "to"}, extend_command},
    {"resize", {"columns", "rows"}, resize_command},
    {"close-stdin", {}, plain_command<CloseInput>},
    {"write", {"data", "base64"}, write_command},
    {"read", {"stream", "max"}, read_command},
}};

const CommandSyntax& command_of(const Arguments& arguments) {
    std::vector<std::string_view> names;
    names.reserve(commands.size());
    for (const CommandSyntax& each : commands) names.push_back(each.name);
    const std::string expected = fmt::format("one of {}", fmt::join(names, ", "));
    const FlatValue& value = arguments.at("cmd", expected);
    if (value.kind != Kind::string) refuse_value("cmd", expected, value);
    const auto* const found = std::ranges::find(commands, value.text, &CommandSyntax::name);
    if (found != commands.end()) return *found;
    const std::string meant = value.text.size() > longest_word ? "" : suggestion(value.text, names);
    throw Refusal{"unknown-command", fmt::format("cmd: expected {}, not {}{}", expected, shown(value), meant)};
}

void check_keys(const CommandSyntax& command, const std::vector<FlatMember>& members) {
    std::vector<std::string_view> known{"id", "cmd"};
    for (const std::string_view key : command.keys) {
        if (!key.empty()) known.push_back(key);
    }
    for (const FlatMember& member : members) {
        if (std::ranges::find(known, member.key) != known.end()) continue;
        const FlatValue key{.kind = Kind::string, .text = member.key};
        const std::string meant = member.key.size() > longest_word ? "" : suggestion(member.key, known);
        throw Refusal{"unknown-key", fmt::format("{}: expected the keys {}, not {}{}", command.name,
                                                 fmt::join(known, ", "), shown(key), meant)};
    }
}

/// The id as JSON text; empty if there is none.
std::string id_in(const Arguments& arguments) {
    const FlatValue* const value = arguments.find("id");
    if (value == nullptr) return "";
    if (value->kind != Kind::string && value->kind != Kind::number) refuse_value("id", "a string or a number", *value);
    std::string id;
    if (value->kind == Kind::number) {
        id = value->text;
    } else {
        append_json_string(id, value->text);
    }
    if (id.size() > longest_id) refuse("id", fmt::format("expected at most {} bytes", longest_id));
    return id;
}

}  // namespace

std::variant<ControlRequest, ControlError> parse_control(std::string_view line) {
    ControlRequest request;
    try {
        const std::vector<FlatMember> members = read_flat_object(line);
        const Arguments arguments(members);
        request.id = id_in(arguments);
        const CommandSyntax& command = command_of(arguments);
        check_keys(command, members);
        request.command = command.parse(arguments);
        return request;
    } catch (const Refusal& refusal) {
        return ControlError{request.id, refusal.code, refusal.message};
    } catch (const UsageError& wrong) {
        return ControlError{"", "bad-json", wrong.what()};
    }
}

ControlError line_too_long() {
    return {"", "line-too-long", fmt::format("expected at most {} bytes in a line", LineSplitter::longest)};
}

}  // namespace netrunner
