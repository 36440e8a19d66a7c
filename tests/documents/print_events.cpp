// Prints a line for each event that EventLines makes and for each reply, with and without the values that may be null.
// documents/events.py validates them against docs/events.schema.json.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>

#include "src/live/control_reply.hpp"
#include "src/live/event_lines.hpp"
#include "src/report/report.hpp"

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

void print(const std::string& line) { std::fputs(line.c_str(), stdout); }

std::string report() {
    Options options;
    options.command = {"make", "test"};
    Outcome outcome;
    outcome.end = Exited{2};
    outcome.directory = "/";
    outcome.pid = 4242;
    return render_report(ReportContext{.options = options, .outcome = outcome, .ending = {2, {}}, .verdict = ""});
}

void print_events(const EventLines& lines, TimePoint now) {
    const std::vector<std::string> command{"make", "\xff", ""};
    print(lines.start(now, 4242, command, 1800s));
    print(lines.start(now, 4242, std::vector<std::string>(5000, "word"), std::nullopt));
    print(lines.output(now, 81920, 0));
    print(lines.output(now, std::nullopt, std::nullopt));
    print(lines.sample(now, {}));
    print(lines.sample(now, {.cpu = 1500ms,
                             .read = 4096,
                             .written = 0,
                             .output = 12,
                             .error = 0,
                             .memory = 1 << 20,
                             .processes = 3,
                             .busy = 1.25}));
    for (const StopCause cause :
         {StopCause::timeout, StopCause::idle_timeout, StopCause::output_limit, StopCause::cpu_limit,
          StopCause::memory_limit, StopCause::process_limit, StopCause::no_input, StopCause::cancelled,
          StopCause::parent_died, StopCause::control_closed, StopCause::no_reader, StopCause::orphans,
          StopCause::failure, StopCause::lost}) {
        print(lines.step(now, cause, SIGTERM));
    }
    print(lines.step(now, StopCause::cancelled, SIGRTMIN + 1));
    print(lines.changed(now, 2400s, LimitChange::Peer{1000, 77}));
    print(lines.changed(now, forever, std::nullopt));
    print(lines.dropped(now, 412, now - 1s));
    print(lines.orphan(now, {.pid = 7, .name = "sleep", .command = "sleep 100", .ended_by = SIGTERM}));
    print(lines.orphan(now, {.pid = 7, .name = "", .command = ""}));
    print(lines.stopped(now, SIGTSTP));
    print(lines.continued(now));
    for (const End& end : {End(Exited{3}), End(Signaled{SIGSEGV, true}), End(Unended{}), End(Lost{}),
                           End(NotStarted{.stage = "exec", .error = ENOENT, .message = "cannot run 'foo'"}),
                           End(NotStarted{.stage = "open", .message = std::string(5000, 'm')})}) {
        print(lines.exit(now, end));
    }
    print(lines.end(now, 2, report()));
    print(lines.end(now, 125, ""));
}

void print_replies() {
    print(ok_reply("1", JsonObject().add_seconds("timeout", 2400s)));
    print(ok_reply("", JsonObject().add_seconds("timeout", forever)));
    print(data_reply("1.5", "text"));
    print(data_reply("\"a\"", "\xff", true));
    print(end_reply("2"));
    for (const char* line : {"", "{}", R"({"cmd":"go"})", R"({"id":1,"cmd":"read"})", R"({"id":2,"cmd":"stop","x":1})",
                             R"({"id":"b","cmd":"resize","columns":0,"rows":1})"}) {
        print(error_reply(std::get<ControlError>(parse_control(line))));
    }
    print(error_reply(line_too_long()));
    print(error_reply({"3", "no-terminal", std::string(5000, 'm')}));
}

}  // namespace

int main() {
    const TimePoint begun{1000s};
    print_events(EventLines(4240, begun), begun + 12'345ms);
    print_events(EventLines(4240, begun, JobMark{"a job", 1}), begun);
    print_events(EventLines(4240, begun, JobMark{.number = 2}), begun + 24h);
    print_replies();
    return 0;
}
