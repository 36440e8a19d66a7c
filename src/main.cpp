// A run from argv to exit status, one noun a line.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "src/cgroup/place.hpp"
#include "src/cli/cli.hpp"
#include "src/doctor/doctor.hpp"
#include "src/doctor/gc.hpp"
#include "src/plan/facts.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/relay/live_line.hpp"
#include "src/relay/output_tail.hpp"
#include "src/report/annotation.hpp"
#include "src/report/junit.hpp"
#include "src/report/report.hpp"
#include "src/report/summary.hpp"
#include "src/report/whole_file.hpp"
#include "src/session/console.hpp"
#include "src/session/runner.hpp"
#include "src/values/errno_text.hpp"

namespace netrunner {
namespace {

/// After a stop nobody waits long for a reader that takes nothing, least of all for one that has had its time.
Duration patience_for(const Outcome& outcome) {
    if (!outcome.stop) return forever;
    return std::chrono::milliseconds(outcome.reader_given_up ? 100 : 1000);
}

/// Without unwinding: the signals that are still held back would act on the way, and spoil the status. As PID 1 no
/// signal without a handler reaches us, so a container's init says it with a number.
[[noreturn]] void end_with(const Ending& ending) {
    std::fflush(nullptr);
    if (ending.signal && ::getpid() != 1) die_of(*ending.signal, ending.tell_group);
    ::_exit(ending.status);
}

/// `status`, unless it cannot be written.
int print_out(const std::string& text, int status) {
    fmt::print("{}", text);
    return std::fflush(stdout) == 0 ? status : exit_own_failure;
}

/// What shows the run while it goes on; nothing where that cannot be, as without a terminal.
std::optional<std::string> obstacle_to_progress(const Options& options, std::optional<LiveLine>& live_line) {
    if (!options.progress) return std::nullopt;
    std::string obstacle = LiveLine::obstacle();
    if (!obstacle.empty()) return obstacle;
    live_line.emplace();
    return std::nullopt;
}

bool is_github_step() {
    const char* const value = std::getenv("GITHUB_ACTIONS");
    return value != nullptr && std::string_view(value) == "true";
}

[[noreturn]] void run_and_tell(const Options& options, TimePoint begun, bool stdout_was_closed) {
    ReportTarget report(options, stdout_was_closed);
    std::optional<WholeFile> junit;
    if (options.junit) junit.emplace(*options.junit, fmt::format("cannot write the JUnit file '{}'", *options.junit));
    const SignalState found = read_signal_state();
    const LaunchPlan plan = make_launch_plan(options, gather_facts(options, found));
    std::optional<LiveLine> live_line;
    const auto obstacle = obstacle_to_progress(options, live_line);
    LiveLine* const line = live_line ? &*live_line : nullptr;
    const bool says = options.verbose > 0 || options.heartbeat != forever;
    const Narrator narrate = says ? narrator(options.verbose, line) : Narrator();
    if (obstacle) narrate(1, "no progress is shown: " + *obstacle);
    OutputTail tail;
    std::optional<SignalSource> signals;
    const Outcome outcome = run(
        plan, found, signals, {.begun = begun, .narrate = narrate, .tail = junit ? &tail : nullptr, .live_line = line});
    Ending ending = ending_of(outcome, options.preserve_status);
    const std::string verdict = verdict_of(outcome);
    const Duration patience = patience_for(outcome);
    std::vector<std::string> lines = options.quiet ? std::vector<std::string>{} : lines_to_say(outcome, verdict);
    // Whoever has to wait for a reader can be called off; a file of ours is not left half-made.
    if (signals && (report.may_wait() || (junit && junit->may_wait()))) signals->let_through_orders();
    try {
        if (junit) {
            junit->write(render_junit({options.command, outcome, ending, verdict, tail.last_lines(junit_lines)}),
                         patience);
        }
        if (report.wanted()) report.write(render_report({options, outcome, ending, verdict}), patience);
    } catch (const std::system_error& failure) {
        lines.push_back(failure_text(failure));
        ending = {.status = exit_own_failure};
    }
    if (signals) signals->let_through_orders();
    for (const std::string& each : lines) say(each, patience);
    if (!lines.empty() && !verdict.empty() && is_github_step())
        print(render_annotation(verdict, ending.status), patience);
    if (options.summary) print(render_summary(outcome, ending, colours_wanted()), patience);
    end_with(ending);
}

}  // namespace
}  // namespace netrunner

int main(int argc, char** argv) {
    using namespace netrunner;
    const TimePoint begun = std::chrono::steady_clock::now();
    const auto closed = occupy_standard_descriptors();
    try {
        const auto parsed = parse_command_line({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
        if (const auto* shown = std::get_if<ShowText>(&parsed)) return print_out(shown->text, 0);
        if (const auto* asked = std::get_if<AskDoctor>(&parsed)) {
            const Diagnosis found = examine();
            return print_out(asked->as_json ? render_json(found) : render_text(found), found.all_work() ? 0 : 1);
        }
        if (const auto* asked = std::get_if<CollectGarbage>(&parsed)) {
            const Collection done = collect_leftovers(asked->base ? asked->base : base_of_environment(), asked->path);
            return print_out(fmt::format("{}{}", fmt::join(done.lines, "\n"), done.lines.empty() ? "" : "\n"),
                             done.complete ? 0 : 1);
        }
        run_and_tell(std::get<Options>(parsed), begun, closed[STDOUT_FILENO]);
    } catch (const std::exception& failure) {
        say(failure_text(failure), forever);
        return exit_own_failure;
    }
}
