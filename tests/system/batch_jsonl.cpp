// Records of --jsonl: their keys, every option of `run` by its long name, `slots`, and records that are refused.
#include <doctest/doctest.h>
#include <unistd.h>

#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "batch_trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;
using Json = nlohmann::json;

struct JsonlTrial : BatchTrial {
    // The output of one job that `record` describes; the job has to succeed.
    std::string out_of(const Json& record, Words options = {}) {
        const auto result = run_batch_of(record.dump() + "\n", with_jsonl(std::move(options)));
        CHECK_MESSAGE(result.ending == exit_code(0), record.dump(), ": ", result.err);
        return result.out;
    }
    static Words with_jsonl(Words options) {
        options.insert(options.begin(), {"-j1", "--jsonl"});
        return options;
    }
    // Why `line` was refused as the second of three records. The other two have to run.
    std::string refusal_of(const std::string& line) {
        const std::string report = path("report.jsonl");
        ::unlink(report.c_str());
        const auto result = run_batch_of(R"({"command":["echo","1"]})"
                                         "\n" +
                                             line + "\n" + R"({"command":["echo","3"]})" + "\n",
                                         with_jsonl({"--report", report}));
        CHECK(result.ending == exit_code(1));
        CHECK_MESSAGE(result.out == "1\n3\n", line);
        CHECK(counts_in(result.err) == "2 succeeded, 1 failed");
        CHECK(jobs_reported(report) == 3);
        const auto job = job_in(report, 2);
        CHECK_MESSAGE(job.at("reason") == "spawn-failed", line);
        const std::string message = job.at("message");
        CHECK_MESSAGE(begins(message, "line 2: "), message);
        CHECK_MESSAGE(contains(result.err, message), result.err);
        return message;
    }
};

Json job(Words command) { return {{"command", std::move(command)}}; }
Json shell_job(const std::string& script, const Json& more = Json::object()) {
    Json record = job({"sh", "-c", script});
    record.update(more);
    return record;
}

// The long options of `run`, with whether they take a value.
std::map<std::string, bool> options_in(const std::string& help) {
    static const std::regex option("^  (?:-[A-Za-z],)?--([a-z0-9-]+)(\\[=[A-Z]+\\])?( [A-Z][A-Za-z=:\\[\\]]*)?");
    std::map<std::string, bool> found;
    for (const std::string& line : lines(help)) {
        std::smatch parts;
        if (std::regex_search(line, parts, option)) found[parts[1]] = parts[3].matched;
    }
    return found;
}

std::string key_of(std::string option) {
    for (char& letter : option) {
        if (letter == '-') letter = '_';
    }
    return option;
}

// Options of `run` that concern the whole batch, or that have no meaning for a job. A record that has one is refused.
const std::set<std::string> not_for_jobs{
    "cgroup-base", "die-with-parent", "help",           "version",   "pty",       "term",          "pty-stderr",
    "no-input",    "winsize",         "output",         "append",    "prefix",    "output-format", "timestamps",
    "report",      "report-fd",       "junit",          "summary",   "heartbeat", "progress",      "quiet",
    "verbose",     "pipe-size",       "output-stamped", "junit-name"};

}  // namespace

TEST_SUITE_BEGIN("batch_jsonl");

TEST_CASE_FIXTURE(JsonlTrial, "a record has a command, an id, an environment, a directory and a standard input") {
    write("input", "from file\n");
    CHECK(out_of(job({"echo", "a b", "", "{}", "{#}"})) == "a b  {} {#}\n");
    CHECK(out_of(shell_job("echo $A; echo ${HOME-none}", {{"env", {{"A", "x y"}, {"HOME", nullptr}}}})) ==
          "x y\nnone\n");
    CHECK(out_of(shell_job("pwd", {{"cwd", "/"}})) == "/\n");
    CHECK(out_of(shell_job("cat", {{"stdin", path("input")}})) == "from file\n");
    CHECK(out_of(shell_job("readlink /proc/self/fd/0")) == "/dev/null\n");
    const std::string report = path("report.jsonl");
    out_of(shell_job("exit 0", {{"id", "the one"}}), {"--report", report});
    CHECK(job_in(report, 1).at("id") == "the one");
}

TEST_CASE_FIXTURE(JsonlTrial, "options of the command line are the defaults of every record") {
    const Words options{"-E", "A=1", "-E", "B=1", "-C", "/", "-t", "50"};
    CHECK(out_of(shell_job("echo $A$B; pwd"), options) == "11\n/\n");
    CHECK(out_of(shell_job("echo $A$B; pwd", {{"env", {{"A", "2"}}}, {"cwd", "/tmp"}}), options) == "21\n/tmp\n");
}

TEST_CASE_FIXTURE(JsonlTrial, "options of run act on the job whose record has them, and on no other") {
    const std::string report = path("report.jsonl");
    const std::string input = shell_job("sleep 60", {{"timeout", "100ms"}}).dump() + "\n" +
                              shell_job("sleep 60", {{"timeout", 0.1}, {"signal", "INT"}}).dump() + "\n" +
                              shell_job("ulimit -n; ulimit -c", {{"rlimit", {"nofile=77", "core=0"}}}).dump() + "\n" +
                              shell_job("umask", {{"umask", "027"}}).dump() + "\n" +
                              shell_job("grep NoNewPrivs /proc/self/status", {{"no_new_privs", true}}).dump() + "\n" +
                              shell_job("grep NoNewPrivs /proc/self/status", {{"no_new_privs", false}}).dump() + "\n" +
                              shell_job("yes | head -c 100000", {{"max_output", "10K"}}).dump() + "\n" +
                              shell_job("kill -9 $$").dump() + "\n";
    const auto result = run_batch_of(input, with_jsonl({"--report", report}));
    CHECK(result.ending == exit_code(1));
    CHECK(job_in(report, 1).at("reason") == "timeout");
    CHECK(job_in(report, 1).at("status") == 124);
    CHECK(job_in(report, 2).at("stop").at("steps").at(0).at("signal") == "SIGINT");
    CHECK(contains(result.out, "77\n0\n"));
    CHECK(contains(result.out, "0027\n"));
    CHECK(contains(result.out, "NoNewPrivs:\t1\nNoNewPrivs:\t0\n"));
    CHECK(job_in(report, 7).at("reason") == "output-limit");
    CHECK(job_in(report, 8).at("status") == 137);
    CHECK(counts_in(result.err) == "4 succeeded, 4 failed");
}

TEST_CASE_FIXTURE(JsonlTrial, "each option of run is a key of a record, parsed as on the command line, or refused") {
    const auto options = options_in(complete(command({netrunner(), "help", "run"})).out);
    REQUIRE(options.size() > 60);
    const std::string nonsense = "=,:x x";
    path(nonsense);  // --stdout makes it
    int compared = 0;
    for (const auto& [option, has_value] : options) {
        CAPTURE(option);
        Json record = job({"true"});
        record[key_of(option)] = has_value ? Json(nonsense) : Json("not a truth value");
        if (!not_for_jobs.contains(option) && has_value) {
            // The same complaint as on the command line. Some options take any text.
            const auto by_run = run({"--" + option, nonsense, "--", "true"});
            const std::string begin = "netrunner: --" + option + ": ";
            if (by_run.ending != exit_code(125) || !begins(by_run.err, begin)) continue;
            const std::string complaint = by_run.err.substr(begin.size(), by_run.err.find('\n') - begin.size());
            const std::string message = refusal_of(record.dump());
            CHECK_MESSAGE(contains(message, complaint), message);
            ++compared;
        } else {
            const std::string message = refusal_of(record.dump());
            CHECK_MESSAGE((contains(message, key_of(option)) || contains(message, "--" + option)), message);
            CHECK_MESSAGE(!contains(message, "unknown key"), message);
        }
    }
    CHECK(compared >= 25);
}

TEST_CASE_FIXTURE(JsonlTrial, "a record with an unknown key, a wrong type or bad JSON is one failed job") {
    CHECK(contains(refusal_of(R"({"command":["true"],"comand":1})"), "'comand'"));
    CHECK(contains(refusal_of(R"({"command":["true"],"time_out":"1s"})"), "'time_out'"));
    CHECK(contains(refusal_of(R"({"command":"true"})"), "command"));
    CHECK(contains(refusal_of(R"({"command":[]})"), "command"));
    CHECK(contains(refusal_of(R"({"command":["echo",1]})"), "command"));
    CHECK(contains(refusal_of(R"({"command":null})"), "command"));
    CHECK(contains(refusal_of(R"({"id":"x"})"), "command"));
    CHECK(contains(refusal_of(R"({"command":["true"],"id":["x"]})"), "id"));
    CHECK(contains(refusal_of(R"({"command":["true"],"id":""})"), "id"));
    CHECK(contains(refusal_of(R"({"command":["true"],"env":["A=1"]})"), "env"));
    CHECK(contains(refusal_of(R"({"command":["true"],"env":{"A":1}})"), "env"));
    CHECK(contains(refusal_of(R"({"command":["true"],"env":{"A=B":"1"}})"), "A=B"));
    CHECK(contains(refusal_of(R"({"command":["true"],"cwd":1})"), "cwd"));
    CHECK(contains(refusal_of(R"({"command":["true"],"stdin":true})"), "stdin"));
    CHECK(contains(refusal_of(R"({"command":["true"],"stdin":"inherit"})"), "stdin"));
    CHECK(contains(refusal_of(R"({"command":["true"],"slots":0})"), "slots"));
    CHECK(contains(refusal_of(R"({"command":["true"],"slots":-1})"), "slots"));
    CHECK(contains(refusal_of(R"({"command":["true"],"slots":1.5})"), "slots"));
    CHECK(contains(refusal_of(R"({"command":["true"],"slots":"2"})"), "slots"));
    CHECK(contains(refusal_of(R"({"command":["true"],"timeout":"soon"})"), "soon"));
    CHECK(contains(refusal_of(R"({"command":["true"],"timeout":[1,2]})"), "timeout"));
    CHECK(contains(refusal_of(R"({"command":["true"],"timeout":{}})"), "timeout"));
    CHECK(contains(refusal_of(R"({"command":["true"],"no_new_privs":"yes"})"), "--no-new-privs"));
    CHECK(contains(refusal_of(R"({"command":["true"],"orphans":"leave"})"), "orphans"));
    CHECK(contains(refusal_of(R"({"command":["true"],"pty":true})"), "pty"));
    CHECK(contains(refusal_of(R"({"command":["true"],"report_fd":3})"), "report_fd"));
    CHECK(contains(refusal_of(R"({"command":["tr\u0000ue"]})"), "NUL"));
    CHECK(contains(refusal_of(R"({"command":["true"],"env":{"A":"x\u0000"}})"), "NUL"));
    refusal_of(R"({"command":["true"],"command":["false"]})");
    for (const char* line : {"{", "true", "[]", "\"x\"", "nonsense", R"({"command":["true"]} x)", R"({"command":["tr)",
                             "{\"command\":[\"\xff\xfe\"]}"})
        refusal_of(line);
}

TEST_CASE_FIXTURE(JsonlTrial, "an id that was there before is one failed job") {
    const std::string report = path("report.jsonl");
    const auto result =
        run_batch_of(shell_job("echo 1", {{"id", "a"}}).dump() + "\n" + shell_job("echo 2", {{"id", "b"}}).dump() +
                         "\n" + shell_job("echo 3", {{"id", "a"}}).dump() + "\n",
                     with_jsonl({"--report", report}));
    CHECK(result.ending == exit_code(1));
    CHECK(result.out == "1\n2\n");
    CHECK(job_in(report, 3).at("reason") == "spawn-failed");
    CHECK(contains(job_in(report, 3).at("message"), "line 3"));
    CHECK(contains(job_in(report, 3).at("message"), "'a'"));
}

TEST_CASE_FIXTURE(JsonlTrial, "a directory or a standard input that does not exist fails that job alone") {
    const std::string report = path("report.jsonl");
    const auto result =
        run_batch_of(shell_job("echo 1", {{"cwd", "/none"}}).dump() + "\n" +
                         shell_job("echo 2", {{"stdin", "/none"}}).dump() + "\n" + shell_job("echo 3").dump() + "\n",
                     with_jsonl({"--report", report}));
    CHECK(result.ending == exit_code(1));
    CHECK(result.out == "3\n");
    for (const int number : {1, 2}) {
        CHECK(job_in(report, number).at("reason") == "spawn-failed");
        CHECK(contains(job_in(report, number).at("message"), "/none"));
        CHECK(contains(job_in(report, number).at("message"), "line " + std::to_string(number)));
    }
}

TEST_CASE_FIXTURE(JsonlTrial, "a job with slots counts for several of -j") {
    // Each job notes how many slots are taken while it runs.
    const std::string script =
        "for i in $(seq $0); do mkdir -p run; : >run/$$.$i; done; ls run | wc -l; sleep 0.1; rm run/$$.*";
    std::string input;
    for (const int slots : {1, 3, 2, 2, 1, 1, 4, 1, 9}) {
        input +=
            Json{{"command", {"sh", "-c", script, std::to_string(slots > 4 ? 4 : slots)}}, {"slots", slots}}.dump() +
            "\n";
    }
    const auto result = run_batch_of(input, {"-j4", "--jsonl"});
    CHECK(result.ending == exit_code(0));  // a job with more slots than -j runs alone
    const auto counts = lines(result.out);
    CHECK(counts.size() == 9);
    for (const std::string& count : counts) CHECK(std::stoi(count) <= 4);
    complete(command({"rmdir", "run"}));
}

TEST_SUITE_END();
