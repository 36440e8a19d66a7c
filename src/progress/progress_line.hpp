// What --progress shows: how long the run takes, what memory it holds and what it has written, with a bar where there
// is a limit. Fits the width that it is given. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "src/values/quantity.hpp"

namespace netrunner {

struct Progress {
    Duration elapsed{};
    Duration timeout = forever;
    std::optional<Size> memory{};
    std::optional<Size> memory_limit{};
    Size bytes = 0;  ///< of output
};

/// Plain ASCII, at most `width` characters.
std::string render_progress(const Progress& progress, std::size_t width);

}  // namespace netrunner
