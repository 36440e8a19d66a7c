#include "src/batch/job_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "src/cli/batch_checks.hpp"
#include "src/cli/run_options.hpp"
#include "src/cli/value_syntax.hpp"
#include "src/values/nearest_word.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 5> own_keys{"command", "id", "env", "cwd", "slots"};
/// Options that may be given more than once: their value may be an array.
constexpr std::array<std::string_view, 6> repeatable{"cgroup_set", "io_max", "rlimit", "setenv", "spare", "unset"};
constexpr std::uint64_t most_slots = 1'000'000;
constexpr std::size_t longest_id = 256;

template <std::size_t N>
bool is_in(const std::array<std::string_view, N>& list, std::string_view word) {
    return std::ranges::find(list, word) != list.end();
}

[[noreturn]] void refuse(std::string_view key, std::string_view why) {
    throw UsageError(fmt::format("{}: {}", key, why));
}

[[noreturn]] void refuse_type(std::string_view key, std::string_view wanted, const Json& value) {
    refuse(key, fmt::format("it is {}, not {}", wanted,
                            value.is_boolean() ? (value.get<bool>() ? "true" : "false") : value.type_name()));
}

const std::string& string_in(std::string_view key, const Json& value, std::string_view wanted) {
    if (!value.is_string()) refuse_type(key, wanted, value);
    const auto& text = value.get_ref<const std::string&>();
    if (text.find('\0') != std::string::npos) refuse(key, "it contains a NUL byte");
    return text;
}

/// A string or a number as the command line would have it.
std::string word_in(std::string_view key, const Json& value) {
    return value.is_number() ? value.dump() : string_in(key, value, "a string or a number");
}

std::vector<std::string> command_in(const Json& value) {
    if (!value.is_array()) refuse_type("command", "an array of strings", value);
    if (value.empty()) refuse("command", "it has no word");
    std::vector<std::string> command;
    for (const Json& word : value) command.push_back(string_in("command", word, "an array of strings"));
    return command;
}

std::string id_in(const Json& value) {
    std::string id = word_in("id", value);
    if (id.empty()) refuse("id", "it is empty");
    if (id.size() > longest_id)
        refuse("id", fmt::format("it has {} bytes, at most {} are allowed", id.size(), longest_id));
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(id, is_control)) refuse("id", "it contains a control character");
    return id;
}

std::uint64_t slots_in(const Json& value) {
    if (!value.is_number_unsigned()) refuse_type("slots", "a whole number from 1", value);
    const auto slots = value.get<std::uint64_t>();
    if (slots < 1 || slots > most_slots) refuse("slots", "it is a whole number from 1");
    return slots;
}

/// NAME: "value" sets a variable, NAME: null removes it.
void change_environment(Options& options, const Json& value) {
    if (!value.is_object()) refuse_type("env", "an object", value);
    for (const auto& item : value.items()) {
        const std::string& name = item.key();
        const Json& text = item.value();
        variable_name_value(name);
        if (name.find('\0') != std::string::npos) refuse("env", "a name contains a NUL byte");
        if (!text.is_null()) {
            options.set.push_back({name, string_in("env", text, "an object with strings and null")});
            continue;
        }
        std::erase_if(options.set, [&](const EnvironmentChange& change) { return change.name == name; });
        options.unset.push_back(name);
    }
}

/// The option of `run` that `key` names, with `value`. Nothing for an empty array.
std::optional<GivenOption> option_in(const std::string& key, const Json& value) {
    GivenOption option{.name = "--" + key};
    std::ranges::replace(option.name, '_', '-');
    if (value.is_boolean()) {
        option.wanted = value.get<bool>();
        return option;
    }
    if (!value.is_array()) {
        option.values.push_back(word_in(key, value));
        return option;
    }
    if (!is_in(repeatable, key)) refuse_type(key, "one value", value);
    for (const Json& each : value) option.values.push_back(word_in(key, each));
    return option.values.empty() ? std::nullopt : std::optional(option);
}

/// Parses `text` and refuses a key that the object has twice, of which JSON parsers keep any one.
Json parse_object(std::string_view text) {
    std::vector<std::string> keys;
    const auto notes_key = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth == 1 && event == Json::parse_event_t::key) keys.push_back(parsed.get<std::string>());
        return true;
    };
    Json object;
    try {
        object = Json::parse(text, notes_key);
    } catch (const Json::parse_error& wrong) {
        throw UsageError(fmt::format("invalid JSON at byte {}", wrong.byte));
    } catch (const Json::out_of_range&) {
        throw UsageError("invalid JSON: a number is too large");
    }
    if (!object.is_object()) throw UsageError(fmt::format("a JSON object is expected, not {}", object.type_name()));
    std::ranges::sort(keys);
    const auto twice = std::adjacent_find(keys.begin(), keys.end());
    if (twice != keys.end()) refuse(*twice, "the key is given twice");
    return object;
}

}  // namespace

JobRecordParser::JobRecordParser(Options defaults) : defaults_(std::move(defaults)) {
    for (const std::string_view key : own_keys) keys_.emplace_back(key);
    for (const std::string& name : run_command.options()) {
        if (!refusal_in_batch(name).empty()) continue;
        std::string key = name.substr(2);
        std::ranges::replace(key, '-', '_');
        keys_.push_back(std::move(key));
    }
}

void JobRecordParser::refuse_key(const std::string& key) const {
    std::string option = "--" + key;
    std::ranges::replace(option, '_', '-');
    const std::string_view reason = refusal_in_batch(option);
    if (!reason.empty()) refuse(key, reason);
    const std::string meant = nearest_word(key, std::vector<std::string_view>(keys_.begin(), keys_.end()));
    throw UsageError(meant.empty() ? fmt::format("unknown key '{}'", key)
                                   : fmt::format("unknown key '{}': did you mean '{}'?", key, meant));
}

JobRecord JobRecordParser::parse(std::string_view text) const {
    const Json object = parse_object(text);
    JobRecord job{.id = std::nullopt, .slots = 1, .options = defaults_};
    std::vector<GivenOption> given;
    for (const auto& [key, value] : object.items()) {
        if (std::ranges::find(keys_, key) == keys_.end()) refuse_key(key);
        if (key == "command") {
            job.options.command = command_in(value);
        } else if (key == "id") {
            job.id = id_in(value);
        } else if (key == "slots") {
            job.slots = slots_in(value);
        } else if (key == "env") {
            change_environment(job.options, value);
        } else if (key == "cwd") {
            if (object.contains("chdir")) refuse("cwd", "chdir is given too");
            given.push_back({"--chdir", {string_in(key, value, "a string")}});
        } else if (auto option = option_in(key, value)) {
            given.push_back(*std::move(option));
        }
    }
    if (!object.contains("command")) refuse("command", "the key is missing");
    set_run_options(job.options, given);
    check_job_options(job.options);
    return job;
}

}  // namespace netrunner
