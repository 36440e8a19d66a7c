#include "src/pages/shown_quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "src/values/utc_time.hpp"

namespace netrunner {
namespace {

/// With at most `digits` decimals, without zeros at the end.
std::string trimmed(double number, int digits) {
    std::string text = fmt::format("{:.{}f}", number, digits);
    if (text.find('.') == std::string::npos) return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

}  // namespace

std::string shown_number(double number) {
    const double size = std::abs(number);
    return trimmed(number, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

std::string shown_time(double seconds) {
    if (seconds < 0.9995) return trimmed(seconds * 1000, seconds < 0.00995 && seconds > 0 ? 1 : 0) + "ms";
    if (seconds < 59.95) return trimmed(seconds, seconds < 9.995 ? 2 : 1) + "s";
    const auto whole = static_cast<std::uint64_t>(std::round(seconds));
    if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
    const std::uint64_t minutes = (whole + 30) / 60;
    if (minutes < 24 * 60) return fmt::format("{}h{:02}m", minutes / 60, minutes % 60);
    const std::uint64_t hours = (minutes + 30) / 60;
    return fmt::format("{}d{:02}h", hours / 24, hours % 24);
}

std::string shown_bytes(double bytes) {
    constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double number = std::clamp(bytes, 0.0, 1e18);
    std::size_t unit = 0;
    for (; number >= 1023.5 && unit + 1 < units.size(); ++unit) number /= 1024;
    return fmt::format("{} {}", trimmed(number, unit > 0 && number < 99.95 ? 1 : 0), units[unit]);
}

std::string shown_rate(double bytes_per_second) { return shown_bytes(bytes_per_second) + "/s"; }

std::string counted(double count, const std::string& one, const std::string& more) {
    return fmt::format("{} {}", trimmed(count, 0), count == 1 ? one : more);
}

std::string shown_date(double since_1970) {
    const auto time =
        std::chrono::system_clock::time_point(std::chrono::seconds(static_cast<std::int64_t>(since_1970)));
    std::string text = utc_time(time).substr(0, 19);
    std::ranges::replace(text, 'T', ' ');
    return text + " UTC";
}

}  // namespace netrunner
