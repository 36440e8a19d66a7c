// The JSON report: every field is true, unknown values are null, and the file is written whole or not at all.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <regex>

#include "trial.hpp"

using namespace support;
using nlohmann::json;

namespace {

bool is_time(const json& value) {
    static const std::regex rfc3339{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)"};
    return value.is_string() && std::regex_match(value.get<std::string>(), rfc3339);
}

bool lists(const json& values, const std::string& word) {
    return std::find(values.begin(), values.end(), word) != values.end();
}

}  // namespace

TEST_SUITE_BEGIN("report");

TEST_CASE_FIXTURE(Trial, "every field of an ordinary run is there and true") {
    auto [result, report] = run_reported({"--", "sh", "-c", "echo $$; echo err >&2; sleep 0.3"});
    CHECK(report["schema"] == 1);
    CHECK(report["version"].get<std::string>().starts_with("0.1.0"));
    CHECK(report["command"] == json{"sh", "-c", "echo $$; echo err >&2; sleep 0.3"});
    CHECK(report["directory"] == directory());
    CHECK(report["mode"] == "pipe");
    CHECK(std::to_string(report["pid"].get<int>()) + "\n" == result.out);
    CHECK(is_time(report["started_at"]));
    CHECK(is_time(report["ended_at"]));
    CHECK(report["started_at"] < report["ended_at"]);
    CHECK(report["reason"] == "exited");
    CHECK(report["exit_code"] == 0);
    CHECK(report["signal"].is_null());
    CHECK(report["core_dumped"] == false);
    CHECK(report["status"] == 0);
    CHECK(report["message"].is_null());
    CHECK(report["time"]["wall"] >= 0.3);
    CHECK(report["time"]["wall"] < 2.0 * slowness());
    CHECK(report["time"]["user"] >= 0.0);
    CHECK(report["time"]["system"] >= 0.0);
    CHECK(report["time"]["startup"] > 0.0);
    CHECK(report["time"]["startup"] < 1.0 * slowness());
    CHECK(report["memory"]["source"] == "rusage");
    CHECK(report["memory"]["peak"] > 100000);
    CHECK(report["usage"]["minor_faults"] > 0);
    CHECK(report["usage"]["voluntary_switches"] > 0);
    CHECK(report["stdin"] == json{{"mode", "inherit"}, {"bytes", nullptr}});
    CHECK(report["stdout"]["mode"] == "pipe");
    CHECK(report["stdout"]["bytes"] == result.out.size());
    CHECK(report["stdout"]["truncated"] == false);
    CHECK(report["stderr"]["bytes"] == 4);
    CHECK(report["stop"].is_null());
    CHECK(report["orphans"].empty());
    CHECK(report["survivors"].empty());
    CHECK(lists(report["containment"], "group"));
    CHECK(lists(report["containment"], "subreaper"));
    CHECK(report["cgroup"].is_null());
    CHECK(report["error"].is_null());
}

TEST_CASE_FIXTURE(Trial, "bytes are counted exactly") {
    for (const int size : {0, 1, 65537, amount(10000000, 100000000)}) {
        CAPTURE(size);
        const auto half = std::to_string(size / 2);
        auto [result, report] = run_reported({"--", program("write_bytes"), std::to_string(size), half});
        CHECK(report["stdout"]["bytes"] == size);
        CHECK(report["stderr"]["bytes"] == size / 2);
        CHECK(result.out.size() == static_cast<std::size_t>(size));
    }
    auto setup = runner({"--stdin", "pipe", "--", "cat"});
    setup.in = piped();
    setup.input = std::string(70000, 'x');
    auto [result, report] = complete_reported(setup);
    CHECK(report["stdin"] == json{{"mode", "pipe"}, {"bytes", 70000}});
}

TEST_CASE_FIXTURE(Trial, "processor time and peak memory are the command's") {
    auto [result, report] = run_reported(
        {"--", "python3", "-c", "x = b'x' * 60000000\nwhile __import__('time').process_time() < 0.4: pass"});
    if (result.ending == exit_code(127)) return skip("no python3");
    CHECK(report["time"]["user"].get<double>() + report["time"]["system"].get<double>() >= 0.35);
    CHECK(report["memory"]["peak"] > 60000000);
    CHECK(report["memory"]["peak"] < 200000000);
}

TEST_CASE_FIXTURE(Trial, "a death by signal is distinguished from an exit") {
    auto [result, report] = run_reported({"--", "sh", "-c", "ulimit -c 0; kill -SEGV $$"});
    CHECK(report["reason"] == "signaled");
    CHECK(report["exit_code"].is_null());
    CHECK(report["signal"] == "SIGSEGV");
    CHECK(report["core_dumped"] == false);
    CHECK(report["status"] == 139);
}

TEST_CASE_FIXTURE(Trial, "a core dump is reported") {
    const auto pattern = read_text("/proc/sys/kernel/core_pattern");
    if (pattern.find_first_of("|/%") != std::string::npos)
        return skip("the core pattern of this machine is " + pattern);
    path("core");
    auto [result, report] = run_reported({"--rlimit", "core=unlimited", "--", "sh", "-c", "kill -SEGV $$"});
    CHECK(result.ending == killed_by(SIGSEGV));
    CHECK(report["core_dumped"] == true);
}

TEST_CASE_FIXTURE(Trial, "the modes of the streams are reported, and bytes that are not counted are null") {
    auto [result, report] =
        run_reported({"--stdin", "null", "--stdout", "inherit", "--stderr", "stdout", "--", "sh", "-c", "echo x"});
    CHECK(report["stdin"]["mode"] == "null");
    CHECK(report["stdout"]["mode"] == "inherit");
    CHECK(report["stderr"]["mode"] == "stdout");
    CHECK(report["stdout"]["bytes"].is_null());
}

TEST_CASE_FIXTURE(Trial, "a dash is standard output after the command's last byte") {
    const auto result = run({"--report", "-", "--", "sh", "-c", "echo line; printf tail"});
    REQUIRE(begins(result.out, "line\ntail"));
    const auto report = json::parse(result.out.substr(9), nullptr, false);
    REQUIRE(report.is_object());
    CHECK(report["stdout"]["bytes"] == 9);
    std::ofstream{path("dash.json")} << report.dump();
    report_at(path("dash.json"));
    const std::string hint = "the report follows the command's output on standard output";
    CHECK(contains(run({"-v", "--report", "-", "--", "true"}).err, hint));
    CHECK(!contains(run({"-v", "--report", "-", "--stdout", "null", "--", "true"}).err, hint));
}

TEST_CASE_FIXTURE(Trial, "a descriptor gets the same report and the command does not get the descriptor") {
    const int target = ::open(path("fd.json").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    auto setup = runner({"--report-fd", "5", "--", program("print_fds")});
    setup.more_descriptors = {{5, target}};
    const auto result = complete(setup);
    ::close(target);
    CHECK(lines(result.out).size() == 3);
    CHECK(report_at(path("fd.json"))["exit_code"] == 7);
}

TEST_CASE_FIXTURE(Trial, "a descriptor that is not open or not writable is refused before the start") {
    CHECK_REFUSED(run({"--report-fd", "77", "--", "touch", directory() + "/started"}), "77");
    CHECK_REFUSED(run({"--report-fd", "x", "--", "touch", directory() + "/started"}), "x");
    CHECK_REFUSED(run({"--report-fd", "-1", "--", "touch", directory() + "/started"}), "-1");
}

TEST_CASE_FIXTURE(Trial, "a report that cannot be written gives 125 and one line") {
    CHECK_REFUSED(run({"--report", "/nonexistent/report.json", "--", "true"}), "/nonexistent/report.json");
    CHECK_REFUSED(run({"--report", directory(), "--", "true"}), directory());
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    auto setup = runner({"--report-fd", "5", "--", "true"});
    setup.more_descriptors = {{5, full}};
    const auto result = complete(setup);
    ::close(full);
    CHECK_REFUSED(result, "o space left on device");
}

TEST_CASE_FIXTURE(Trial, "a report in a directory that was removed is refused as not existing") {
    const auto gone = path("gone");
    for (const std::string option : {"--report", "--junit"}) {
        const auto result = bash("mkdir '" + gone + "' && cd '" + gone + "' && rmdir '" + gone + "' && nr " + option +
                                 " r -- echo ran");
        CHECK_REFUSED(result, "no such file or directory");
    }
}

TEST_CASE_FIXTURE(Trial, "the file appears whole: not before the end, and an old one stays until then") {
    const auto old = path("r.json");
    std::ofstream{old} << "old";
    auto setup = runner({"--report", old, "--", "sh", "-c", "echo go; read line"});
    setup.in = piped();
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("go\n");
    CHECK(read_text(old) == "old");
    process.close_input();
    process.finish();
    CHECK(report_at(old)["reason"] == "exited");
}

TEST_CASE_FIXTURE(Trial, "the file is made with the umask") {
    CHECK(bash("umask 027; nr --report r.json -- true").ending == exit_code(0));
    struct stat seen {};
    REQUIRE(::stat(path("r.json").c_str(), &seen) == 0);
    CHECK((seen.st_mode & 0777U) == 0640U);
}

TEST_CASE_FIXTURE(Trial, "arguments that are not UTF-8 still make valid JSON") {
    auto [result, report] = run_reported({"--", "printf", "%s", "\xff\xfe", "a\"\\\n\x01\x7f", "тест"});
    CHECK(result.out ==
          "\xff\xfe"
          "a\"\\\n\x01\x7f"
          "тест");
    CHECK(report["command"].size() == 5);
    CHECK(report["command"][3] == "a\"\\\n\x01\x7f");
    CHECK(report["command"][4] == "тест");
    CHECK(run_reported({"--", "\xff\n\x01"}).report["reason"] == "spawn-failed");
}

TEST_CASE_FIXTURE(Trial, "the report is written for every kind of end") {
    CHECK(run_reported({"-t", "100ms", "--", "sleep", "60"}).report["reason"] == "timeout");
    CHECK(run_reported({"--idle-timeout", "100ms", "--", "sleep", "60"}).report["reason"] == "idle-timeout");
    CHECK(run_reported({"--max-output", "1", "--", "yes"}).report["reason"] == "output-limit");
    CHECK(run_reported({"--", "/nonexistent"}).report["reason"] == "spawn-failed");
    auto [result, report] = run_reported({"--", "sh", "-c", "kill -KILL $$"});
    CHECK(result.ending == killed_by(SIGKILL));
    CHECK(report["reason"] == "signaled");
    CHECK(report["signal"] == "SIGKILL");
}

TEST_CASE_FIXTURE(Trial, "--chdir does not change where the report is written") {
    CHECK(bash("nr -C / --report r.json -- true").ending == exit_code(0));
    CHECK(report_at(path("r.json"))["directory"] == "/");
}

TEST_CASE_FIXTURE(Trial, "output that its reader has left in the pipe counts as truncated") {
    const auto result = bash(
        "nr --report r.json -- \"$PROGRAMS/write_bytes\" 5000000 | (sleep 0.5; head -c 1 >/dev/null); "
        "nr --report all.json -- seq 1 100000 | tail -1");
    CHECK(result.out == "100000\n");
    CHECK(report_at(path("r.json"))["stdout"]["truncated"] == true);
    CHECK(report_at(path("all.json"))["stdout"]["truncated"] == false);
}

TEST_SUITE_END();
