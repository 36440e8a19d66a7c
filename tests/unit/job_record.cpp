#include "src/batch/job_record.hpp"

#include <doctest/doctest.h>

#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;

JobRecord parsed(const std::string& text, const Options& defaults = {}) {
    return JobRecordParser(defaults).parse(text);
}

std::string refusal(const std::string& text) {
    try {
        parsed(text);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

/// The refusal of a record that has a command and `rest`.
std::string refusal_with(const std::string& rest) { return refusal(R"({"command":["true"],)" + rest + "}"); }

}  // namespace

TEST_SUITE_BEGIN("job_record");

TEST_CASE("a record describes a job") {
    const JobRecord job = parsed(
        R"({"command": ["echo", "{}", "ü"], "id": "one", "env": {"A": "x y", "B": null}, "cwd": "/tmp", "stdin": "in.txt",)"
        R"( "slots": 3, "timeout": "1m", "kill_after": 2, "no_new_privs": true, "preserve_status": false,)"
        R"( "rlimit": ["core=0", "nofile=100"], "memory_max": "1M"})");
    CHECK(job.options.command == Words{"echo", "{}", "ü"});
    CHECK(job.id == "one");
    CHECK(job.slots == 3);
    REQUIRE(job.options.set.size() == 1);
    CHECK(job.options.set[0].value == "x y");
    CHECK(job.options.unset == Words{"B"});
    CHECK(job.options.directory == "/tmp");
    REQUIRE(job.options.standard_input);
    CHECK(job.options.standard_input->path == "in.txt");
    CHECK(job.options.timeout == std::chrono::minutes(1));
    CHECK(job.options.kill_after == std::chrono::seconds(2));
    CHECK(job.options.no_new_privs);
    CHECK(!job.options.preserve_status);
    CHECK(job.options.limits.size() == 2);
    CHECK(job.options.cgroup.settings.size() == 1);
}

TEST_CASE("the options of the command line apply, and the record's come after them") {
    Options defaults;
    defaults.timeout = std::chrono::seconds(9);
    defaults.nice = 5;
    defaults.set.push_back({"A", "1"});
    const JobRecord job = parsed(R"({"command":["true"],"timeout":1.5,"env":{"A":null}})", defaults);
    CHECK(job.options.timeout == std::chrono::milliseconds(1500));
    CHECK(job.options.nice == 5);
    CHECK(job.options.set.empty());
    CHECK(job.options.unset == Words{"A"});
    CHECK(!job.id);
    CHECK(job.slots == 1);
}

TEST_CASE("what is no JSON object is refused") {
    CHECK(refusal("") == "invalid JSON at byte 1");
    CHECK(refusal(R"({"command":["a"])").starts_with("invalid JSON at byte "));
    CHECK(refusal("{} {}").starts_with("invalid JSON"));
    CHECK(refusal("{\"command\":[\"\xff\"]}").starts_with("invalid JSON"));
    CHECK(refusal("[1]") == "a JSON object is expected, not array");
    CHECK(refusal(R"({"slots":9e999})") == "invalid JSON: a number is too large");
    CHECK(refusal("3") == "a JSON object is expected, not number");
    CHECK(!refusal(std::string(100'000, '[')).empty());
}

TEST_CASE("the command is an array of strings") {
    CHECK(refusal("{}") == "command: the key is missing");
    CHECK(refusal(R"({"command":"true"})") == "command: it is an array of strings, not string");
    CHECK(refusal(R"({"command":[]})") == "command: it has no word");
    CHECK(refusal(R"({"command":["a",1]})") == "command: it is an array of strings, not number");
    CHECK(refusal(R"({"command":["a\u0000b"]})") == "command: it contains a NUL byte");
}

TEST_CASE("unknown keys are refused with the nearest name") {
    CHECK(refusal_with(R"("timout":1)") == "unknown key 'timout': did you mean 'timeout'?");
    CHECK(refusal_with(R"("kill-after":1)") == "unknown key 'kill-after': did you mean 'kill_after'?");
    CHECK(refusal_with(R"("xyzzy":1)") == "unknown key 'xyzzy'");
    CHECK(refusal_with(R"("":1)").starts_with("unknown key ''"));
    CHECK(refusal_with(R"("id":"a","id":"b")") == "id: the key is given twice");
}

TEST_CASE("keys of the batch and of a terminal are refused with the reason") {
    CHECK(refusal_with(R"("report":"x")") == "report: it is an option of the batch, not of a job");
    CHECK(refusal_with(R"("help":true)") == "help: it is an option of the batch, not of a job");
    CHECK(refusal_with(R"("pty":true)") == "pty: a job of a batch has no terminal");
    CHECK(refusal_with(R"("report_fd":1)") == "report_fd: say --report FILE");
    CHECK(refusal_with(R"("orphans":"leave")").starts_with("--orphans leave: "));
    CHECK(refusal_with(R"("stdin":"pipe")").starts_with("--stdin: "));
}

TEST_CASE("wrong types are refused") {
    CHECK(refusal_with(R"("timeout":true)") == "--timeout needs a value");
    CHECK(refusal_with(R"("timeout":false)") == "--timeout needs a value");
    CHECK(refusal_with(R"("timeout":null)") == "timeout: it is a string or a number, not null");
    CHECK(refusal_with(R"("timeout":["1","2"])") == "timeout: it is one value, not array");
    CHECK(refusal_with(R"("timeout":{})") == "timeout: it is a string or a number, not object");
    CHECK(refusal_with(R"("no_new_privs":1)") == "--no-new-privs takes no value");
    CHECK(refusal_with(R"("timeout":"5x")").starts_with("--timeout: invalid duration '5x'"));
    CHECK(refusal_with(R"("timeout":-1)").starts_with("--timeout: invalid duration '-1'"));
    CHECK(refusal_with(R"("slots":0)") == "slots: it is a whole number from 1");
    CHECK(refusal_with(R"("slots":-1)").starts_with("slots: it is a whole number from 1"));
    CHECK(refusal_with(R"("slots":1.5)").starts_with("slots: it is a whole number from 1"));
    CHECK(refusal_with(R"("slots":"2")") == "slots: it is a whole number from 1, not string");
    CHECK(refusal_with(R"("env":[])") == "env: it is an object, not array");
    CHECK(refusal_with(R"("env":{"A":1})") == "env: it is an object with strings and null, not number");
    CHECK(!refusal_with(R"("env":{"A=B":"1"})").empty());
    CHECK(!refusal_with(R"("env":{"":"1"})").empty());
    CHECK(refusal_with(R"("cwd":1)") == "cwd: it is a string, not number");
    CHECK(refusal_with(R"("cwd":"a","chdir":"b")") == "cwd: chdir is given too");
    CHECK(!refusal_with(R"("cwd":"")").empty());
}

TEST_CASE("an id is a short text without control characters") {
    CHECK(parsed(R"({"command":["true"],"id":42})").id == "42");
    CHECK(refusal_with(R"("id":"")") == "id: it is empty");
    CHECK(refusal_with(R"("id":"a\nb")") == "id: it contains a control character");
    CHECK(refusal_with(R"("id":")" + std::string(257, 'x') + "\"").starts_with("id: it has 257 bytes"));
    CHECK(refusal_with(R"("id":null)") == "id: it is a string or a number, not null");
}

TEST_SUITE_END();
