#include "src/plan/live_refusals.hpp"

#include <doctest/doctest.h>

#include "src/plan/launch_plan.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

using Mode = StreamChoice::Mode;
using Change = void (*)(Options&);

/// The refusal of a run with these options; empty if it is not refused.
std::string refusal(Change change) {
    Options options;
    options.command = {"cmd"};
    change(options);
    try {
        make_launch_plan(options, Facts{});
    } catch (const UsageError& refused) {
        return refused.what();
    }
    return "";
}

bool refuses(Change change, const char* part) { return refusal(change).find(part) != std::string::npos; }

}  // namespace

TEST_SUITE_BEGIN("live_refusals");

TEST_CASE("streams with the mode control need requests") {
    CHECK(refuses([](Options& o) { o.standard_input = StreamChoice{.mode = Mode::control}; }, "--stdin control needs"));
    CHECK(refuses([](Options& o) { o.standard_output.mode = Mode::control; }, "--stdout control needs --control"));
    CHECK(refuses([](Options& o) { o.standard_error.mode = Mode::control; }, "--stderr control needs --control"));
    CHECK(refusal([](Options& o) {
              o.control = Endpoint{.path = "s"};
              o.standard_output.mode = Mode::control;
          }).empty());
    CHECK(refuses(
        [](Options& o) {
            o.control = Endpoint{.path = "s"};
            o.pty = true;
            o.standard_error.mode = Mode::control;
        },
        "a terminal has one output"));
}

TEST_CASE("descriptor 1 can carry events if nothing else goes there") {
    CHECK(refuses([](Options& o) { o.events = Endpoint{.descriptor = 1}; }, "--events 1 cannot be used here"));
    for (const Mode mode : {Mode::inherit, Mode::pipe}) {
        Options options;
        options.command = {"cmd"};
        options.events = Endpoint{.descriptor = 1};
        options.standard_output.mode = mode;
        CHECK_THROWS_AS(make_launch_plan(options, Facts{}), UsageError);
    }
    CHECK(refusal([](Options& o) {
              o.events = Endpoint{.descriptor = 1};
              o.standard_output.mode = Mode::null;
          }).empty());
    CHECK(refuses(
        [](Options& o) {
            o.events = Endpoint{.descriptor = 1};
            o.standard_output.mode = Mode::null;
            o.report = "-";
        },
        "the report goes to standard output too"));
    CHECK(refuses(
        [](Options& o) {
            o.events = Endpoint{.descriptor = 1};
            o.standard_output.mode = Mode::null;
            o.standard_error = {.mode = Mode::file, .path = "-"};
        },
        "--events 1 cannot be used here"));
}

TEST_CASE("descriptors 0 and 2 have uses of their own") {
    CHECK(refuses([](Options& o) { o.events = Endpoint{.descriptor = 2}; }, "netrunner's own messages"));
    CHECK(refuses([](Options& o) { o.control = Endpoint{.descriptor = 2}; }, "netrunner's own messages"));
    CHECK(refuses([](Options& o) { o.events = Endpoint{.descriptor = 0}; }, "--events 0"));
    CHECK(refuses([](Options& o) { o.control = Endpoint{.descriptor = 0}; }, "--control 0 cannot be used here"));
    for (const Mode mode : {Mode::null, Mode::control}) {
        Options options;
        options.command = {"cmd"};
        options.control = Endpoint{.descriptor = 0};
        options.standard_input = StreamChoice{.mode = mode};
        CHECK_NOTHROW(make_launch_plan(options, Facts{}));
    }
    CHECK(refuses(
        [](Options& o) {
            o.events = Endpoint{.descriptor = 5};
            o.report_fd = 5;
        },
        "cannot share descriptor 5"));
}

TEST_CASE("a terminal that requests type into begins in the foreground, and keys can come") {
    Options options;
    options.command = {"cmd"};
    options.pty = true;
    options.control = Endpoint{.path = "s"};
    options.standard_input = StreamChoice{.mode = Mode::control};
    options.standard_output.mode = Mode::control;
    const LaunchPlan plan = make_launch_plan(options, Facts{.terminal = {.found = true, .foreground = false}});
    CHECK(plan.shepherd.foreground == 1);
    CHECK(!plan.no_input);
    CHECK(plan.shepherd.standard_input == protocol::Wiring::terminal);
    CHECK(plan.shepherd.standard_output == protocol::Wiring::terminal);
    CHECK(plan.shepherd.silent == 0);
}
