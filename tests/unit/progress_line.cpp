#include "src/progress/progress_line.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

const Progress all{.elapsed = 90s, .timeout = 180s, .memory = 128 << 20, .memory_limit = 512 << 20, .bytes = 1536};

}  // namespace

TEST_SUITE_BEGIN("progress_line");

TEST_CASE("where there are limits there are bars") {
    CHECK(render_progress(all, 200) ==
          "00:01:30 / 3m [##########----------]  memory 128 MiB / 512 MiB [#####---------------]  output 1536 B");
    Progress beyond = all;
    beyond.elapsed = 200s;
    CHECK(render_progress(beyond, 200).find("[####################]") != std::string::npos);
}

TEST_CASE("without a limit there is a figure, and without that nothing") {
    CHECK(render_progress({.elapsed = 3600s, .memory = 1 << 20}, 80) == "01:00:00  memory 1 MiB  output 0 B");
    CHECK(render_progress({.elapsed = 1500ms}, 80) == "00:00:01  output 0 B");
}

TEST_CASE("it fits, whatever the width") {
    for (std::size_t width = 1; width < 120; ++width) {
        const std::string text = render_progress(all, width);
        CHECK(text.size() <= width);
        CHECK(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }));
    }
    CHECK(render_progress(all, 80).find("[#####-----]") != std::string::npos);
    CHECK(render_progress(all, 13) == "00:01:30 / 3m");
}

TEST_SUITE_END();
