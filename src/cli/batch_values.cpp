#include "src/cli/batch_values.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "src/values/kernel_text.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

[[noreturn]] void refuse(const char* kind, std::string_view text, std::string_view allowed) {
    throw UsageError(fmt::format("invalid {} '{}': {}", kind, text, allowed));
}

/// A number from 1.
std::optional<std::uint64_t> count_in(std::string_view text) {
    const auto number = number_in(text);
    return number && *number > 0 ? number : std::nullopt;
}

}  // namespace

std::uint64_t records_value(std::string_view text) {
    const auto number = count_in(text);
    if (!number) refuse("number of records", text, "it is a whole number from 1");
    return *number;
}

bool show_value(std::string_view text) {
    if (text != "all" && text != "failed") refuse("choice", text, "it is all or failed");
    return text == "failed";
}

JobsChoice jobs_value(std::string_view text) {
    if (text == "auto") return {};
    const bool is_percent = text.ends_with('%');
    const auto number = count_in(is_percent ? text.substr(0, text.size() - 1) : text);
    if (!number || *number > 1'000'000)
        refuse("number of jobs", text, "it is auto, a whole number from 1, or a percentage");
    return {.kind = is_percent ? JobsChoice::Kind::percent : JobsChoice::Kind::number, .value = *number};
}

HaltPolicy halt_value(std::string_view text) {
    using Kind = HaltPolicy::Kind;
    constexpr const char* allowed = "it is never, soon, soon=N, soon=N%, now or now=N";
    const std::size_t equals = text.find('=');
    const std::string_view word = text.substr(0, equals);
    HaltPolicy policy;
    if (word == "never" && equals == std::string_view::npos) return policy;
    if (word != "soon" && word != "now") refuse("halt policy", text, allowed);
    policy.kind = word == "soon" ? Kind::soon : Kind::now;
    if (equals == std::string_view::npos) return policy;
    std::string_view number = text.substr(equals + 1);
    policy.is_percent = policy.kind == Kind::soon && number.ends_with('%');
    if (policy.is_percent) number.remove_suffix(1);
    const auto failures = count_in(number);
    if (!failures || (policy.is_percent && *failures > 100)) refuse("halt policy", text, allowed);
    policy.failures = *failures;
    return policy;
}

ShardChoice shard_value(std::string_view text) {
    constexpr const char* allowed = "it is I/N, hash:I/N or auto, with I from 1 to N";
    if (text == "auto") return {.kind = ShardChoice::Kind::automatic};
    ShardChoice choice{.kind = ShardChoice::Kind::position};
    std::string_view numbers = text;
    if (numbers.starts_with("hash:")) {
        choice.kind = ShardChoice::Kind::hash;
        numbers.remove_prefix(5);
    }
    const std::size_t slash = numbers.find('/');
    if (slash == std::string_view::npos) refuse("shard", text, allowed);
    const auto index = count_in(numbers.substr(0, slash));
    const auto count = count_in(numbers.substr(slash + 1));
    if (!index || !count || *index > *count) refuse("shard", text, allowed);
    choice.index = *index;
    choice.count = *count;
    return choice;
}

OutputModeChoice output_mode_value(const std::string& text) {
    using Kind = OutputModeChoice::Kind;
    for (const auto& [name, kind] : {std::pair{"group", Kind::group},
                                     {"ordered", Kind::ordered},
                                     {"line", Kind::line},
                                     {"null", Kind::null},
                                     {"inherit", Kind::inherit}}) {
        if (text == name) return {.kind = kind};
    }
    constexpr std::string_view files = "files=";
    if (!text.starts_with(files) || text.size() == files.size())
        refuse("output mode", text, "it is group, ordered, line, files=TEMPLATE, null or inherit");
    return {.kind = Kind::files, .name = text.substr(files.size())};
}

}  // namespace netrunner
