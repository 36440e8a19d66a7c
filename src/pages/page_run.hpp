// One run on a page of `netrunner report html`, and how much of it is shown. Made by page and batch_page. A plain
// value.
#pragma once

#include <cstddef>
#include <string>

#include "src/pages/shown_run.hpp"

namespace netrunner {

/// How much of a run a page shows: less if it shows many.
struct Detail {
    std::size_t points = 600;      ///< of a curve
    std::size_t bands = 48;        ///< of a chart, with values under the pointer
    std::size_t processes = 1000;  ///< the ones with the most CPU
    std::size_t text = 64'000;     ///< bytes for the command lines of all processes
    bool is_whole = true;          ///< else no lists, no tables, and charts of memory and CPU only
};

/// One run on the page.
struct PageRun {
    const ShownRun* run = nullptr;
    std::string id{};    ///< unique on the page: a prefix of the charts' ids
    std::string name{};  ///< "A"; empty if the run is not compared with others
    Detail detail{};
};

}  // namespace netrunner
