#include "src/system/process_figures.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {

std::optional<Size> resident_size(pid_t pid) {
    const auto text = read_text(fmt::format("/proc/{}/statm", pid));
    const auto words = words_in(text.value_or(""));
    const auto pages = words.size() > 1 ? number_in(words[1]) : std::nullopt;
    if (!pages) return std::nullopt;
    return *pages * static_cast<Size>(::sysconf(_SC_PAGESIZE));
}

Duration duration_of_ticks(std::uint64_t ticks) {
    constexpr Duration second = std::chrono::seconds(1);
    const auto per_second = static_cast<std::uint64_t>(std::max(::sysconf(_SC_CLK_TCK), 1L));
    const auto whole = static_cast<std::int64_t>(ticks / per_second);
    const auto rest = static_cast<std::int64_t>(ticks % per_second);
    return second * whole + second * rest / static_cast<std::int64_t>(per_second);
}

}  // namespace netrunner
