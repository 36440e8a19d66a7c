// The size of a terminal, as a value.
#pragma once

#include <cstdint>

namespace netrunner {

/// In characters; never 0.
struct WindowSize {
    std::uint16_t columns = 80;
    std::uint16_t rows = 24;

    friend bool operator==(const WindowSize&, const WindowSize&) = default;
};

}  // namespace netrunner
