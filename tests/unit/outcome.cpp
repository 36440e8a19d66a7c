#include "src/outcome/outcome.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <csignal>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

Outcome ended(End end) {
    Outcome outcome;
    outcome.end = std::move(end);
    return outcome;
}

Outcome stopped(End end, StopCause cause, std::vector<StopRecord::Step> steps, std::string limit = "") {
    Outcome outcome = ended(std::move(end));
    outcome.stop = StopRecord{.cause = cause, .steps = std::move(steps), .limit = std::move(limit)};
    return outcome;
}

}  // namespace

TEST_SUITE_BEGIN("outcome");

TEST_CASE("netrunner ends with the command's exit code, for all 256") {
    for (int code = 0; code <= 255; ++code) {
        const Ending ending = ending_of(ended(Exited{code}), false);
        CHECK(ending.status == code);
        CHECK(!ending.signal);
    }
}

TEST_CASE("netrunner dies of the signal that the command died of") {
    const Ending ending = ending_of(ended(Signaled{SIGTERM}), false);
    CHECK(ending.status == 143);
    CHECK(ending.signal == SIGTERM);
    CHECK(reason_of(ended(Signaled{SIGTERM})) == "signaled");
    Outcome forwarded = ended(Signaled{SIGUSR1});
    forwarded.cancelled_by = SIGUSR1;
    CHECK(reason_of(forwarded) == "cancelled");
    CHECK(verdict_of(forwarded).empty());
}

TEST_CASE("a limit gives 124 however the command then ended, unless its status is to be preserved") {
    for (const StopCause cause :
         {StopCause::timeout, StopCause::idle_timeout, StopCause::output_limit, StopCause::cpu_limit}) {
        for (const End& end : {End(Exited{0}), End(Exited{7}), End(Signaled{SIGKILL})}) {
            CHECK(ending_of(stopped(end, cause, {{SIGTERM, 1s}}), false).status == 124);
        }
        CHECK(ending_of(stopped(Exited{7}, cause, {{SIGTERM, 1s}}), true).status == 7);
        CHECK(ending_of(stopped(Signaled{SIGKILL}, cause, {{SIGTERM, 1s}}), true).signal == SIGKILL);
    }
}

TEST_CASE("a time limit before the start is a limit, not a failure of netrunner") {
    Outcome outcome =
        stopped(NotStarted{.fault = NotStarted::Fault::timed_out, .stage = "open", .message = "timed out after 1s: x"},
                StopCause::timeout, {}, "1s");
    outcome.command = "/bin/make";
    CHECK(ending_of(outcome, false).status == 124);
    CHECK(ending_of(outcome, true).status == 124);
    CHECK(reason_of(outcome) == "timeout");
    CHECK(verdict_of(outcome) == "make: timed out after 1s: x");
    CHECK(lines_to_say(outcome, verdict_of(outcome), true).empty());
}

TEST_CASE("kills in a surrounding group are told of if the command did not end well") {
    const std::string two = "the kernel killed 2 processes for want of memory in the surrounding group meanwhile";
    Outcome outcome;
    outcome.end = Signaled{SIGKILL, false};
    outcome.killed_above = 2;
    CHECK(verdict_of(outcome) == two);
    CHECK(lines_to_say(outcome, two, false) == std::vector{two});
    CHECK(lines_to_say(outcome, two, true).empty());
    CHECK(reason_of(outcome) == "signaled");
    outcome.end = Exited{2};
    CHECK(verdict_of(outcome) == two);
    outcome.end = Exited{0};
    CHECK(verdict_of(outcome).empty());
    outcome.end = NotStarted{.message = "cannot run 'x'"};
    CHECK(lines_to_say(outcome, verdict_of(outcome), false) == std::vector<std::string>{"cannot run 'x'"});
    outcome.end = Signaled{SIGTERM, false};
    outcome.stop = StopRecord{.cause = StopCause::timeout, .steps = {{SIGTERM, 1s}}, .limit = "1s"};
    outcome.killed_above = 1;
    const std::string verdict = verdict_of(outcome);
    CHECK(verdict == "timed out after 1s: sent SIGTERM");
    CHECK(lines_to_say(outcome, verdict, false) ==
          std::vector<std::string>{
              verdict, "the kernel killed 1 process for want of memory in the surrounding group meanwhile"});
    outcome.killed_above = 0;
    CHECK(lines_to_say(outcome, verdict, false) == std::vector{verdict});
    outcome.killed_above.reset();
    CHECK(lines_to_say(outcome, verdict, false) == std::vector{verdict});
}

TEST_CASE("the reason is the cause, not the symptom") {
    CHECK(reason_of(stopped(Exited{0}, StopCause::timeout, {{SIGTERM, 1s}})) == "timeout");
    CHECK(reason_of(stopped(Exited{0}, StopCause::idle_timeout, {})) == "idle-timeout");
    CHECK(reason_of(stopped(Exited{0}, StopCause::output_limit, {})) == "output-limit");
    CHECK(reason_of(stopped(Exited{0}, StopCause::cpu_limit, {})) == "cpu-limit");
    CHECK(reason_of(stopped(Signaled{SIGTERM}, StopCause::cancelled, {})) == "cancelled");
    CHECK(reason_of(stopped(Exited{0}, StopCause::orphans, {})) == "exited");
    CHECK(reason_of(stopped(Lost{}, StopCause::lost, {})) == "lost");
    CHECK(reason_of(ended(NotStarted{})) == "spawn-failed");
}

TEST_CASE("a cancelled command that had to be killed gives the signal that cancelled it") {
    Outcome outcome = stopped(Signaled{SIGKILL}, StopCause::cancelled, {{SIGINT, 1s}, {SIGKILL, 6s}});
    outcome.cancelled_by = SIGINT;
    CHECK(ending_of(outcome, false).signal == SIGINT);
    // If the command exited, or died of another signal than SIGKILL, its own status counts.
    outcome.end = Exited{3};
    CHECK(ending_of(outcome, false).status == 3);
    outcome.end = Signaled{SIGTERM};
    CHECK(ending_of(outcome, false).signal == SIGTERM);
    // Also if only the command got SIGKILL, and processes that it left another signal after it.
    outcome.end = Signaled{SIGKILL};
    outcome.stop->steps = {{SIGINT, 1s, true}, {SIGKILL, 6s, true}, {SIGTERM, 7s}};
    CHECK(ending_of(outcome, false).signal == SIGINT);
}

TEST_CASE(
    "a command that never ran gives 127 if it was not found, 126 if it was, 125 if it could not be "
    "prepared") {
    CHECK(ending_of(ended(NotStarted{.fault = NotStarted::Fault::not_found}), false).status == 127);
    CHECK(ending_of(ended(NotStarted{.fault = NotStarted::Fault::not_executable}), false).status == 126);
    CHECK(ending_of(ended(NotStarted{.stage = "uid", .error = EPERM}), false).status == 125);
}

TEST_CASE("a command that cannot be ended is no success, and has no exit code") {
    CHECK(ending_of(stopped(Unended{}, StopCause::timeout, {{SIGTERM, 1s}, {SIGKILL, 2s}}), false).status == 124);
    CHECK(ending_of(stopped(Unended{}, StopCause::cancelled, {{SIGTERM, 1s}, {SIGKILL, 2s}}), false).status == 125);
    CHECK(reason_of(stopped(Unended{}, StopCause::timeout, {})) == "timeout");
}

TEST_CASE("a shepherd or guard that was killed gives 125, and is named") {
    for (const std::string helper : {"shepherd", "guard"}) {
        Outcome outcome = stopped(Lost{}, StopCause::lost, {{SIGTERM, 1s}, {SIGKILL, 2s}});
        outcome.lost = helper;
        CHECK(ending_of(outcome, true).status == 125);
        CHECK(verdict_of(outcome) == "the " + helper + " was killed: sent SIGTERM, 1s later SIGKILL");
    }
}

TEST_CASE("a failure of netrunner gives 125, unless the command itself failed") {
    Outcome outcome = ended(Exited{0});
    outcome.failures = {"cannot write to 'x': no space left on device"};
    CHECK(ending_of(outcome, false).status == 125);
    CHECK(verdict_of(outcome) == "cannot write to 'x': no space left on device");
    outcome.end = Exited{4};
    CHECK(ending_of(outcome, false).status == 4);
}

TEST_CASE("a run whose output was given up because of a signal dies of that signal") {
    Outcome outcome = ended(Exited{0});
    outcome.cancelled_by = SIGTERM;
    outcome.standard_output.lost = true;
    CHECK(ending_of(outcome, false).signal == SIGTERM);
    outcome.standard_output.lost = false;
    CHECK(ending_of(outcome, false).status == 0);
    outcome.standard_output.dropped = 5;  // as --max-output-action drop wants it
    CHECK(outcome.standard_output.truncated());
    CHECK(ending_of(outcome, false).status == 0);
}

TEST_CASE("an order between two attempts is the reason and the status, whatever the last attempt was") {
    for (const End& end : {End(Exited{2}), End(Signaled{SIGKILL}), End(NotStarted{.message = "cannot run 'x'"})}) {
        Outcome outcome = ended(end);
        outcome.command = "make";
        outcome.ended_between = true;
        outcome.cancelled_by = SIGTERM;
        outcome.stop = StopRecord{.cause = StopCause::cancelled, .steps = {}, .limit = ""};
        outcome.attempts.resize(2);
        CHECK(reason_of(outcome) == "cancelled");
        CHECK(ending_of(outcome, false).signal == SIGTERM);
        CHECK(ending_of(outcome, false).status == 143);
        CHECK(verdict_of(outcome) == "make: cancelled by SIGTERM before attempt 3");
        CHECK(lines_to_say(outcome, verdict_of(outcome), true).empty());
        outcome.cancelled_by = 0;
        outcome.stop->cause = StopCause::parent_died;
        CHECK(ending_of(outcome, false).status == 143);
    }
}

TEST_CASE("the end of an attempt in words") {
    CHECK(describe_end(ended(Exited{2})) == "exited with 2");
    CHECK(describe_end(ended(Signaled{SIGSEGV})) == "killed by SIGSEGV");
    CHECK(describe_end(ended(NotStarted{.message = "cannot run 'x'"})) == "cannot run 'x'");
    CHECK(describe_end(stopped(Exited{0}, StopCause::timeout, {{SIGTERM, 1s}}, "1s")) ==
          "timed out after 1s: sent SIGTERM");
    CHECK(describe_end(stopped(Exited{3}, StopCause::orphans, {{SIGTERM, 1s}}, "")) == "exited with 3");
}

TEST_CASE("the verdict has the cause and every step") {
    CHECK(verdict_of(stopped(Signaled{SIGKILL}, StopCause::timeout, {{SIGTERM, 30s}, {SIGKILL, 35s}}, "30s")) ==
          "timed out after 30s: sent SIGTERM, 5s later SIGKILL");
    CHECK(verdict_of(stopped(Signaled{SIGKILL}, StopCause::timeout, {{SIGTERM, 1s}, {SIGKILL, 1s}}, "1s")) ==
          "timed out after 1s: sent SIGTERM, at once SIGKILL");
    CHECK(verdict_of(stopped(Exited{0}, StopCause::timeout, {{SIGTERM, 1s}, {SIGKILL, 1251ms}}, "1s")) ==
          "timed out after 1s: sent SIGTERM, 250ms later SIGKILL");
    CHECK(verdict_of(stopped(Exited{0}, StopCause::idle_timeout, {{SIGTERM, 3s}}, "2s")) ==
          "no output for 2s: sent SIGTERM");
    CHECK(verdict_of(stopped(Exited{0}, StopCause::timeout, {{SIGTERM, 1s, true}, {SIGTERM, 2s}}, "1s")) ==
          "timed out after 1s: sent SIGTERM to the command alone, 1s later SIGTERM");
    CHECK(verdict_of(stopped(Exited{0}, StopCause::output_limit, {}, "1 MiB")) == "more than 1 MiB of output");
    Outcome busy = stopped(Exited{0}, StopCause::cpu_limit, {{SIGTERM, 3s}}, "10s");
    busy.stop->used = "10.02s";
    CHECK(verdict_of(busy) == "used 10.02s of processor time (limit 10s): sent SIGTERM");
    Outcome cancelled = stopped(Signaled{SIGINT}, StopCause::cancelled, {{SIGINT, 3s}});
    cancelled.cancelled_by = SIGINT;
    CHECK(verdict_of(cancelled) == "cancelled by SIGINT: sent SIGINT");
}

TEST_CASE("a verdict about the command begins with the command's name") {
    Outcome outcome = stopped(Exited{0}, StopCause::timeout, {{SIGTERM, 1s}}, "1s");
    outcome.command = "/usr/bin/make";
    CHECK(verdict_of(outcome) == "make: timed out after 1s: sent SIGTERM");
    outcome.command = "make";
    outcome.failures = {"cannot write to 'x': no space left on device"};
    CHECK(lines_to_say(outcome, verdict_of(outcome), false) ==
          std::vector<std::string>{"make: timed out after 1s: sent SIGTERM", outcome.failures.front()});
    outcome.stop->cause = StopCause::orphans;
    outcome.orphans = {{.pid = 5, .name = "sleep", .command = "", .ended_by = SIGTERM}};
    CHECK(verdict_of(outcome) == "ended 1 orphan: sleep (5)");
    outcome.orphans.clear();
    CHECK(verdict_of(outcome).empty());
    outcome.stop->cause = StopCause::failure;
    CHECK(verdict_of(outcome) == outcome.failures.front());
    outcome.stop.reset();
    CHECK(verdict_of(outcome) == outcome.failures.front());
    outcome.end = NotStarted{.message = "cannot run 'make': permission denied"};
    CHECK(verdict_of(outcome) == "cannot run 'make': permission denied");
}

TEST_CASE("a verdict about lack of memory begins with the command's name") {
    Outcome outcome;
    outcome.command = "./hog";
    outcome.end = Signaled{SIGKILL, false};
    outcome.cgroup = GroupRecord{};
    outcome.cgroup->figures.oom_kills = 1;
    CHECK(verdict_of(outcome).starts_with("killed by the kernel: out of memory"));
    outcome.end = Exited{0};
    REQUIRE(lines_to_say(outcome, verdict_of(outcome), false).size() == 1);
    CHECK(lines_to_say(outcome, "", false).front().starts_with("the kernel killed some of"));
}

TEST_CASE("what was killed while it started had no processes of the command") {
    Outcome outcome;
    outcome.command = "./hog";
    outcome.end = NotStarted{.stage = "cgroup", .error = ENOMEM, .message = "cgroup: the memory limit is too small"};
    outcome.cgroup = GroupRecord{};
    outcome.cgroup->figures.oom_kills = 2;
    CHECK(lines_to_say(outcome, verdict_of(outcome), false).size() == 1);
    outcome.end = NotStarted{.stage = "retry", .error = ECANCELED, .message = "cancelled before the next attempt"};
    CHECK(lines_to_say(outcome, verdict_of(outcome), false).size() == 2);
}

TEST_CASE("the verdict names orphans, but not hundreds of them") {
    Outcome outcome = stopped(Exited{0}, StopCause::orphans, {{SIGTERM, 1s}});
    outcome.orphans = {{.pid = 4243, .name = "sleep", .command = "", .ended_by = SIGTERM},
                       {.pid = 4244, .name = "sh", .command = "", .ended_by = SIGTERM}};
    CHECK(verdict_of(outcome) == "ended 2 orphans: sleep (4243), sh (4244)");
    outcome.orphans.resize(1);
    CHECK(verdict_of(outcome) == "ended 1 orphan: sleep (4243)");
    outcome.orphans.resize(20, outcome.orphans.front());
    CHECK(verdict_of(outcome).ends_with(" and 12 more"));
}

TEST_CASE("an uneventful run has no verdict") {
    CHECK(verdict_of(ended(Exited{3})).empty());
    CHECK(lines_to_say(ended(Signaled{SIGSEGV}), "", false).empty());
}

TEST_CASE("each failure is printed once") {
    Outcome outcome = ended(Exited{0});
    outcome.failures = {"one", "two"};
    CHECK(lines_to_say(outcome, verdict_of(outcome), false) == std::vector<std::string>{"one", "two"});
}

TEST_CASE("quiet hides the verdict of a limit or a stop and remarks, and no failure") {
    Outcome outcome = stopped(Exited{0}, StopCause::timeout, {{SIGTERM, 1s}}, "1s");
    outcome.notes = {"a remark"};
    CHECK(lines_to_say(outcome, verdict_of(outcome), true).empty());
    outcome.failures = {"cannot write to 'log': no space left on device"};
    CHECK(lines_to_say(outcome, verdict_of(outcome), true) == outcome.failures);
    CHECK(!tells_of_failure(outcome, verdict_of(outcome)));
    Outcome full = ended(Exited{0});
    full.failures = outcome.failures;
    CHECK(lines_to_say(full, verdict_of(full), true) == full.failures);
    CHECK(tells_of_failure(full, verdict_of(full)));

    const Outcome missing = ended(NotStarted{.message = "cannot run 'x': no such file or directory"});
    CHECK(lines_to_say(missing, verdict_of(missing), true).size() == 1);
    Outcome lost = stopped(Lost{}, StopCause::lost, {{SIGTERM, 1s}});
    lost.lost = "guard";
    CHECK(lines_to_say(lost, verdict_of(lost), true).size() == 1);
    Outcome cancelled = stopped(Signaled{SIGTERM}, StopCause::cancelled, {{SIGTERM, 1s}});
    cancelled.cancelled_by = SIGTERM;
    CHECK(lines_to_say(cancelled, verdict_of(cancelled), true).empty());
}

TEST_CASE("a terminal's output whose reader is gone ends as a pipe's does, without a verdict") {
    Outcome outcome = stopped(Signaled{SIGHUP}, StopCause::no_reader, {{SIGHUP, 1s}});
    CHECK(ending_of(outcome, false).signal == SIGPIPE);
    CHECK(ending_of(outcome, false).status == 141);
    CHECK(reason_of(outcome) == "signaled");
    CHECK(verdict_of(outcome).empty());
    outcome.survives_no_reader = true;
    outcome.failures = {"cannot write to standard output: broken pipe"};
    CHECK(ending_of(outcome, false).status == 1);
    CHECK(!ending_of(outcome, false).signal);
    CHECK(lines_to_say(outcome, verdict_of(outcome), false) == outcome.failures);
}

TEST_CASE("a command that ends by itself when its reader is gone keeps its code") {
    CHECK(ending_of(stopped(Exited{3}, StopCause::no_reader, {{SIGHUP, 1s}}), false).status == 3);
}

TEST_CASE("an interrupt that only the command has received is passed on to netrunner's group") {
    Outcome outcome = ended(Signaled{SIGINT});
    outcome.had_terminal = true;
    CHECK(ending_of(outcome, false).tell_group);
    outcome.cancelled_by = SIGINT;  // it was sent to netrunner, or reached the whole group
    CHECK(!ending_of(outcome, false).tell_group);
    outcome = ended(Signaled{SIGTERM});
    outcome.had_terminal = true;
    CHECK(!ending_of(outcome, false).tell_group);
}

TEST_SUITE_END();
