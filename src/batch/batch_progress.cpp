#include "src/batch/batch_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "src/values/clock_text.hpp"

namespace netrunner {
namespace {

using std::chrono::seconds;

/// So that a burst of short jobs does not become a burst of redraws.
constexpr std::chrono::milliseconds shortest_interval{200};

/// Each part is a figure with its word.
std::vector<std::string> parts_of(const BatchFigures& figures) {
    std::string done = fmt::format("{} done", figures.done);
    if (figures.failed > 0) done += fmt::format(" ({} failed)", figures.failed);
    std::vector<std::string> parts{done};
    if (figures.skipped > 0) parts.push_back(fmt::format("{} skipped", figures.skipped));
    parts.push_back(fmt::format("{} running", figures.running));
    if (figures.waiting) parts.push_back(fmt::format("{} waiting", *figures.waiting));
    return parts;
}

}  // namespace

TimePoint BatchProgress::deadline(const BatchFigures& figures, bool is_hidden) const {
    if (place_ == Place::lines) return shown_at_ + std::chrono::minutes(1);
    const bool is_current = shown_ == figures && !is_hidden;
    return is_current ? shown_at_ + seconds(1) : shown_at_ + shortest_interval;
}

void BatchProgress::shown(TimePoint now, const BatchFigures& figures) {
    shown_at_ = now;
    shown_ = figures;
}

/// The time that the other jobs need if they take as long as those that have ended.
std::optional<Duration> BatchProgress::left(TimePoint now, const BatchFigures& figures) const {
    if (!figures.waiting || figures.done == 0) return std::nullopt;
    const auto others = static_cast<double>(*figures.waiting + figures.running);
    const auto each = std::chrono::duration<double>(now - begun_) / static_cast<double>(figures.done);
    return std::chrono::ceil<seconds>(each * others);
}

std::string BatchProgress::live_line(TimePoint now, const BatchFigures& figures, std::size_t width) const {
    std::string text = format_clock(now - begun_);
    for (const std::string& part : parts_of(figures)) text += "  " + part;
    const auto rest = left(now, figures);
    // In a narrow terminal the estimate goes first.
    if (const std::string estimate = rest ? "  ETA " + format_clock(*rest) : ""; text.size() + estimate.size() <= width)
        text += estimate;
    return text.substr(0, width);
}

std::string BatchProgress::sentence(TimePoint now, const BatchFigures& figures) const {
    std::string text = fmt::format("{}", fmt::join(parts_of(figures), ", "));
    if (const auto rest = left(now, figures)) text += fmt::format(", about {} left", format_duration(*rest));
    return text + fmt::format(" after {}", format_duration(std::chrono::floor<seconds>(now - begun_)));
}

}  // namespace netrunner
