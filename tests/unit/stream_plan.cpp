#include "src/plan/stream_plan.hpp"

#include <doctest/doctest.h>

#include "src/plan/launch_plan.hpp"

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

using Mode = StreamChoice::Mode;
using Change = void (*)(Options&);

Options asked(Change change = +[](Options&) {}) {
    Options options;
    options.command = {"cmd"};
    change(options);
    return options;
}

const Facts one_terminal{.outputs_are_one = true, .output_is_terminal = true, .error_is_terminal = true};
const Facts output_redirected{.error_is_terminal = true};
const Facts errors_redirected{.output_is_terminal = true};
const Facts one_pipe{.outputs_are_one = true};

std::string modes(const Options& options, const Facts& facts) {
    const LaunchPlan plan = make_launch_plan(options, facts);
    return describe(plan.standard_output) + ' ' + describe(plan.standard_error);
}

std::string unseen(const Options& options, const Facts& facts = {}) {
    return make_launch_plan(options, facts).unseen_output;
}

}  // namespace

TEST_SUITE_BEGIN("stream_plan");

TEST_CASE("an output that is a terminal stays that terminal, any other is relayed") {
    CHECK(modes(asked(), one_terminal) == "inherit inherit");
    CHECK(modes(asked(), output_redirected) == "pipe inherit");
    CHECK(modes(asked(), errors_redirected) == "inherit pipe");
    CHECK(modes(asked(), one_pipe) == "pipe stdout");
    CHECK(modes(asked(), {}) == "pipe pipe");
}

TEST_CASE("each option that works on the bytes makes netrunner relay a terminal's output") {
    for (const Change change :
         {+[](Options& o) { o.output_file = "f"; }, +[](Options& o) { o.max_output = 5; },
          +[](Options& o) { o.idle_timeout = 1s; }, +[](Options& o) { o.stamp.clock = LineStamp::Clock::iso; },
          +[](Options& o) { o.stamp.prefix = "> "; }, +[](Options& o) { o.progress = true; },
          +[](Options& o) { o.heartbeat = 1s; }, +[](Options& o) { o.junit = "f"; }}) {
        CHECK(modes(asked(change), one_terminal) == "pipe stdout");
        CHECK(modes(asked(change), output_redirected) == "pipe pipe");
    }
    for (const Change change : {+[](Options& o) { o.timeout = 1s; }, +[](Options& o) { o.idle_timeout = 0s; },
                                +[](Options& o) { o.heartbeat = 0s; }, +[](Options& o) { o.report = "f"; },
                                +[](Options& o) { o.summary = true; }}) {
        CHECK(modes(asked(change), one_terminal) == "inherit inherit");
    }
}

TEST_CASE("a mode that was asked for is taken, on a terminal too") {
    CHECK(modes(asked(+[](Options& o) { o.standard_output = {Mode::pipe}; }), one_terminal) == "pipe stdout");
    CHECK(modes(asked(+[](Options& o) { o.standard_error = {Mode::pipe}; }), one_terminal) == "inherit pipe");
    CHECK(modes(asked(+[](Options& o) { o.standard_output = {Mode::null}; }), one_terminal) == "null inherit");
    CHECK(modes(asked(+[](Options& o) { o.standard_output = {Mode::inherit}; }), {}) == "inherit pipe");
}

TEST_CASE("with --pty, auto and pipe are the pseudo-terminal, and a redirected standard error keeps its pipe") {
    Options options = asked(+[](Options& o) { o.pty = true; });
    CHECK(modes(options, one_terminal) == "pty pty");
    CHECK(modes(options, output_redirected) == "pty pty");
    CHECK(modes(options, errors_redirected) == "pty pipe");
    CHECK(modes(options, one_pipe) == "pty pty");
    options.standard_output = {Mode::pipe};
    CHECK(modes(options, one_terminal) == "pty pty");
}

TEST_CASE("options that miss one inherited output are named before the start") {
    const auto inherits = [](Change change) {
        Options options = asked(change);
        options.standard_output = {Mode::inherit};
        return options;
    };
    CHECK(unseen(asked()).empty());
    CHECK(unseen(inherits(+[](Options&) {})).empty());
    CHECK(unseen(inherits(+[](Options& o) { o.output_file = "f"; })) ==
          "--output cannot see standard output (--stdout inherit)");
    CHECK(unseen(inherits(+[](Options& o) {
              o.max_output = 5;
              o.stamp.clock = LineStamp::Clock::iso;
          })) == "--max-output, --timestamps cannot see standard output (--stdout inherit)");
    Options both = inherits(+[](Options& o) { o.junit = "f"; });
    both.standard_error = {Mode::inherit};
    CHECK(unseen(both) ==
          "--junit cannot see standard output (--stdout inherit) and standard error (--stderr inherit)");
    CHECK(unseen(inherits(+[](Options& o) { o.heartbeat = 1s; })).empty());  // its own line says it
}

TEST_CASE("the outputs that are not relayed have names") {
    CHECK(outputs_not_relayed(make_launch_plan(asked(), {})).empty());
    CHECK(outputs_not_relayed(make_launch_plan(asked(), one_pipe)).empty());
    CHECK(outputs_not_relayed(make_launch_plan(asked(), one_terminal)) == "standard output and standard error");
    CHECK(outputs_not_relayed(make_launch_plan(asked(+[](Options& o) { o.standard_output = {Mode::null}; }), {})) ==
          "standard output");
}

TEST_SUITE_END();
