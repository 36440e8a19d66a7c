#include "src/progress/heartbeat.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace netrunner {
namespace {

/// Rounds to tenths of a second below one minute, to seconds above.
std::string rounded(Duration duration) {
    const Duration unit = duration < std::chrono::minutes(1) ? Duration(std::chrono::milliseconds(100))
                                                             : Duration(std::chrono::seconds(1));
    return format_duration((duration + unit / 2) / unit * unit);
}

}  // namespace

std::optional<TimePoint> Heartbeat::deadline(TimePoint quiet_since) const {
    if (every_ == forever) return std::nullopt;
    return std::max(quiet_since, last_.value_or(quiet_since)) + every_;
}

std::string describe_heartbeat(Duration elapsed, std::optional<Duration> silence, const std::string& not_relayed,
                               const TreeFigures& tree) {
    std::string text = fmt::format("running for {}, ", rounded(elapsed));
    text += silence ? fmt::format("no output for {}", rounded(*silence)) : "no output yet";
    if (!not_relayed.empty()) text += fmt::format(" ({} is not seen)", not_relayed);
    text += fmt::format(", {} {}", tree.processes, tree.processes == 1 ? "process" : "processes");
    if (!tree.memory) return text;
    return text + fmt::format(", {} of memory ({})", format_size(*tree.memory),
                              tree.of_group ? "control group" : "sum of resident sizes");
}

}  // namespace netrunner
