#include "src/values/utc_time.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <ctime>
#include <string_view>

namespace netrunner {

std::string utc_seconds(std::chrono::system_clock::time_point time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

std::string utc_time(std::chrono::system_clock::time_point time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const auto fraction = std::chrono::duration_cast<std::chrono::microseconds>(time - whole);
    return fmt::format("{}.{:06}Z", utc_seconds(time), fraction.count());
}

std::optional<std::chrono::system_clock::time_point> parse_utc_time(const std::string& text) {
    std::tm parts{};
    const char* at = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (at == nullptr || text.size() < 5 || text[4] != '-') return std::nullopt;
    std::chrono::microseconds fraction{0};
    if (*at == '.') {
        std::int64_t unit = 100'000;
        for (++at; *at >= '0' && *at <= '9'; ++at, unit /= 10)
            fraction += std::chrono::microseconds((*at - '0') * unit);
    }
    constexpr std::time_t last = 9'000'000'000;  // of the clock's range, in the year 2255
    const std::time_t whole = ::timegm(&parts);
    if (std::string_view(at) != "Z" || whole < 0 || whole > last) return std::nullopt;
    return std::chrono::system_clock::from_time_t(whole) + fraction;
}

}  // namespace netrunner
