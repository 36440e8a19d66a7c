// Renders the line of --progress: elapsed time, memory and size of the output, with a bar for each limit, in at most
// the given width. Pulse calls it; LiveLine draws the text. Pure.
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
