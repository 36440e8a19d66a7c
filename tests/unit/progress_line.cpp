#include "src/progress/progress_line.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

const Progress all{.elapsed = 90s, .timeout = 180s, .memory = 128 << 20, .memory_limit = 512 << 20, .bytes = 1536};

}  // namespace

TEST_SUITE_BEGIN("progress_line");

TEST_CASE("a value with a limit has a bar") {
    CHECK(render_progress(all, 200) ==
          "00:01:30 / 3m [##########----------]  memory 128 MiB / 512 MiB [#####---------------]  output 1536 B");
    Progress beyond = all;
    beyond.elapsed = 200s;
    CHECK(render_progress(beyond, 200).find("[####################]") != std::string::npos);
}

TEST_CASE("a value without a limit is a figure, and an unknown value is left out") {
    CHECK(render_progress({.elapsed = 3600s, .memory = 1 << 20}, 80) == "01:00:00  memory 1 MiB  output 0 B");
    CHECK(render_progress({.elapsed = 1500ms}, 80) == "00:00:01  output 0 B");
}

TEST_CASE("the line fits into any width") {
    for (std::size_t width = 1; width < 120; ++width) {
        const std::string text = render_progress(all, width);
        CHECK(text.size() <= width);
        CHECK(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }));
    }
    CHECK(render_progress(all, 80).find("[#####-----]") != std::string::npos);
    CHECK(render_progress(all, 13) == "00:01:30 / 3m");
}

TEST_SUITE_END();
