#include "src/plan/launch_plan.hpp"

#include <doctest/doctest.h>
#include <termios.h>

#include <algorithm>
#include <csignal>

#include "shepherd/terminal/terminal_modes.hpp"

using namespace netrunner;
using namespace std::chrono_literals;
using protocol::Wiring;

namespace {

using Mode = StreamChoice::Mode;
using Words = std::vector<std::string>;

Options asked() {
    Options options;
    options.command = {"cmd", "arg"};
    return options;
}

std::string complaint(const Options& options) {
    try {
        make_launch_plan(options, {});
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "accepted";
}

std::vector<StopStep> ladder(const Options& options) { return make_launch_plan(options, {}).ladder; }

}  // namespace

TEST_SUITE_BEGIN("launch_plan");

TEST_CASE("by default input is inherited and both outputs are relayed") {
    const LaunchPlan plan = make_launch_plan(asked(), {});
    CHECK(plan.shepherd.standard_input == Wiring::keep);
    CHECK(plan.shepherd.standard_output == Wiring::pipe);
    CHECK(plan.shepherd.standard_error == Wiring::pipe);
    CHECK(plan.words == Words{"cmd", "arg"});
    CHECK(!plan.environment);
    CHECK(plan.timeout == forever);
}

TEST_CASE("what netrunner found closed is closed for the command, unless an option looks at it") {
    const Facts none{.closed = {true, true, true}};
    const LaunchPlan plan = make_launch_plan(asked(), none);
    CHECK(plan.shepherd.standard_input == Wiring::closed);
    CHECK(plan.shepherd.standard_output == Wiring::closed);
    CHECK(plan.shepherd.standard_error == Wiring::closed);
    CHECK(describe(plan.standard_output) == "closed");
    Options options = asked();
    options.max_output = 5;
    CHECK(make_launch_plan(options, none).shepherd.standard_output == Wiring::pipe);
    options.standard_output = {Mode::inherit};
    CHECK(make_launch_plan(options, none).shepherd.standard_output == Wiring::closed);
    options = asked();
    options.pty = true;
    CHECK(make_launch_plan(options, none).shepherd.standard_input == Wiring::keep);
    options = asked();
    options.standard_error = StreamChoice{Mode::merge};
    CHECK(make_launch_plan(options, {.closed = {false, true, false}}).shepherd.standard_error == Wiring::closed);
    options.standard_input = StreamChoice{Mode::null};
    options.standard_output = {Mode::null};
    CHECK(make_launch_plan(options, none).shepherd.standard_input == Wiring::keep);
    CHECK(make_launch_plan(options, none).shepherd.standard_output == Wiring::keep);
}

TEST_CASE("outputs that go to one place share a pipe, unless asked otherwise") {
    const Facts same{.outputs_are_one = true};
    CHECK(make_launch_plan(asked(), same).shepherd.standard_error == Wiring::like_stdout);
    Options options = asked();
    options.standard_error = {Mode::pipe};
    CHECK(make_launch_plan(options, same).shepherd.standard_error == Wiring::pipe);
    options = asked();
    options.standard_output = {Mode::null};
    CHECK(make_launch_plan(options, same).shepherd.standard_error == Wiring::pipe);
}

TEST_CASE("the ladder is the first signal, its grace, and SIGKILL") {
    Options options = asked();
    CHECK(ladder(options) == std::vector<StopStep>{{SIGTERM, 5s}, {SIGKILL, {}}});
    options.signal = SIGINT;
    options.kill_after = 250ms;
    CHECK(ladder(options) == std::vector<StopStep>{{SIGINT, 250ms}, {SIGKILL, {}}});
    options.kill_after = 0s;
    CHECK(ladder(options).front().grace == 0s);
    options.kill_after = forever;
    CHECK(ladder(options) == std::vector<StopStep>{{SIGINT, forever}});
    options.signal = SIGKILL;
    CHECK(ladder(options) == std::vector<StopStep>{{SIGKILL, forever}});
    options.kill_after = 2s;
    CHECK(ladder(options) == std::vector<StopStep>{{SIGKILL, 2s}});
}

TEST_CASE("a sequence replaces the ladder and always ends with SIGKILL") {
    Options options = asked();
    options.stop = std::vector<StopStep>{{SIGINT, 2s}, {SIGTERM, 3s}, {SIGKILL, {}}};
    CHECK(ladder(options) == *options.stop);
    options.stop = std::vector<StopStep>{{SIGINT, 2s}};
    CHECK(ladder(options) == std::vector<StopStep>{{SIGINT, 2s}, {SIGKILL, {}}});
    options.stop = std::vector<StopStep>{{SIGINT, {}}};
    CHECK(ladder(options) == std::vector<StopStep>{{SIGINT, 5s}, {SIGKILL, {}}});
    options.stop = std::vector<StopStep>{{SIGKILL, {}}};
    CHECK(ladder(options) == std::vector<StopStep>{{SIGKILL, 5s}});
    options.stop = std::vector<StopStep>{{SIGTERM, 10s, true}, {SIGKILL, {}, true}};
    CHECK(ladder(options) == std::vector<StopStep>{{SIGTERM, 10s, true}, {SIGKILL, 5s, true}, {SIGKILL, 5s}});
    options.stop = std::vector<StopStep>{{SIGTERM, 10s, true}, {SIGTERM, 1s}, {SIGKILL, {}}};
    CHECK(ladder(options) == *options.stop);
    options.stop = std::vector<StopStep>(protocol::max_steps + 1, {SIGTERM, 1s});
    CHECK(complaint(options).starts_with("--stop: more than 16 steps"));
}

TEST_CASE("a sequence leaves no place for --signal and --kill-after") {
    Options options = asked();
    options.stop = std::vector<StopStep>{{SIGINT, 2s}, {SIGKILL, {}}};
    options.kill_after = 5s;
    CHECK(complaint(options) == "--stop sets the whole ladder, so --kill-after has no place in it");
    options.signal = SIGTERM;
    CHECK(complaint(options) == "--stop sets the whole ladder, so --signal has no place in it");
    options.signal.reset();
    options.kill_after.reset();
    CHECK(complaint(options) == "accepted");
}

TEST_CASE("the shepherd gets the same ladder") {
    Options options = asked();
    options.stop = std::vector<StopStep>{{SIGINT, 1500us, true}, {SIGTERM, forever}, {SIGKILL, {}}};
    const auto plan = make_launch_plan(options, {}).shepherd;
    REQUIRE(plan.step_count == 3);
    CHECK(plan.steps[0].signal == SIGINT);
    CHECK(plan.steps[0].grace_ms == 2);  // never shorter than asked
    CHECK(plan.steps[0].to_command == 1);
    CHECK(plan.steps[1].grace_ms == -1);
    CHECK(plan.steps[1].to_command == 0);
}

TEST_CASE("zero and infinity are no limit") {
    Options options = asked();
    options.timeout = 0s;
    options.idle_timeout = 0s;
    options.cpu_time = 0s;
    const LaunchPlan plan = make_launch_plan(options, {});
    CHECK(plan.timeout == forever);
    CHECK(plan.idle_timeout == forever);
    CHECK(plan.cpu_time == forever);
}

TEST_CASE("--retries takes the options beside it, and refuses input that can be given only once") {
    Options options = asked();
    CHECK(!make_launch_plan(options, {}).retry);
    options.retry_timeout = 0s;
    CHECK(complaint(options) == "--retry-timeout needs --retries");
    options.retries = 2;
    const auto plan = make_launch_plan(options, {}).retry;
    REQUIRE(plan);
    CHECK(plan->retries == 2);
    CHECK(plan->delay == 1s);
    CHECK(plan->timeout == forever);
    REQUIRE(plan->on.size() == 1);
    CHECK(plan->on[0].word == "failure");
    options.standard_input = {Mode::pipe};
    CHECK(complaint(options).find("input that can be given twice") != std::string::npos);
    options.standard_input = {Mode::terminal};
    options.pty = true;
    Facts typed;
    typed.terminal = {.found = true, .is_input = true};
    CHECK(make_launch_plan(options, typed).retry);
    CHECK(complaint(options).find("input that can be given twice") != std::string::npos);
    options = asked();
    options.retries = 1;
    options.orphans = OrphanPolicy::leave;
    CHECK(complaint(options).find("--orphans leave cannot be used with --retries") == 0);
}

TEST_CASE("--output-format and --junit-name need the options that they refer to") {
    Options options = asked();
    options.output_plain = true;
    CHECK(complaint(options) == "--output-format needs --output");
    options.output_file = "f";
    CHECK(complaint(options) == "accepted");
    options.junit_name = "case";
    CHECK(complaint(options) == "--junit-name needs --junit");
    options.junit = "j";
    CHECK(complaint(options) == "accepted");
}

TEST_CASE("--output-stamped and --on-timeout need the options that they refer to") {
    Options options = asked();
    options.output_stamped = true;
    CHECK(complaint(options) == "--output-stamped needs --output");
    options.output_file = "f";
    CHECK(complaint(options) == "--output-stamped needs --timestamps or --prefix");
    options.stamp.prefix = "> ";
    CHECK(complaint(options) == "accepted");
    options = asked();
    options.on_timeout = "true";
    CHECK(complaint(options) == "--on-timeout needs --timeout or --idle-timeout");
    options.idle_timeout = 1s;
    CHECK(complaint(options) == "accepted");
}

TEST_CASE("a live line is refused if the command writes to its terminal directly") {
    const auto refused = [](const Options& options, const Facts& facts) {
        try {
            make_launch_plan(options, facts);
        } catch (const UsageError& wrong) {
            return std::string(wrong.what()).starts_with("--progress");
        }
        return false;
    };
    Options options = asked();
    options.progress = true;
    const Facts terminal{.outputs_are_one = true, .error_is_terminal = true};
    const Facts elsewhere{.error_is_terminal = true};
    CHECK(!refused(options, terminal));
    options.standard_output = {Mode::inherit};
    CHECK(refused(options, terminal));
    CHECK(!refused(options, elsewhere));
    CHECK(!refused(options, {.outputs_are_one = true}));
    options.standard_error = {Mode::inherit};
    CHECK(refused(options, elsewhere));
    options = asked();
    options.progress = options.pty = true;
    CHECK(refused(options, terminal));
    CHECK(!refused(options, elsewhere));
}

TEST_CASE("limits on output need an output that is relayed") {
    Options options = asked();
    options.standard_output = {Mode::inherit};
    options.standard_error = {Mode::null};
    CHECK(complaint(options) == "accepted");
    for (auto ask :
         {+[](Options& o) { o.idle_timeout = 1s; }, +[](Options& o) { o.max_output = 5; },
          +[](Options& o) { o.output_file = "f"; }, +[](Options& o) { o.heartbeat = 1s; },
          +[](Options& o) { o.stamp.prefix = "> "; }, +[](Options& o) { o.stamp.clock = LineStamp::Clock::iso; }}) {
        Options limited = options;
        ask(limited);
        CHECK(complaint(limited).find("needs an output that goes through netrunner") != std::string::npos);
        limited.standard_error = {Mode::pipe};
        CHECK(complaint(limited) == "accepted");
    }
    options = asked();
    options.append = true;
    CHECK(complaint(options) == "--append needs --output");
}

TEST_CASE("variables are cleared, unset and set, in that order") {
    const Facts facts{.environment = {"PATH=/bin", "A=1", "AB=2", "EMPTY="}};
    Options options = asked();
    options.unset = {"A"};
    options.set = {{"B", "3"}, {"PATH", "/x"}, {"C", ""}};
    CHECK(make_launch_plan(options, facts).environment == Words{"AB=2", "EMPTY=", "B=3", "PATH=/x", "C="});
    options.ignore_environment = true;
    options.set = {{"PATH", std::nullopt}, {"NOWHERE", std::nullopt}, {"A", "5"}};
    CHECK(make_launch_plan(options, facts).environment == Words{"PATH=/bin", "A=5"});
}

TEST_CASE("a variable that was found twice is removed twice") {
    const Facts facts{.environment = {"A=1", "A=2"}};
    Options options = asked();
    options.unset = {"A"};
    CHECK(make_launch_plan(options, facts).environment == Words{});
}

TEST_CASE("argv[0] can differ from the file") {
    Options options = asked();
    options.argv0 = "-sh";
    const LaunchPlan plan = make_launch_plan(options, {});
    CHECK(plan.shepherd.has_argv0 == 1);
    CHECK(plan.words == Words{"cmd", "-sh", "arg"});
}

TEST_CASE("only deliberate signal dispositions are passed on") {
    const SignalState found{.ignored = signal_bit(SIGHUP) | signal_bit(SIGPIPE) | signal_bit(SIGCHLD) |
                                       signal_bit(SIGUSR1) | signal_bit(SIGXFSZ),
                            .blocked = signal_bit(SIGTERM)};
    Options options = asked();
    auto plan = make_launch_plan(options, {.signals = found}).shepherd;
    CHECK(plan.ignored == (signal_bit(SIGHUP) | signal_bit(SIGUSR1)));
    CHECK((plan.differing & found.ignored) == found.ignored);
    CHECK(plan.blocked == 0);
    options.keep_signals = true;
    plan = make_launch_plan(options, {.signals = found}).shepherd;
    CHECK(plan.ignored == found.ignored);
    CHECK(plan.blocked == found.blocked);
}

TEST_CASE("identity, limits and the rest reach the shepherd") {
    Options options = asked();
    options.umask = 077;
    options.nice = -3;
    options.no_new_privs = true;
    options.limits = {{7, 10, 20}, {4, 0, 0}, {7, 11, 21}};
    const Facts facts{.identity = {.user = 65534, .group = 4, .groups = std::vector<gid_t>{4, 27}},
                      .has_terminal = true};
    const auto plan = make_launch_plan(options, facts).shepherd;
    CHECK(plan.umask == 077);
    CHECK(plan.nice == -3);
    CHECK(plan.no_new_privs == 1);
    CHECK(plan.uid == 65534);
    CHECK(plan.gid == 4);
    CHECK(plan.group_count == 2);
    CHECK(plan.groups[1] == 27);
    CHECK(plan.limit_count == 2);
    CHECK(plan.limits[0].soft == 11);  // the last limit of a resource counts
    CHECK(plan.new_session == 0);
    CHECK(make_launch_plan(options, {}).shepherd.new_session == 1);
}

TEST_CASE("more groups than can be set are refused, not cut") {
    Facts facts;
    facts.identity.groups = std::vector<gid_t>(protocol::max_groups + 1, 5);
    CHECK_THROWS_AS(make_launch_plan(asked(), facts), UsageError);
}

// ---- on a pseudo-terminal

namespace {

Options on_terminal() {
    Options options = asked();
    options.pty = true;
    return options;
}

protocol::TerminalModes cooked() {
    return {.input = ICRNL | IXON, .output = OPOST | ONLCR, .local = ISIG | ICANON | ECHO | IEXTEN, .characters = {}};
}

/// netrunner in the foreground of a terminal that is its descriptors 0 to 2.
Facts at_terminal() {
    Facts facts{.has_terminal = true,
                .outputs_are_one = true,
                .output_is_terminal = true,
                .error_is_terminal = true,
                .group = 42};
    facts.terminal = {.found = true,
                      .is_input = true,
                      .is_output = true,
                      .foreground = true,
                      .modes = cooked(),
                      .window = WindowSize{132, 50}};
    return facts;
}

}  // namespace

TEST_CASE("the names of programs to spare end with NUL and have a limit") {
    Options options;
    options.command = {"make"};
    Facts facts;
    facts.spare = {"sccache", "/usr/bin/java"};
    const LaunchPlan plan = make_launch_plan(options, facts);
    CHECK(plan.spare == std::string("sccache\0/usr/bin/java\0", 22));
    CHECK(plan.shepherd.spares == 1);
    facts.spare = {std::string(1000, 'x'), std::string(919, 'y')};
    CHECK_THROWS_AS(make_launch_plan(options, facts), UsageError);
    facts.spare.back().pop_back();
    CHECK(make_launch_plan(options, facts).spare.size() == 1920);
    CHECK(make_launch_plan(options, {}).shepherd.spares == 0);
}

TEST_CASE("a PID namespace cannot leave orphans: the kernel would end them") {
    Options options = asked();
    options.pid_namespace = true;
    for (const OrphanPolicy policy : {OrphanPolicy::kill, OrphanPolicy::wait}) {
        options.orphans = policy;
        CHECK(complaint(options) == "accepted");
    }
    options.orphans = OrphanPolicy::leave;
    CHECK(complaint(options).starts_with("--orphans leave cannot be used with --pid-namespace"));
}

TEST_CASE("at a terminal, --pty takes all three streams, types keys, and follows the size") {
    const LaunchPlan plan = make_launch_plan(on_terminal(), at_terminal());
    CHECK(plan.standard_input.mode == Mode::terminal);
    CHECK(plan.standard_output.mode == Mode::terminal);
    CHECK(plan.standard_error.mode == Mode::terminal);
    REQUIRE(plan.terminal);
    CHECK(plan.terminal->typed);
    CHECK(plan.terminal->follows_size);
    CHECK(!plan.terminal->keeps_output);
    const auto& shepherd = plan.shepherd;
    CHECK(shepherd.pseudo_terminal == 1);
    CHECK(shepherd.new_session == 1);
    CHECK(shepherd.foreground == 1);
    CHECK(shepherd.columns == 132);
    CHECK(shepherd.rows == 50);
    CHECK(shepherd.has_modes == 1);
    CHECK(shepherd.modes == cooked());
    CHECK(shepherd.returns_carriage == 1);
    CHECK(shepherd.silent == 0);
    CHECK(shepherd.runner_group == 0);
}

TEST_CASE("without a terminal, --pty leaves the input alone, and lines end with a bare newline") {
    Facts facts;
    const LaunchPlan plan = make_launch_plan(on_terminal(), facts);
    CHECK(plan.standard_input.mode == Mode::inherit);
    CHECK(plan.shepherd.foreground == 1);
    CHECK(plan.shepherd.returns_carriage == 0);
    CHECK(plan.shepherd.has_modes == 0);
    CHECK(plan.shepherd.columns == 80);
    CHECK(plan.shepherd.rows == 24);
    facts.terminal.window = WindowSize{100, 30};
    CHECK(make_launch_plan(on_terminal(), facts).shepherd.columns == 100);
    Options sized = on_terminal();
    sized.window = WindowSize{40, 10};
    CHECK(make_launch_plan(sized, facts).shepherd.rows == 10);
    CHECK(!make_launch_plan(sized, facts).terminal->follows_size);
}

TEST_CASE("in the background, the command starts in the background, too, and the shell's modes are not copied") {
    Facts facts = at_terminal();
    facts.terminal.foreground = false;
    const LaunchPlan plan = make_launch_plan(on_terminal(), facts);
    CHECK(plan.shepherd.foreground == 0);
    CHECK(plan.shepherd.has_modes == 0);
    CHECK(plan.shepherd.returns_carriage == 0);
    CHECK(plan.terminal->typed);
}

TEST_CASE("output that goes elsewhere has bare newlines, and the user's terminal keeps its output modes") {
    Facts facts = at_terminal();
    facts.terminal.is_output = false;
    facts.outputs_are_one = false;
    const LaunchPlan plan = make_launch_plan(on_terminal(), facts);
    CHECK(plan.terminal->keeps_output);
    CHECK(plan.shepherd.foreground == 0);  // another process of the pipeline may read the keys
    CHECK(plan.shepherd.returns_carriage == 0);
    CHECK(plan.standard_error.mode == Mode::terminal);
}

TEST_CASE("modes of a terminal that is raw already are not copied, and lines end with carriage returns") {
    Facts facts = at_terminal();
    facts.terminal.modes = raw_modes(cooked(), false);
    const auto shepherd = make_launch_plan(on_terminal(), facts).shepherd;
    CHECK(shepherd.has_modes == 0);
    CHECK(shepherd.returns_carriage == 1);
}

TEST_CASE("a standard error that is redirected has its own pipe") {
    Facts facts = at_terminal();
    facts.outputs_are_one = false;
    CHECK(make_launch_plan(on_terminal(), facts).standard_error.mode == Mode::terminal);
    facts.error_is_terminal = false;
    CHECK(make_launch_plan(on_terminal(), facts).standard_error.mode == Mode::pipe);
    facts.outputs_are_one = true;
    CHECK(make_launch_plan(on_terminal(), facts).standard_error.mode == Mode::terminal);
}

TEST_CASE("input that does not come from a keyboard is not echoed") {
    Options options = on_terminal();
    options.standard_input = StreamChoice{Mode::terminal};
    const LaunchPlan plan = make_launch_plan(options, {});
    CHECK(plan.shepherd.silent == 1);
    CHECK(!plan.terminal->typed);
    CHECK(plan.terminal->fed);
    Facts background = at_terminal();
    background.terminal.is_input = false;
    background.terminal.foreground = false;
    CHECK(make_launch_plan(options, background).shepherd.foreground == 1);
}

TEST_CASE("options that need --pty are refused without it") {
    Options options = asked();
    options.window = WindowSize{};
    CHECK(complaint(options) == "--winsize needs --pty");
    options = asked();
    options.standard_input = StreamChoice{Mode::terminal};
    CHECK(complaint(options) == "--stdin pty needs --pty");
}

TEST_CASE("in pipe mode the shepherd knows the process group that the terminal returns to") {
    CHECK(make_launch_plan(asked(), at_terminal()).shepherd.runner_group == 42);
    CHECK(make_launch_plan(asked(), Facts{.group = 42}).shepherd.runner_group == 0);
}

TEST_SUITE_END();
