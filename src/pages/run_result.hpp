// How a run ended, in a few words for the head of a page or a line. The verdict (`message`) says more. Pure.
#pragma once

#include <string>

#include "src/pages/shown_run.hpp"

namespace netrunner {

struct RunResult {
    enum class Tone { good, bad, neutral };  ///< neutral: cancelled
    std::string words{};                     ///< "succeeded", "timed out", "killed by SIGSEGV"
    Tone tone = Tone::bad;
};

RunResult result_of(const ShownRun& run);

}  // namespace netrunner
