#include "src/report/junit_suite.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using Result = JUnitCase::Result;

TEST_SUITE_BEGIN("junit_suite");

TEST_CASE("a suite has a case for each job") {
    JUnitSuite suite;
    suite.add({.name = "a<b", .seconds = 1.25});
    suite.add({.name = "second",
               .seconds = 0.5,
               .result = Result::failure,
               .reason = "exited",
               .message = "exited with 3",
               .last_lines = "line\x1b[31m & more\n"});
    suite.add({.name = "third", .result = Result::error, .reason = "lost", .message = "the guard was killed"});
    suite.add({.name = "fourth", .result = Result::skipped, .message = "done > before"});
    CHECK(suite.render("host", std::chrono::system_clock::time_point{}, 2) ==
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
          "  <testsuite name=\"netrunner\" package=\"netrunner\" id=\"0\" hostname=\"host\" tests=\"4\" failures=\"1\""
          " errors=\"1\" skipped=\"1\" time=\"2.000\" timestamp=\"1970-01-01T00:00:00\">\n"
          "    <properties/>\n"
          "    <testcase classname=\"netrunner\" name=\"a&lt;b\" time=\"1.250\"/>\n"
          "    <testcase classname=\"netrunner\" name=\"second\" time=\"0.500\">\n"
          "      <failure message=\"exited with 3\" type=\"exited\">line\xef\xbf\xbd[31m &amp; more\n</failure>\n"
          "    </testcase>\n"
          "    <testcase classname=\"netrunner\" name=\"third\" time=\"0.000\">\n"
          "      <error message=\"the guard was killed\" type=\"lost\"></error>\n"
          "    </testcase>\n"
          "    <testcase classname=\"netrunner\" name=\"fourth\" time=\"0.000\">\n"
          "      <skipped message=\"done &gt; before\"/>\n"
          "    </testcase>\n"
          "    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n");
}

TEST_CASE("a suite without jobs is a suite") {
    CHECK(JUnitSuite().render("h", {}, 0).find("tests=\"0\" failures=\"0\" errors=\"0\"") != std::string::npos);
}

TEST_CASE("the result of a case") {
    CHECK(junit_result(0, "exited") == Result::passed);
    CHECK(junit_result(1, "exited") == Result::failure);
    CHECK(junit_result(124, "timeout") == Result::failure);
    CHECK(junit_result(125, "lost") == Result::error);
    CHECK(junit_result(127, "spawn-failed") == Result::error);
    CHECK(junit_result(143, "cancelled") == Result::error);
}

TEST_SUITE_END();
