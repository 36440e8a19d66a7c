// The verdict for people: one line if netrunner acted or failed, otherwise none; more lines only on request.
#include <doctest/doctest.h>

#include <csignal>
#include <regex>

#include "trial.hpp"

using namespace support;

namespace {

// Whether `text` is lines of -v and nothing else.
bool is_narration(const std::string& text) {
    for (const auto& line : lines(text)) {
        if (!begins(line, "netrunner -v: ")) return false;
    }
    return !text.empty() && text.back() == '\n';
}

}  // namespace

TEST_SUITE_BEGIN("verdict");

TEST_CASE_FIXTURE(Trial, "netrunner prints nothing if it did not act") {
    for (const std::string script : {"exit 0", "exit 1", "kill -TERM $$"}) {
        const auto result = run({"--", "sh", "-c", "echo mine >&2; " + script});
        CHECK(result.err == "mine\n");
    }
}

TEST_CASE_FIXTURE(Trial, "the report's message is the verdict line without its prefix") {
    auto [result, report] = run_reported({"-t", "200ms", "--", "sleep", "60"});
    REQUIRE(report["message"].is_string());
    CHECK(result.err == "netrunner: " + report["message"].get<std::string>() + "\n");
}

TEST_CASE_FIXTURE(Trial, "the verdict comes after the command's last byte on standard error") {
    const auto result = run({"-t", "300ms", "--", "sh", "-c", "echo mine >&2; sleep 60"});
    REQUIRE(lines(result.err).size() == 2);
    CHECK(lines(result.err)[0] == "mine");
    CHECK(begins(lines(result.err)[1], "netrunner: sh: timed out after 300ms"));
}

TEST_CASE_FIXTURE(Trial, "quiet means no verdict line, and changes nothing else") {
    auto [result, report] = run_reported({"-q", "-t", "200ms", "--", "sleep", "60"});
    CHECK(result.ending == exit_code(124));
    CHECK(result.err.empty());
    CHECK(report["message"].is_string());
    CHECK(run({"--quiet", "--", "sh", "-c", "sleep 60 & exit 2"}).err.empty());
}

TEST_CASE_FIXTURE(Trial, "quiet hides no failure of netrunner") {
    const auto missing = run({"-q", "--", "/nonexistent"});
    CHECK(missing.ending == exit_code(127));
    CHECK(missing.err == "netrunner: cannot run '/nonexistent': no such file or directory\n");
    const auto full = run({"-q", "-o", "/dev/full", "--", "echo", "x"});
    CHECK(full.ending == exit_code(125));
    CHECK(full.err == "netrunner: cannot write to '/dev/full': no space left on device\n");
    const auto both = run({"-q", "-t", "200ms", "-o", "/dev/full", "--", "sh", "-c", "echo x; sleep 60"});
    CHECK(both.ending == exit_code(124));
    CHECK(both.err == full.err);
}

TEST_CASE_FIXTURE(Trial,
                  "verbose has one line per step: the start, each signal and its target, each limit, each orphan") {
    const auto result = run({"-v", "-t", "200ms", "-k", "200ms", "--", program("ignore_signals"), "-", "15"});
    const std::size_t verdict = result.err.rfind("netrunner: ignore_signals: timed out after 200ms");
    REQUIRE(verdict != std::string::npos);
    CHECK(is_narration(result.err.substr(0, verdict)));
    CHECK(std::regex_search(result.err, std::regex{"start[^\n]*ignore_signals"}));
    CHECK(contains(result.err, "SIGTERM"));
    CHECK(contains(result.err, "SIGKILL"));
    CHECK(lines(result.err).size() >= 4);
    REQUIRE(begins(result.out, "ready "));
    const auto pid = lines(result.out).front().substr(6);
    CHECK_MESSAGE(contains(result.err, pid), "the pid ", pid, " is not in: ", result.err);

    const auto orphan = run({"-v", "--", "sh", "-c", "sleep 60 & echo $!"});
    CHECK(is_narration(orphan.err.substr(0, orphan.err.rfind("netrunner: ended 1 orphan"))));
    REQUIRE(lines(orphan.out).size() == 1);
    CHECK(contains(orphan.err, lines(orphan.out).front()));
}

TEST_CASE_FIXTURE(Trial, "each line of netrunner but the verdict begins with the option that asked for it") {
    const auto result = run({"-v", "--heartbeat", "200ms", "--summary", "-t", "500ms", "--", "/bin/sleep", "60"});
    std::string kinds;  // n for the verdict, v, h, s, and i for an indented line of the summary
    for (const auto& line : lines(result.err)) {
        for (const auto& [beginning, kind] : std::vector<std::pair<std::string, char>>{{"netrunner: sleep: ", 'n'},
                                                                                       {"netrunner -v: ", 'v'},
                                                                                       {"netrunner --heartbeat: ", 'h'},
                                                                                       {"netrunner --summary:", 's'},
                                                                                       {"  ", 'i'}}) {
            if (begins(line, beginning)) kinds += kind;
        }
    }
    CHECK(kinds.size() == lines(result.err).size());
    CHECK_MESSAGE(std::regex_match(kinds, std::regex{"v+h[vh]*nsi+"}), result.err);
}

TEST_CASE_FIXTURE(Trial, "very verbose adds the frames of the link") {
    const auto once = run({"-v", "--", "true"});
    const auto twice = run({"-vv", "--", "true"});
    CHECK(is_narration(once.err));
    CHECK(is_narration(twice.err));
    CHECK(lines(twice.err).size() > lines(once.err).size());
}

TEST_CASE_FIXTURE(Trial, "the summary shows status, wall time, processor time, peak memory and bytes") {
    const auto result = run({"--summary", "--", "sh", "-c", "echo 12345; echo err >&2; exit 3"});
    CHECK(result.ending == exit_code(3));
    CHECK(result.out == "12345\n");
    REQUIRE(begins(result.err, "err\n"));
    const auto summary = result.err.substr(4);
    const auto speaks_of = [&](const std::string& pattern) {
        return std::regex_search(summary, std::regex{pattern, std::regex::icase});
    };
    CHECK(lines(summary).size() >= 2);
    CHECK(lines(summary).size() <= 10);
    CHECK(speaks_of("(status|exit)[^\n]*3"));
    CHECK(speaks_of("wall"));
    CHECK(speaks_of("user"));
    CHECK(speaks_of("system"));
    CHECK(speaks_of("memory|peak"));
    CHECK(speaks_of("stdout[^\n]*6|6[^\n]*stdout"));
}

TEST_CASE_FIXTURE(Trial, "the summary also shows a signal and a stop") {
    CHECK(contains(run({"--summary", "--", "sh", "-c", "kill -TERM $$"}).err, "SIGTERM"));
    CHECK(contains(run({"--summary", "-t", "100ms", "--", "sleep", "60"}).err, "124"));
}

TEST_CASE_FIXTURE(Trial, "what the kernel killed in a surrounding group meanwhile is told of") {
    // A folder stands for the mount of cgroup v2, because a real limit would have to be reached.
    const std::string above = path("cgroups");
    const std::string events = above + "/memory.events";
    const std::string report = path("report");
    const auto in_place = [&](const std::string& options, const std::string& script) {
        return bash("mkdir -p '" + above + "'; echo oom_kill 3 >'" + events + "'; unshare -m sh -c 'mount --bind \"" +
                    above + "\" /sys/fs/cgroup && exec \"$NR\" run --report \"" + report + "\" " + options +
                    " -- sh -c \"" + script + "\"'");
    };
    if (in_place("", "exit 0").ending != exit_code(0)) return skip("no permission to mount a folder");
    const auto cgroup_above = [&] { return report_at(report)["cgroup_above"]; };
    CHECK(cgroup_above() == 0);
    const std::string killed = "echo oom_kill 5 >" + events + "; ";
    const std::string line =
        "netrunner: the kernel killed 2 processes for want of memory in the surrounding group meanwhile\n";
    const auto failed = in_place("", killed + "kill -9 \\$\\$");
    CHECK(failed.ending == killed_by(SIGKILL));
    CHECK(failed.err == line);
    CHECK(cgroup_above() == 2);
    CHECK(in_place("", killed + "exit 2").err == line);
    CHECK(in_place("-t 500ms", killed + "exec sleep 60").err ==
          "netrunner: sh: timed out after 500ms: sent SIGTERM\n" + line);
    CHECK(in_place("-q", killed + "exit 2").err.empty());
    CHECK(in_place("", killed + "exit 0").err.empty());
    CHECK(cgroup_above() == 2);
}

TEST_CASE_FIXTURE(Trial, "a message has no control bytes of a command's name") {
    const auto result = run({"--", "no\nsuch\x1b[31mname"});
    CHECK(result.ending == exit_code(127));
    CHECK(lines(result.err).size() == 1);
    CHECK(!contains(result.err, "\x1b"));
}

TEST_CASE_FIXTURE(Trial, "a standard error that is closed or full changes neither status nor output") {
    auto setup = runner({"-t", "200ms", "--", "sh", "-c", "echo out; sleep 60"});
    setup.err = closed();
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(124));
    CHECK(result.out == "out\n");
    setup.err = file("/dev/full", 1);
    CHECK(complete(setup).ending == exit_code(124));
}

TEST_SUITE_END();
