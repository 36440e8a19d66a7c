#include "src/values/clock_text.hpp"

#include <fmt/format.h>

#include <chrono>

namespace netrunner {

std::string format_clock(Duration duration) {
    const auto total = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    return fmt::format("{:02}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

}  // namespace netrunner
