// `netrunner report show`, `html` and `trace`: the reports of real runs and batches, and files that are none.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "batch_trial.hpp"

using namespace support;
using nlohmann::json;

namespace {

struct ReportTrial : BatchTrial {
    Setup report(const std::string& word, std::vector<std::string> files) {
        files.insert(files.begin(), {netrunner(), "report", word});
        return command(files);
    }
    Result shown(const std::string& word, const std::vector<std::string>& files) {
        return complete(report(word, files));
    }
};

}  // namespace

TEST_SUITE_BEGIN("report_shown");

TEST_CASE_FIXTURE(ReportTrial, "a run is shown as text, as a page and as a trace") {
    const std::string file = path("run.json");
    CHECK(run({"-t", "300ms", "--report", file, "--", "sh", "-c", "echo '<b>'; sleep 60"}).ending == exit_code(124));
    const Result text = shown("show", {file});
    CHECK(text.ending == exit_code(0));
    CHECK(contains(text.out, "  result     timed out, status 124\n"));
    CHECK(contains(text.out, "  stop       timeout, SIGTERM at 3"));
    CHECK(text.err.empty());
    const Result page = shown("html", {file});
    CHECK(page.ending == exit_code(0));
    CHECK(begins(page.out, "<!doctype html>\n"));
    CHECK(contains(page.out, "timed out"));
    CHECK(contains(page.out, "&lt;b&gt;"));
    CHECK(!contains(page.out, "<b>&#39;"));
    const Result trace = shown("trace", {file});
    CHECK(trace.ending == exit_code(0));
    CHECK(!json::parse(trace.out).at("traceEvents").empty());
}

TEST_CASE_FIXTURE(ReportTrial, "a run with samples has charts, and its processes by what they used") {
    const std::string file = path("run.json");
    const auto result = run({"--sample=50ms", "--report", file, "--", "sh", "-c",
                             program("use_memory") + " 64 0 & sleep 0.8; kill $!; true"});
    CHECK(result.ending == exit_code(0));
    const Result text = shown("show", {file});
    CHECK(contains(text.out, " peak at "));
    CHECK(contains(text.out, "use_memory"));
    CHECK(contains(text.out, "sleep 0.8"));
    const Result page = shown("html", {file});
    for (const char* part : {"id=\"r1-memory\"", "id=\"r1-cpu\"", "id=\"r1-processes\"", "Samples as a table"})
        CHECK_MESSAGE(contains(page.out, part), part);
    CHECK(contains(shown("trace", {file}).out, "\"name\":\"memory\""));
}

TEST_CASE_FIXTURE(ReportTrial, "a batch is shown, also from standard input, and with a last line that is cut") {
    const std::string file = path("batch.jsonl");
    CHECK(run_batch({"-q", "--report", file, "--", "sh", "-c", "exit $1", "sh", ":::", "0", "3"}).ending ==
          exit_code(1));
    const std::string whole = text_of("batch.jsonl");
    for (const bool is_cut : {false, true}) {
        Setup setup = report("show", {"-"});
        setup.in = piped();
        setup.input = is_cut ? whole.substr(0, whole.size() - 20) : whole;
        const Result text = complete(setup);
        CHECK(text.ending == exit_code(0));
        CHECK(contains(text.out, "standard input:\n"));
        CHECK(contains(text.out, is_cut ? "unfinished" : "  result     failed, status 1\n"));
        CHECK(contains(text.out, "  jobs       1 succeeded, 1 failed\n"));
    }
    const Result page = shown("html", {file});
    CHECK(contains(page.out, "1 of 2 failed"));
    CHECK(shown("trace", {file}).ending == exit_code(0));
}

TEST_CASE_FIXTURE(ReportTrial, "several reports are shown one after the other, and compared on a page") {
    const std::string one = path("one.json");
    const std::string two = path("two.json");
    run({"--report", one, "--", "true"});
    run({"--report", two, "--", "sh", "-c", "exit 7"});
    const Result text = shown("show", {one, two});
    CHECK(contains(text.out, one + ":\n  result     succeeded, status 0\n"));
    CHECK(contains(text.out, "\n\n" + two + ":\n  result     failed with 7, status 7\n"));
    CHECK(contains(shown("html", {one, two}).out, "2 runs compared"));
}

TEST_CASE_FIXTURE(ReportTrial, "runs and jobs become cases of a JUnit file that CI systems accept") {
    const std::string one = path("one.json");
    const std::string batch = path("batch.jsonl");
    run({"--report", one, "--", "sh", "-c", "exit 7"});
    run_batch({"-q", "--report", batch, "--", "sh", "-c", "exit $1", "sh", ":::", "0", "3"});
    const Result result = shown("junit", {one, batch});
    CHECK(result.ending == exit_code(0));
    CHECK(contains(result.out, "tests=\"3\" failures=\"2\" errors=\"0\""));
    write("junit.xml", result.out);
    CHECK(bash("python3 '" SOURCE_DIR "/tests/support/check_junit.py' '" + path("junit.xml") + "'").out == "\n");
}

TEST_CASE_FIXTURE(ReportTrial, "what is no report is refused with one line, and nothing is printed") {
    run({"--report", path("run.json"), "--", "true"});
    write("cut.json", text_of("run.json").substr(0, 100));
    write("other.json", "{\"name\": \"x\"}\n");
    write("text", "hello\n");
    write("empty", "");
    for (const char* word : {"show", "html", "markdown", "junit", "trace"}) {
        CAPTURE(word);
        for (const char* name : {"cut.json", "other.json", "text", "empty"})
            CHECK_REFUSED(shown(word, {path(name)}), "is no report of netrunner");
        CHECK_REFUSED(shown(word, {path("missing")}), "cannot open");
        CHECK_REFUSED(shown(word, {directory()}), "cannot read the report");
        CHECK_REFUSED(shown(word, {}), "no report given");
        CHECK_REFUSED(shown(word, {"--junit", "x"}), "unknown option '--junit'");
    }
    CHECK_REFUSED(shown("show", {path("run.json"), path("text")}), "is no report of netrunner");
    CHECK_REFUSED(shown("show", {"-", "-"}), "'-' is given twice");
    CHECK_REFUSED(shown("trace", {"a", "b"}), "only one report");
    CHECK_REFUSED(shown("sho", {"a"}), "did you mean 'show'");
}

TEST_CASE_FIXTURE(ReportTrial, "a page that cannot be written whole is a failure") {
    run({"--report", path("run.json"), "--", "true"});
    const Result result = bash("$NR report html '" + path("run.json") + "' >/dev/full");
    CHECK_REFUSED(result, "cannot write to standard output: no space left on device");
}

TEST_SUITE_END();
