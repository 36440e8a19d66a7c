#include "src/live/line_splitter.hpp"

#include <algorithm>
#include <utility>

namespace netrunner {

/// Appends `part`, for which there is room, without reserving more than a line can have.
void LineSplitter::keep(std::string_view part) {
    const std::size_t needed = line_.size() + part.size();
    if (needed > line_.capacity()) line_.reserve(std::min(std::max(needed, 2 * line_.capacity()), longest));
    line_ += part;
}

std::optional<LineSplitter::Line> LineSplitter::next(std::string_view& bytes) {
    if (std::exchange(taken_, false)) line_.clear();
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const bool ends = end != std::string_view::npos;
        const std::string_view part = bytes.substr(0, end);
        if (skipping_) {
            bytes.remove_prefix(ends ? end + 1 : bytes.size());
            skipping_ = !ends;
            continue;
        }
        if (line_.size() + part.size() > longest) {
            line_ = {};
            skipping_ = true;
            return Line{.text = {}, .too_long = true};
        }
        bytes.remove_prefix(ends ? end + 1 : bytes.size());
        if (ends && line_.empty()) return Line{.text = part};
        keep(part);
        if (!ends) break;
        taken_ = true;
        return Line{.text = line_};
    }
    return std::nullopt;
}

std::optional<std::string_view> LineSplitter::rest() {
    if (taken_ || line_.empty()) return std::nullopt;
    taken_ = true;
    return line_;
}

}  // namespace netrunner
