#include "src/report/annotation.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

TEST_SUITE_BEGIN("annotation");

TEST_CASE("the verdict is one workflow command, whatever is in it") {
    CHECK(render_annotation("timed out after 5s", 124) == "::error title=netrunner::timed out after 5s\n");
    CHECK(render_annotation("100% of\r\n'::x'", 1) == "::error title=netrunner::100%25 of%0D%0A'::x'\n");
}

TEST_CASE("a step that does not fail gets a warning") {
    CHECK(render_annotation("ended 1 orphan: sleep (5)", 0) ==
          "::warning title=netrunner::ended 1 orphan: sleep (5)\n");
}

TEST_SUITE_END();
