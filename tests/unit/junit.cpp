#include "src/report/junit.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

Outcome ended(End end) {
    Outcome outcome;
    outcome.end = std::move(end);
    outcome.wall = 1250ms;
    outcome.started_at = std::chrono::system_clock::time_point(1767323045678ms);
    return outcome;
}

std::string rendered(const Outcome& outcome, const std::string& last_lines = "", const std::string& name = "make a<b") {
    const Ending ending = ending_of(outcome, false);
    return render_junit({name, "machine", outcome, ending, verdict_of(outcome), last_lines});
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE_BEGIN("junit");

TEST_CASE("a run that ended well is a case that passed") {
    CHECK(rendered(ended(Exited{0}), "not shown") ==
          R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="netrunner" package="netrunner" id="0" hostname="machine" tests="1" failures="0" errors="0" skipped="0" time="1.250" timestamp="2026-01-02T03:04:05">
    <properties/>
    <testcase classname="netrunner" name="make a&lt;b" time="1.250"/>
    <system-out/>
    <system-err/>
  </testsuite>
</testsuites>
)");
}

TEST_CASE("a command that failed is a failure with the end of its output") {
    const std::string text = rendered(ended(Exited{3}), "one\n<two>\n");
    CHECK(has(text, R"(failures="1" errors="0")"));
    CHECK(has(text, "<failure message=\"exited with 3\" type=\"exited\">one\n&lt;two&gt;\n</failure>"));
    CHECK(has(rendered(ended(Signaled{SIGSEGV, false})), R"(<failure message="killed by SIGSEGV" type="signaled">)"));
}

TEST_CASE("125 is a failure if the command ended with it, and an error if netrunner did") {
    CHECK(has(rendered(ended(Exited{125})), R"(<failure message="exited with 125" type="exited">)"));
    Outcome own = ended(Exited{0});
    own.failures.emplace_back("cannot write to 'log': no space left on device");
    CHECK(has(rendered(own), R"(<error message="cannot write to &apos;log&apos;: no space left on device")"));
    own.end = Exited{125};
    own.failed = true;
    CHECK(has(rendered(own), "<error "));
}

TEST_CASE("a name and a message have no escape sequences and no control characters") {
    CHECK(has(rendered(ended(Exited{0}), "", "\x1b[1mbold\x1b[0m\x01 name"), R"(name="bold name")"));
    const std::string text = rendered(ended(NotStarted{.message = "cannot run '\x1b[31mx\x07': no such file"}));
    CHECK(has(text, R"(message="cannot run &apos;x&apos;: no such file")"));
}

TEST_CASE("a limit is a failure with the verdict") {
    Outcome outcome = ended(Exited{0});
    outcome.stop = StopRecord{.cause = StopCause::timeout, .steps = {{SIGTERM, 2s}}, .limit = "2s"};
    CHECK(has(rendered(outcome), R"(<failure message="timed out after 2s: sent SIGTERM" type="timeout">)"));
}

TEST_CASE("a time limit that passed before the start is a failure, too") {
    Outcome outcome = ended(NotStarted{
        .fault = NotStarted::Fault::timed_out, .stage = "open", .message = "timed out after 1s: no process came"});
    outcome.stop = StopRecord{.cause = StopCause::timeout, .steps = {}, .limit = "1s"};
    CHECK(has(rendered(outcome), R"(<failure message="timed out after 1s: no process came" type="timeout">)"));
}

TEST_CASE("an end that the command did not cause is an error") {
    const std::string text = rendered(ended(NotStarted{.fault = NotStarted::Fault::not_found,
                                                       .stage = "exec",
                                                       .error = ENOENT,
                                                       .message = "cannot run 'x': no such file or directory"}));
    CHECK(has(text, R"(failures="0" errors="1")"));
    CHECK(has(text, R"(<error message="cannot run &apos;x&apos;: no such file or directory" type="spawn-failed">)"));
    CHECK(has(rendered(ended(Exited{125})), R"(failures="1" errors="0")"));  // the command's own 125
    Outcome unkept = ended(Exited{0});
    unkept.failures.emplace_back("another process changed memory.max");
    CHECK(has(rendered(unkept), R"(failures="0" errors="1")"));
    Outcome cancelled = ended(Signaled{SIGTERM, false});
    cancelled.cancelled_by = SIGTERM;
    CHECK(has(rendered(cancelled), R"(type="cancelled")"));
    CHECK(has(rendered(cancelled), "<error "));
}

TEST_SUITE_END();
