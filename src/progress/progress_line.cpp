#include "src/progress/progress_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "src/values/clock_text.hpp"

namespace netrunner {
namespace {

/// What the line contains. If a shape does not fit, the next one is tried: shorter bars, no bars, fewer figures.
struct Shape {
    std::size_t bar;
    bool memory;
    bool bytes;
};
constexpr std::array<Shape, 5> shapes{
    {{20, true, true}, {10, true, true}, {0, true, true}, {0, false, true}, {0, false, false}}};

/// " [#####-----]"; empty if `length` is 0.
std::string bar(double part, std::size_t length) {
    if (length == 0) return "";
    const auto done = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(length));
    return fmt::format(" [{}{}]", std::string(done, '#'), std::string(length - done, '-'));
}

std::string time_text(const Progress& progress, std::size_t length) {
    if (progress.timeout == forever) return format_clock(progress.elapsed);
    const double part =
        std::chrono::duration<double>(progress.elapsed) / std::chrono::duration<double>(progress.timeout);
    return fmt::format("{} / {}{}", format_clock(progress.elapsed), format_duration(progress.timeout),
                       bar(part, length));
}

std::string memory_text(const Progress& progress, std::size_t length) {
    std::string now = format_size(*progress.memory);
    if (!progress.memory_limit || *progress.memory_limit == 0) return now;
    const double part = static_cast<double>(*progress.memory) / static_cast<double>(*progress.memory_limit);
    return fmt::format("{} / {}{}", now, format_size(*progress.memory_limit), bar(part, length));
}

std::string render(const Progress& progress, const Shape& shape) {
    std::string text = time_text(progress, shape.bar);
    if (shape.memory && progress.memory) text += "  memory " + memory_text(progress, shape.bar);
    if (shape.bytes) text += "  output " + format_size(progress.bytes);
    return text;
}

}  // namespace

std::string render_progress(const Progress& progress, std::size_t width) {
    std::string text;
    for (const Shape& shape : shapes) {
        text = render(progress, shape);
        if (text.size() <= width) return text;
    }
    return text.substr(0, width);
}

}  // namespace netrunner
