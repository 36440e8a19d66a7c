#include "src/system/processor_wait.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "src/system/fd.hpp"

namespace netrunner {

Duration processor_wait() {
    // "TIME-ON-PROCESSOR TIME-WAITING TIMESLICES", times in nanoseconds.
    const Descriptor file(::open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC));
    std::array<char, 96> text{};
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : 0;
    const std::string_view read(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    const auto blank = read.find(' ');
    std::int64_t waited = 0;
    if (blank != read.npos) std::from_chars(read.data() + blank + 1, read.data() + read.size(), waited);
    return std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(waited));
}

}  // namespace netrunner
