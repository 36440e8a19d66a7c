#include "src/pages/run_text.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "made_report.hpp"
#include "src/pages/batch_text.hpp"

using namespace netrunner;

namespace {

void check_lines(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        CHECK_MESSAGE(line.size() <= 80, line);
        for (const char c : line) CHECK(static_cast<unsigned char>(c) >= 0x20);
    }
}

}  // namespace

TEST_SUITE_BEGIN("run_text");

TEST_CASE("a run is shown with what used its time and memory") {
    MadeJson report = sampled_report();
    report["limits"] = {{"timeout", 30}, {"memory", 8388608}};
    const std::string text = run_text("build.json", run_of(report), false);
    CHECK(text ==
          "build.json:\n"
          "  result     succeeded, status 0\n"
          "  command    make -j2\n"
          "  started    2026-01-02 03:04:05 UTC\n"
          "  time       10s wall, 8s user, 2s system, 1 of 2 processors in use, limit 30s\n"
          "  memory     4 MiB peak of 8 MiB at 5s, resident sizes added up\n"
          "    at peak    2.9 MiB  cc1plus a.cpp (11), 1s to 6s\n"
          "               977 KiB  make (10), 0ms to 10s\n"
          "  processes  3 processes seen, 3 at once at most, 96% of the processor time\n"
          "    most CPU      4.5s  cc1plus a.cpp (11), 1s to 6s\n"
          "                    1s  ld a (12), 7s to 9s\n"
          "                 100ms  make (10), 0ms to 10s\n"
          "    longest         5s  cc1plus a.cpp (11), 1s to 6s\n"
          "                    2s  ld a (12), 7s to 9s\n"
          "  quiet      2.5s of 10s with almost no processor use, longest from 5s to 7.5s\n"
          "  output     2.9 KiB stdout, 0 B stderr\n");
    check_lines(text);
}

TEST_CASE("a stopped run shows the steps, a long text continues, and control characters are visible") {
    MadeJson report = made_report();
    report["reason"] = "timeout";
    report["status"] = 124;
    report["message"] = "make: timed out after 30s: " + std::string(300, 'x') + "\x1b[31m";
    report["command"] = {"sh", "-c", "echo\n\x1b[2J" + std::string(500, 'y')};
    report["stop"] = {{"cause", "timeout"}, {"steps", {{{"signal", "SIGTERM"}, {"after", 30}, {"to", "command"}}}}};
    const std::string text = run_text("a\nb", run_of(report), false);
    CHECK(text.find("  stop       timeout, SIGTERM to the command at 30s\n") != std::string::npos);
    CHECK(text.find("result     timed out, status 124") != std::string::npos);
    check_lines(text);
}

TEST_CASE("a batch is shown with its failures first") {
    const std::string text = batch_text(
        "batch.jsonl",
        batch_of(made_header + made_job(1, "a", 0).dump() + "\n" + made_job(2, "b", 7).dump() + "\n" + made_trailer),
        false);
    CHECK(text.find("  result     failed, status 1\n") != std::string::npos);
    CHECK(text.find("  jobs       1 succeeded, 1 failed\n") != std::string::npos);
    CHECK(text.find("  failed     2 r2: failed with 7\n") != std::string::npos);
    CHECK(text.find("  time       1m00s wall\n") != std::string::npos);
    check_lines(text);
    CHECK(batch_text("b", batch_of(made_header), false).find("unfinished") != std::string::npos);
}

TEST_SUITE_END();
