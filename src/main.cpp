// The program netrunner: parses argv, carries out a run or a subcommand, writes the report and the verdict, and ends
// with the run's status. It only calls the parts in order; each step is implemented in a folder of src/.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shepherd/system/pidfd.hpp"
#include "src/batch/batch.hpp"
#include "src/batch/merge_reports.hpp"
#include "src/cgroup/place.hpp"
#include "src/cli/cli.hpp"
#include "src/ctl/ctl.hpp"
#include "src/doctor/doctor.hpp"
#include "src/doctor/gc.hpp"
#include "src/live/live.hpp"
#include "src/pages/shown_reports.hpp"
#include "src/plan/facts.hpp"
#include "src/plan/file_clashes.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/relay/live_line.hpp"
#include "src/relay/output_tail.hpp"
#include "src/report/annotation.hpp"
#include "src/report/junit.hpp"
#include "src/report/report.hpp"
#include "src/report/summary.hpp"
#include "src/report/written_place.hpp"
#include "src/runs/run_list.hpp"
#include "src/runs/run_scan.hpp"
#include "src/session/console.hpp"
#include "src/session/runner.hpp"
#include "src/system/given_descriptors.hpp"
#include "src/system/host_name.hpp"
#include "src/values/errno_text.hpp"

namespace netrunner {
namespace {

/// How long the report, the verdict and the summary wait for a reader: without a stop as long as the reader needs,
/// after a stop 1 s, and 100 ms if netrunner has already given up a reader of the command's output.
Duration patience_for(const Outcome& outcome) {
    if (!outcome.stop) return forever;
    return std::chrono::milliseconds(outcome.reader_given_up ? 100 : 1000);
}

/// Ends this process without unwinding: the destructor of SignalSource restores the signal mask, and a pending signal
/// would then replace the status. The kernel does not deliver a signal without a handler to PID 1, so as a container's
/// init netrunner exits with the status instead of dying of the signal.
[[noreturn]] void end_with(const Ending& ending) {
    std::fflush(nullptr);
    if (ending.signal && ::getpid() != 1) die_of(*ending.signal, ending.tell_group);
    ::_exit(ending.status);
}

/// Prints `text`. Returns `status`, or exit_own_failure if standard output cannot be written.
int print_out(const std::string& text, int status, bool stdout_was_closed) {
    errno = EBADF;
    if (!stdout_was_closed) {
        // Not fmt::print, which throws without the reason if a long text cannot be written.
        if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return status;
    }
    LinePosition position;
    say("cannot write to standard output: " + errno_text(errno), forever, position);
    return exit_own_failure;
}

/// Makes `live_line` if --progress was given and the terminal allows it. Returns why it does not allow it.
std::optional<std::string> obstacle_to_progress(const Options& options, const LinePosition& position,
                                                std::optional<LiveLine>& live_line) {
    if (!options.progress) return std::nullopt;
    std::string obstacle = LiveLine::obstacle();
    if (!obstacle.empty()) return obstacle;
    live_line.emplace(position);
    return std::nullopt;
}

/// Of a terminal; 0 if `descriptor` is none, or does not know.
std::size_t terminal_columns(int descriptor) {
    winsize size{};
    return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool is_github_step() {
    const char* const value = std::getenv("GITHUB_ACTIONS");
    return value != nullptr && std::string_view(value) == "true";
}

/// `netrunner report merge`: the counts, then what is missing.
int merge_and_tell(const MergeRequest& asked, bool stdout_was_closed) {
    const MergeAnswer answer = merge_reports(asked, host_name(), stdout_was_closed);
    const int status = answer.text.empty() ? answer.status : print_out(answer.text, answer.status, stdout_was_closed);
    LinePosition position;
    for (const std::string& problem : answer.problems) say(problem, forever, position);
    return status;
}

/// `netrunner ctl`: what the run answers, or why it refuses.
int order_and_tell(const CtlOptions& asked, bool stdout_was_closed) {
    const auto print_bytes = [stdout_was_closed](std::string_view bytes) {
        errno = EBADF;
        if (stdout_was_closed || std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size() ||
            std::fflush(stdout) != 0) {
            throw std::runtime_error("cannot write to standard output: " + errno_text(errno));
        }
    };
    const CtlResult result = give_order(asked, {.input = STDIN_FILENO, .output = STDOUT_FILENO, .print = print_bytes});
    LinePosition position;
    if (!result.problem.empty()) say(result.problem, forever, position);
    return result.status;
}

/// Until when a process that does not read its events delays the end: as long as the command may after a stop, but
/// from 1 s to 5 s, because signals are held meanwhile.
TimePoint end_of_patience(const LaunchPlan& plan) {
    const Duration grace = plan.ladder.front().grace;
    return std::chrono::steady_clock::now() +
           std::clamp<Duration>(grace, std::chrono::seconds(1), std::chrono::seconds(5));
}

[[noreturn]] void run_and_tell(const Options& options, TimePoint begun, const std::array<bool, 3>& closed,
                               SignalBits mask) {
    GivenDescriptors given = GivenDescriptors::find();
    if (options.report_fd) given.keep(*options.report_fd);
    for (const auto* endpoint : {&options.events, &options.control}) {
        if (*endpoint && (*endpoint)->descriptor) given.keep(*(*endpoint)->descriptor);
    }
    if (options.close_descriptors) given.withhold();
    refuse_file_clashes(options);
    ReportTarget report(options, closed[STDOUT_FILENO]);
    std::optional<WrittenPlace> junit;
    if (options.junit) {
        junit.emplace(*options.junit, fmt::format("cannot write the JUnit file '{}'", *options.junit),
                      closed[STDOUT_FILENO]);
    }
    const SignalState found = read_signal_state(mask);
    const auto make_plan = [&options, found, closed, passed = given.passed()] {
        return make_launch_plan(options, gather_facts(options, found, closed, passed));
    };
    const LaunchPlan plan = make_plan();
    LinePosition position;
    std::optional<LiveLine> live_line;
    const auto obstacle = obstacle_to_progress(options, position, live_line);
    LiveLine* const line = live_line ? &*live_line : nullptr;
    const bool says = options.verbose > 0 || options.heartbeat != forever || (plan.no_input && !options.quiet);
    if (!plan.unseen_output.empty() && !options.quiet) say(plan.unseen_output, forever, position);
    const Narrator narrate = says ? narrator(options.verbose, line, position) : Narrator();
    if (obstacle) narrate(1, "no progress is shown: " + *obstacle);
    if (report.on_stdout() && plan.standard_output.mode != StreamChoice::Mode::null &&
        plan.standard_output.mode != StreamChoice::Mode::file &&
        plan.standard_output.mode != StreamChoice::Mode::control) {
        narrate(1,
                "the report follows the command's output on standard output (to part them: --report FILE, "
                "--report-fd N or --stdout FILE)");
    }
    OutputTail tail;
    std::optional<SignalSource> signals;
    std::optional<Live> live;
    std::function<Live*()> open_live;
    if (options.events || options.control) open_live = [&] { return &live.emplace(options, plan, begun); };
    Outcome outcome = run(
        plan, found, signals, std::move(given),
        {.begun = begun, .narrate = narrate, .tail = junit ? &tail : nullptr, .live_line = line, .position = &position},
        std::cref(make_plan), open_live);
    const TimePoint events_until = end_of_patience(plan);
    if (live) outcome.events = live->settle(events_until);
    Ending ending = ending_of(outcome, options.preserve_status);
    const std::string verdict = verdict_of(outcome);
    const Duration patience = patience_for(outcome);
    std::vector<std::string> lines = lines_to_say(outcome, verdict, options.quiet);
    const bool says_verdict = !verdict.empty() && !lines.empty() && lines.front() == verdict;
    // If writing may wait for a reader, let INT, TERM, HUP and QUIT end netrunner meanwhile. While netrunner writes
    // only regular files, these signals stay blocked, so that no file is left incomplete.
    if (signals && (live || report.may_wait() || (junit && junit->may_wait()))) signals->let_through_orders();
    try {
        if (junit) {
            const std::string name = options.junit_name.value_or(fmt::format("{}", fmt::join(options.command, " ")));
            const std::string last_lines = tail.last_lines(junit_lines);
            junit->write(render_junit({name, host_name(), outcome, ending, verdict, last_lines}), patience);
        }
        if (report.wanted())
            report.write(render_report({options, outcome, ending, verdict, can_use_pidfds()}), patience);
    } catch (const std::runtime_error& failure) {
        lines.push_back(failure_text(failure));
        ending = {.status = exit_own_failure};
    }
    if (live) {
        const std::string text = render_report({options, outcome, ending, verdict, can_use_pidfds()});
        live->end(ending.status, text, events_until);
    }
    // Without anything to write there is no wait, and an order that comes now is a late copy, or too late.
    if (signals && (!lines.empty() || options.summary)) signals->let_through_orders();
    for (const std::string& each : lines) say(each, patience, position);
    if (says_verdict && is_github_step()) print(render_annotation(verdict, ending.status), patience, position);
    if (options.summary) print(render_summary(outcome, ending, colours_wanted(STDERR_FILENO)), patience, position);
    end_with(ending);
}

}  // namespace
}  // namespace netrunner

int main(int argc, char** argv) {
    using namespace netrunner;
    const TimePoint begun = std::chrono::steady_clock::now();
    const auto closed = occupy_standard_descriptors();
    const bool no_stdout = closed[STDOUT_FILENO];
    const std::optional<HeldSignals> held =
        argc > 1 && std::string_view(argv[1]) == "run" ? std::optional<HeldSignals>(std::in_place) : std::nullopt;
    try {
        const auto parsed = parse_command_line({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
        if (held && !std::holds_alternative<Options>(parsed)) held->release();
        if (const auto* shown = std::get_if<ShowText>(&parsed)) return print_out(shown->text, 0, no_stdout);
        if (const auto* asked = std::get_if<AskDoctor>(&parsed)) {
            const Diagnosis found = examine(asked->required);
            return print_out(asked->as_json ? render_json(found) : render_text(found), found.suffices() ? 0 : 1,
                             no_stdout);
        }
        if (const auto* asked = std::get_if<CollectGarbage>(&parsed)) {
            const Collection done = collect_leftovers(asked->base ? asked->base : base_of_environment(), asked->path);
            return print_out(fmt::format("{}{}", fmt::join(done.lines, "\n"), done.lines.empty() ? "" : "\n"),
                             done.complete ? 0 : 1, no_stdout);
        }
        if (const auto* merge = std::get_if<MergeRequest>(&parsed)) return merge_and_tell(*merge, no_stdout);
        if (const auto* show = std::get_if<ShowRequest>(&parsed))
            return print_out(show_reports(*show, colours_wanted(STDOUT_FILENO)), 0, no_stdout);
        if (const auto* asked = std::get_if<ListRuns>(&parsed)) {
            const auto runs = find_runs(::geteuid() == 0 ? std::nullopt : std::optional(::geteuid()));
            const std::size_t columns = terminal_columns(STDOUT_FILENO);
            return print_out(asked->as_json ? render_runs_as_json(runs) : render_runs(runs, columns), 0, no_stdout);
        }
        if (const auto* asked = std::get_if<CtlOptions>(&parsed)) return order_and_tell(*asked, no_stdout);
        if (const auto* batch = std::get_if<BatchOptions>(&parsed))
            end_with(run_batch(*batch, {argv, argv + argc}, begun, closed));
        run_and_tell(std::get<Options>(parsed), begun, closed, held.value().found());
    } catch (const std::exception& failure) {
        if (held) held->release();
        LinePosition position;
        say(failure_text(failure), forever, position);
        return exit_own_failure;
    }
}
