#include "src/values/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>
#include <utility>

namespace netrunner {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <class Value>
struct Unit {
    std::string_view name;
    Value value;
};

constexpr std::array<Unit<Duration>, 5> duration_units{{
    {"ms", milliseconds(1)},
    {"s", seconds(1)},
    {"m", minutes(1)},
    {"h", hours(1)},
    {"d", days(1)},
}};

constexpr Size kibi = 1024;
constexpr Size kilo = 1000;
constexpr std::array<Unit<Size>, 14> size_units{{
    {"", 1},
    {"B", 1},
    {"K", kibi},
    {"M", kibi* kibi},
    {"G", kibi* kibi* kibi},
    {"T", kibi* kibi* kibi* kibi},
    {"KiB", kibi},
    {"MiB", kibi* kibi},
    {"GiB", kibi* kibi* kibi},
    {"TiB", kibi* kibi* kibi* kibi},
    {"KB", kilo},
    {"MB", kilo* kilo},
    {"GB", kilo* kilo* kilo},
    {"TB", kilo* kilo* kilo* kilo},
}};

constexpr std::string_view digits = "0123456789";

/// Takes "12", "12.5" or ".5" from the front of `text`. A sign, an exponent or a blank is not accepted.
std::optional<long double> take_number(std::string_view& text) {
    const std::size_t whole = std::min(text.find_first_not_of(digits), text.size());
    std::size_t end = whole;
    if (end < text.size() && text[end] == '.') {
        end = std::min(text.find_first_not_of(digits, end + 1), text.size());
    }
    const bool has_digits = whole > 0 || end > whole + 1;
    if (!has_digits || text.substr(0, end).ends_with('.')) return std::nullopt;
    long double value = 0;
    for (const char digit : text.substr(0, whole)) value = value * 10 + (digit - '0');
    long double place = 1;
    for (std::size_t i = whole + 1; i < end; ++i) {
        place /= 10;
        value += place * (text[i] - '0');
    }
    text.remove_prefix(end);
    return value;
}

std::string_view take_unit(std::string_view& text) {
    const std::size_t end = std::min(text.find_first_of("0123456789."), text.size());
    const std::string_view unit = text.substr(0, end);
    text.remove_prefix(end);
    return unit;
}

template <class Units>
auto find_unit(const Units& units, std::string_view name) -> const typename Units::value_type* {
    for (const auto& unit : units) {
        if (unit.name == name) return &unit;
    }
    return nullptr;
}

std::string lower(std::string_view text) {
    std::string copy(text);
    std::ranges::transform(copy, copy.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return copy;
}

/// The unit that a longer name or a name in capitals probably means: "sec", "mins", "H". Empty if there is none.
std::string_view meant_duration_unit(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> beginnings{
        {{"ms", "ms"}, {"mil", "ms"}, {"s", "s"}, {"m", "m"}, {"h", "h"}, {"d", "d"}}};
    const std::string small = lower(name);
    for (const auto& [beginning, unit] : beginnings) {
        if (small.starts_with(beginning)) return unit;
    }
    return "";
}

/// The unit that differs from `name` only in case. Empty if there is none.
std::string_view meant_size_unit(std::string_view name) {
    const auto* const found =
        std::ranges::find_if(size_units, [&](const auto& unit) { return lower(unit.name) == lower(name); });
    return found == size_units.end() ? "" : found->name;
}

/// Suggests `text` with `unit` in place of `wrong`. `text` ends with `wrong` and then `rest`.
std::string suggestion(std::string_view text, std::string_view wrong, std::string_view rest, std::string_view unit) {
    if (unit.empty()) return "";
    return fmt::format("; did you mean '{}{}{}'?", text.substr(0, text.size() - rest.size() - wrong.size()), unit,
                       rest);
}

[[noreturn]] void refuse(std::string_view what, std::string_view text, std::string_view why) {
    throw InvalidQuantity(fmt::format("invalid {} '{}': {}", what, text, why));
}

}  // namespace

Duration parse_duration(std::string_view text) {
    if (text == "infinity") return forever;
    std::string_view rest = text;
    if (rest.empty()) refuse("duration", text, "expected a number with ms, s, m, h or d");
    long double sum = 0;  // nanoseconds
    bool first = true;
    while (!rest.empty()) {
        const auto number = take_number(rest);
        if (!number) refuse("duration", text, "expected a number with ms, s, m, h or d");
        const std::string_view name = take_unit(rest);
        if (name.empty() && !(first && rest.empty()))
            refuse("duration", text, "expected a unit after each number, as in 1h30m");
        const auto* unit = find_unit(duration_units, name.empty() ? "s" : name);
        if (unit == nullptr) {
            refuse("duration", text,
                   fmt::format("unknown unit '{}' (expected ms, s, m, h or d){}", name,
                               suggestion(text, name, rest, meant_duration_unit(name))));
        }
        sum += *number * static_cast<long double>(unit->value.count());
        first = false;
    }
    // No run lasts that long, and a point in time that far away may not be representable: no limit, as in timeout(1).
    if (sum > static_cast<long double>(longest_duration.count())) return forever;
    return Duration(static_cast<Duration::rep>(std::ceil(sum)));
}

Size parse_size(std::string_view text) {
    if (text == "max" || text == "infinity") return unlimited;
    std::string_view rest = text;
    const auto number = take_number(rest);
    if (!number) refuse("size", text, "expected bytes, or a number with K, M, G, T, KiB to TiB or KB to TB");
    const auto* unit = find_unit(size_units, rest);
    if (unit == nullptr) {
        refuse("size", text,
               fmt::format("unknown unit '{}' (expected K, M, G, T, KiB to TiB or KB to TB){}", rest,
                           suggestion(text, rest, "", meant_size_unit(rest))));
    }
    const long double bytes = *number * static_cast<long double>(unit->value);
    constexpr long double most = 9.2e18L;  // fits into a signed 64-bit integer
    if (bytes > most) refuse("size", text, "too large (for no limit, use max)");
    return static_cast<Size>(bytes);
}

std::string format_duration(Duration duration) {
    if (duration == forever) return "infinity";
    const auto total = std::chrono::round<milliseconds>(duration);
    if (total < seconds(1)) return fmt::format("{}ms", total.count());
    std::string text;
    auto rest = total;
    const auto take = [&](auto unit, std::string_view name) {
        const auto count = rest / unit;
        if (count > 0) text += fmt::format("{}{}", count, name);
        rest %= unit;
    };
    take(days(1), "d");
    take(hours(1), "h");
    take(minutes(1), "m");
    if (rest.count() > 0) text += fmt::format("{:g}s", static_cast<double>(rest.count()) / 1000);
    return text;
}

std::string format_size(Size size) {
    if (size == unlimited) return "max";
    constexpr std::array<std::string_view, 4> names{"KiB", "MiB", "GiB", "TiB"};
    if (size < 10 * kibi && size % kibi != 0) return fmt::format("{} B", size);
    auto value = static_cast<double>(size);
    std::string_view name = "B";
    for (const std::string_view larger : names) {
        if (value < kibi) break;
        value /= kibi;
        name = larger;
    }
    return value == std::floor(value) ? fmt::format("{:.0f} {}", value, name) : fmt::format("{:.1f} {}", value, name);
}

}  // namespace netrunner
