// Places spans of time in lanes so that no two in one lane overlap, and a child is below its parent: the processes of
// a run, the jobs of a batch. Used by the page and the trace. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace netrunner {

struct Span {
    double start = 0;
    double end = 0;                       ///< not before `start`
    std::optional<std::size_t> parent{};  ///< the index of a span before this one
};

struct Lanes {
    std::vector<std::size_t> of{};  ///< by span, from 0
    std::size_t count = 0;
};

/// `spans`: in the order of their start. A span ends up in the first free lane below its parent's.
Lanes lanes_for(const std::vector<Span>& spans);

}  // namespace netrunner
