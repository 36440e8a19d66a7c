#include "src/values/signal_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>

namespace netrunner {
namespace {

/// The kernel's highest signal number. glibc reserves 32 and 33, so SIGRTMIN is 34 (signal(7)).
constexpr int highest = 64;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return std::toupper(x) == std::toupper(y); });
}

std::optional<int> parse_number(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<int> parse_real_time(std::string_view name) {
    for (const auto& [prefix, base, sign] :
         {std::tuple{std::string_view("RTMIN"), SIGRTMIN, '+'}, std::tuple{std::string_view("RTMAX"), SIGRTMAX, '-'}}) {
        if (!equal_ignoring_case(name.substr(0, prefix.size()), prefix)) continue;
        const std::string_view rest = name.substr(prefix.size());
        if (rest.empty()) return base;
        if (rest.front() != sign) return std::nullopt;
        const auto offset = parse_number(rest.substr(1));
        if (!offset || *offset < 0 || *offset > SIGRTMAX - SIGRTMIN) return std::nullopt;
        return sign == '+' ? base + *offset : base - *offset;
    }
    return std::nullopt;
}

}  // namespace

std::optional<int> parse_signal(std::string_view text) {
    if (const auto number = parse_number(text)) {
        return *number >= 1 && *number <= highest ? number : std::nullopt;
    }
    std::string_view name = text;
    if (equal_ignoring_case(name.substr(0, 3), "SIG")) name.remove_prefix(3);
    if (name.empty()) return std::nullopt;
    for (int number = 1; number < SIGRTMIN; ++number) {
        const char* known = ::sigabbrev_np(number);
        if (known != nullptr && equal_ignoring_case(name, known)) return number;
    }
    // Synonyms (signal(7)) that sigabbrev_np does not return.
    if (equal_ignoring_case(name, "CLD")) return SIGCHLD;
    if (equal_ignoring_case(name, "POLL")) return SIGPOLL;
    if (equal_ignoring_case(name, "IOT")) return SIGABRT;
    return parse_real_time(name);
}

std::vector<std::string> signal_names() {
    std::vector<std::string> names;
    for (int number = 1; number < SIGRTMIN; ++number) {
        const char* known = ::sigabbrev_np(number);
        if (known == nullptr) continue;
        names.emplace_back(known);
        names.push_back(fmt::format("SIG{}", known));
    }
    return names;
}

std::string signal_name(int number) {
    if (number >= SIGRTMIN && number <= SIGRTMAX) {
        return number == SIGRTMIN ? "SIGRTMIN" : fmt::format("SIGRTMIN+{}", number - SIGRTMIN);
    }
    const char* known = ::sigabbrev_np(number);
    return known != nullptr ? fmt::format("SIG{}", known) : fmt::format("signal {}", number);
}

}  // namespace netrunner
