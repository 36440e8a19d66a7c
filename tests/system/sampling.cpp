// --sample: what the report and the events say about the use of a real tree over time, and about its processes.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <set>

#include "batch_trial.hpp"
#include "cgroup_dir.hpp"
#include "live_trial.hpp"

using namespace support;

namespace {

using nlohmann::json;

constexpr long mega = 1024 * 1024;

std::size_t column(const json& timeline, const std::string& name) {
    const auto names = timeline["columns"].get<std::vector<std::string>>();
    const auto found = std::ranges::find(names, name);
    REQUIRE(found != names.end());
    return static_cast<std::size_t>(found - names.begin());
}

/// The values of one column that are known.
std::vector<double> known(const json& timeline, const std::string& name) {
    std::vector<double> values;
    for (const json& row : timeline["rows"]) {
        const json& value = row[column(timeline, name)];
        if (!value.is_null()) values.push_back(value);
    }
    return values;
}

double most(const json& timeline, const std::string& name) {
    const auto values = known(timeline, name);
    return values.empty() ? -1 : std::ranges::max(values);
}

double cpu_of(const json& report) {
    return report["time"]["user"].get<double>() + report["time"]["system"].get<double>();
}

std::vector<json> processes_named(const json& report, const std::string& part) {
    std::vector<json> found;
    for (const json& each : report["processes"]["list"]) {
        if (each["command"].is_string() && contains(each["command"], part)) found.push_back(each);
    }
    return found;
}

/// Seconds since 1970 of a time in a report.
double time_in(const std::string& text) {
    std::tm parts{};
    const char* const rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    REQUIRE(rest != nullptr);
    return static_cast<double>(::timegm(&parts)) + (*rest == '.' ? std::strtod(rest, nullptr) : 0);
}

void check_timeline(const json& report) {
    const json& timeline = report["timeline"];
    REQUIRE(timeline.is_object());
    REQUIRE(!timeline["rows"].empty());
    CHECK(timeline["rows"].size() <= 600);
    for (const char* name : {"t", "cpu", "read", "written", "stdout", "stderr"}) {
        CAPTURE(name);
        CHECK(std::ranges::is_sorted(known(timeline, name)));
    }
    // The last row is the end of the run.
    CHECK(known(timeline, "cpu").back() == doctest::Approx(cpu_of(report)).epsilon(0.001));
    CHECK(known(timeline, "t").back() == doctest::Approx(report["time"]["wall"].get<double>()).epsilon(0.05));
    for (const json& each : report["processes"]["list"]) {
        CHECK(!contains(each["command"].is_string() ? each["command"].get<std::string>() : "", "nr-guard"));
        CHECK(!contains(each["command"].is_string() ? each["command"].get<std::string>() : "", "netrunner-shepherd"));
        if (each["end"].is_number()) CHECK(each["end"] >= each["start"]);
    }
}

}  // namespace

TEST_SUITE_BEGIN("sampling");

TEST_CASE_FIXTURE(Trial, "the report has the use of the tree over time, and its processes") {
    const std::string script =
        "echo begin; \"$PROGRAMS/use_cpu\" 700; \"$PROGRAMS/use_memory\" 60 0 & \n"
        "until [ -s go ]; do sleep 0.02; done; kill $!; wait; exit 3";
    auto process = start_reported(runner({"--sample=100ms", "--stdout", "pipe", "--", "bash", "-c", script}));
    const auto large = [&] {
        for (const pid_t pid : descendants_of(process.pid())) {
            if (name_of(pid) == "use_memory" && resident_bytes(pid) > 60 * mega) return true;
        }
        return false;
    };
    CHECK(wait_until(large));
    let_pass(scaled(300ms));  // looks come meanwhile
    std::ofstream(path("go")) << "go";
    CHECK(process.finish().ending == exit_code(3));
    const json report = report_of(process);
    check_timeline(report);
    const json& timeline = report["timeline"];
    CHECK(timeline["interval"] == 0.1);
    CHECK(timeline["processors"] == ::sysconf(_SC_NPROCESSORS_ONLN));
    CHECK(timeline["memory_source"] == "resident-sum");
    CHECK(timeline["columns"].size() == 9);
    CHECK(most(timeline, "memory") > 60 * mega);
    if (!sanitized) CHECK(most(timeline, "memory") < 200 * mega);
    CHECK(most(timeline, "processes") >= 2);
    CHECK(most(timeline, "stdout") == 11);  // "begin" and "done"
    CHECK(known(timeline, "stderr").back() == 0);
    const auto burner = processes_named(report, "use_cpu 700");
    REQUIRE(burner.size() == 1);
    CHECK(burner[0]["cpu"] > 0.3);
    CHECK(burner[0]["end"].get<double>() - burner[0]["start"].get<double>() > 0.65);
    const auto hoarder = processes_named(report, "use_memory 60 0");
    REQUIRE(hoarder.size() == 1);
    CHECK(hoarder[0]["peak"] > 60 * mega);
    CHECK(hoarder[0]["parent"] == report["pid"]);
    const auto shell = processes_named(report, "bash -c");
    REQUIRE(!shell.empty());
    CHECK(shell[0]["pid"] == report["pid"]);
    CHECK(shell[0]["parent"].is_null());
    CHECK(shell[0]["exit_code"] == 3);
    CHECK(report["processes"]["others"].is_null());
    CHECK(report["processes"]["coverage"]["cpu"] > 0.5);
    // How the others ended, the kernel tells from Linux 6.15 on.
    if (!burner[0]["exit_code"].is_null()) {
        CHECK(burner[0]["exit_code"] == 0);
        CHECK(hoarder[0]["signal"] == "SIGTERM");
    }
}

TEST_CASE_FIXTURE(Trial, "without --sample the report has neither") {
    const auto report = run_reported({"--", "true"}).report;
    CHECK(report["timeline"].is_null());
    CHECK(report["processes"].is_null());
}

TEST_CASE_FIXTURE(Trial, "a run shorter than the interval has its command and one row") {
    const auto report = run_reported({"--sample", "--", "sh", "-c", "exit 5"}).report;
    check_timeline(report);
    CHECK(report["timeline"]["interval"] == 1);
    const auto& list = report["processes"]["list"];
    REQUIRE(list.size() == 1);
    CHECK(list[0]["pid"] == report["pid"]);
    CHECK(list[0]["command"] == "sh -c exit 5");
    CHECK(list[0]["exit_code"] == 5);
    CHECK(list[0]["end"].is_number());
    CHECK(run_reported({"--sample=1h", "--", "no such program"}).report["timeline"]["rows"].size() <= 1);
}

TEST_CASE_FIXTURE(Trial, "the end of a process is known to 50 ms") {
    // Each sleep ends directly before the shell writes the time.
    auto setup = runner(
        {"--sample=200ms", "--", "bash", "-c", "for i in 1 2 3 4 5 6; do sleep 0.3$i; echo $EPOCHREALTIME; done"});
    const auto [result, report] = complete_reported(setup);
    CHECK(result.ending == exit_code(0));
    const double begun = time_in(report["started_at"]);
    const auto told = lines(result.out);
    REQUIRE(told.size() == 6);
    std::vector<double> late;
    for (int i = 1; i <= 6; ++i) {
        const double after = std::stod(told[static_cast<std::size_t>(i - 1)]);
        for (const json& each : processes_named(report, "sleep 0.3" + std::to_string(i))) {
            REQUIRE(each["end"].is_number());
            late.push_back(std::abs(each["end"].get<double>() + begun - after));
        }
    }
    REQUIRE(late.size() == 6);
    // A busy machine can hold up the shell or netrunner now and then.
    std::ranges::sort(late);
    CHECK(late[3] < 0.05 * slowness());
}

TEST_CASE_FIXTURE(Trial, "an ordinary user is told the same") {
    if (::geteuid() != 0) return skip("only root can become another user");
    auto setup = command({"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", netrunner(), "run",
                          "--sample=50ms", "--report", "-", "--stdout", "null", "--", program("use_cpu"), "400"});
    setup.directory = "/";
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(0));
    const json report = json::parse(result.out);
    check_timeline(report);
    CHECK(processes_named(report, "use_cpu").size() == 1);
    CHECK(report["processes"]["coverage"]["cpu"] > 0.5);
}

TEST_CASE_FIXTURE(Trial,
                  "processor time is complete shortly before the end, and never more than the processors can give") {
    const int seconds = times(3, 10);
    const std::string work =
        "end=$((SECONDS+" + std::to_string(seconds) +
        ")); while [ $SECONDS -lt $end ]; do \"$PROGRAMS/use_cpu\" 30 & \"$PROGRAMS/use_cpu\" 20; wait; done";
    const auto report = run_reported({"--sample=50ms", "--", "bash", "-c", work}).report;
    check_timeline(report);
    const json& timeline = report["timeline"];
    const auto cpu = known(timeline, "cpu");
    const auto t = known(timeline, "t");
    REQUIRE(cpu.size() == t.size());
    REQUIRE(cpu.size() > 10);
    CHECK(cpu[cpu.size() - 2] >= 0.95 * cpu.back() - 0.06 * static_cast<double>(slowness()));
    const double processors = timeline["processors"];
    CHECK(most(timeline, "busy") > 0);
    CHECK(most(timeline, "busy") <= processors * 1.05);
    for (std::size_t i = 0; i < t.size(); ++i) {
        for (std::size_t k = i + 1; k < t.size(); ++k) {
            if (t[k] - t[i] >= 1) CHECK((cpu[k] - cpu[i]) / (t[k] - t[i]) <= processors * 1.05);
        }
    }
}

TEST_CASE_FIXTURE(Trial, "a run in a control group has the pressure too") {
    const CgroupDir groups;
    if (!groups) return;
    const auto [result, report] =
        run_reported(groups.options("sampled", {"--sample=100ms", "--", program("use_cpu"), "300"}));
    CHECK(result.ending == exit_code(0));
    check_timeline(report);
    CHECK(report["timeline"]["columns"].size() == 12);
    for (const json& row : report["timeline"]["rows"]) CHECK(row.size() == 12);
    if (!report["cgroup"]["pressure"]["cpu"].is_null()) CHECK(!known(report["timeline"], "cpu_pressure").empty());
}

TEST_CASE_FIXTURE(Trial, "all attempts are one timeline") {
    const auto report = run_reported({"--sample=50ms", "--retries", "2", "--retry-delay", "200ms", "--", "sh", "-c",
                                      "echo attempt; \"$PROGRAMS/use_cpu\" 200; exit 1"})
                            .report;
    REQUIRE(report["attempts"].size() == 3);
    const json& timeline = report["timeline"];
    const double begun = time_in(report["attempts"][0]["started_at"]);
    const double ended = time_in(report["attempts"][2]["ended_at"]);
    CHECK(known(timeline, "t").back() == doctest::Approx(ended - begun).epsilon(0.05));
    CHECK(known(timeline, "cpu").back() >= 0.6);
    CHECK(known(timeline, "stdout").back() == 24);
    CHECK(processes_named(report, "use_cpu 200").size() == 3);
    CHECK(std::ranges::is_sorted(known(timeline, "cpu")));
}

TEST_CASE_FIXTURE(Trial, "a suspended run goes on to be recorded") {
    auto setup = runner({"--sample=50ms", "-t", "20s", "--", "sh", "-c", "echo go; read x"});
    setup.in = piped();
    setup.hold_input = true;
    auto process = start_reported(setup);
    process.wait_for_output("go\n");
    auto all = descendants_of(process.pid());
    all.insert(all.begin(), process.pid());
    for (const pid_t pid : all) ::kill(pid, SIGSTOP);
    let_pass(1500ms);
    for (const pid_t pid : all) ::kill(pid, SIGCONT);
    let_pass(300ms);
    process.close_input();
    CHECK(process.finish().ending == exit_code(1));
    const auto report = report_of(process);
    check_timeline(report);
    const auto t = known(report["timeline"], "t");
    CHECK(t.back() >= 1.8);
    CHECK(std::ranges::count_if(t, [](double each) { return each > 1.5; }) >= 3);
}

TEST_CASE_FIXTURE(LiveTrial, "each interval has an event") {
    const auto result = run({"--sample=100ms", "--events", path("ev"), "--", "sh", "-c", "\"$PROGRAMS/use_cpu\" 800"});
    CHECK(result.ending == exit_code(0));
    std::vector<json> samples;
    for (const json& each : events_in("ev")) {
        if (each["event"] == "sample") samples.push_back(each);
    }
    REQUIRE(samples.size() >= 3);
    double cpu = 0;
    for (const json& each : samples) {
        CHECK(each["cpu"] >= cpu);
        cpu = each["cpu"];
        CHECK(each["processes"] >= 1);
        CHECK(each["memory"] > 0);
    }
    CHECK(static_cast<double>(samples.size()) <= samples.back()["t"].get<double>() / 0.1 + 2);
    CHECK(samples.back()["cpu"] > 0.3);
}

TEST_CASE_FIXTURE(BatchTrial, "each job of a batch has its own") {
    const auto result = run_batch({"-q", "-j2", "--sample=50ms", "--report", path("report"), "--events", path("ev"),
                                   "--", program("use_cpu"), ":::", "300", "400"});
    CHECK(result.ending == exit_code(0));
    for (int number = 1; number <= 2; ++number) {
        const json job = job_in(path("report"), number);
        check_timeline(job);
        CHECK(job["processes"]["list"].size() == 1);
        CHECK(job["processes"]["list"][0]["end"].is_number());
        CHECK(job["processes"]["coverage"]["cpu"] > 0.5);
    }
    std::set<int> numbers;
    for (const json& each : json_lines(read_text(path("ev")))) {
        if (each["event"] == "sample") numbers.insert(each["number"].get<int>());
    }
    CHECK(numbers == std::set<int>{1, 2});
}

TEST_CASE_FIXTURE(BatchTrial, "jobs have their descriptors also if few are left for the ends of processes") {
    const auto result = bash(
        "ulimit -n 62; \"$NR\" batch -q -j8 --sample=50ms --report report -- sh -c "
        "'for i in 1 2 3 4 5 6; do sleep 0.3 & done; wait' ::: $(seq 16)");
    CAPTURE(result.err);
    CHECK(result.ending == exit_code(0));
    CHECK(jobs_reported(path("report")) == 16);
}

TEST_CASE_FIXTURE(BatchTrial, "a record can ask for it") {
    const auto line =
        "{\"command\":[\"" + program("use_cpu") + "\",\"200\"],\"sample\":\"50ms\"}\n{\"command\":[\"true\"]}\n";
    CHECK(run_batch_of(line, {"-q", "--jsonl", "--report", path("report")}).ending == exit_code(0));
    check_timeline(job_in(path("report"), 1));
    CHECK(job_in(path("report"), 2)["timeline"].is_null());
}

TEST_CASE_FIXTURE(Trial, "an interval that is too short, and a record without a reader, are refused") {
    CHECK_REFUSED(run({"--sample=49ms", "--report", "-", "--", "true"}), "expected at least 50ms");
    CHECK_REFUSED(run({"--sample=0", "--report", "-", "--", "true"}), "expected at least 50ms");
    CHECK_REFUSED(run({"--sample=infinity", "--report", "-", "--", "true"}), "an interval that ends");
    CHECK_REFUSED(run({"--sample=often", "--report", "-", "--", "true"}), "--sample");
    CHECK_REFUSED(run({"--sample", "--", "true"}), "--sample needs --report");
    CHECK_REFUSED(run({"--sample", "10s", "--", "true"}), "--sample=10s");
    CHECK_REFUSED(complete(command({netrunner(), "batch", "--sample", "--", "true"})), "--sample needs --report");
}

TEST_SUITE_END();
