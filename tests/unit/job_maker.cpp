#include "src/batch/job_maker.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <variant>

#include "src/cli/batch_parser.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;

BatchOptions options_of(const Words& words) { return std::get<BatchOptions>(parse_batch(words)); }

RecordReader::Read from(std::string text) {
    auto at = std::make_shared<std::size_t>(0);
    return [text = std::move(text), at](std::span<std::byte> room) -> IoResult {
        const std::size_t count = std::min(room.size(), text.size() - *at);
        if (count == 0) return {.status = IoResult::Status::end};
        std::memcpy(room.data(), text.data() + *at, count);
        *at += count;
        return {.status = IoResult::Status::moved, .bytes = count};
    };
}

std::vector<BatchJob> jobs_of(const Words& words, const std::string& input = "", ArgumentSpace space = {}) {
    JobMaker source(options_of(words), from(input), space);
    std::vector<BatchJob> jobs;
    BatchJob job;
    while (source.next(job) == JobMaker::State::record) jobs.push_back(job);
    CHECK(source.next(job) == JobMaker::State::ended);
    return jobs;
}

std::vector<Words> commands_of(const Words& words, const std::string& input = "") {
    std::vector<Words> commands;
    for (const BatchJob& job : jobs_of(words, input)) {
        CHECK(job.problem == "");
        CHECK(job.number == commands.size() + 1);
        commands.push_back(job.options.command);
    }
    return commands;
}

std::string refusal(const Words& words) {
    try {
        JobMaker(options_of(words), from(""), {});
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

}  // namespace

TEST_SUITE_BEGIN("job_maker");

TEST_CASE("each line is a job") {
    CHECK(commands_of({"echo"}, "a b\nc\n") == std::vector<Words>{{"echo", "a b"}, {"echo", "c"}});
    CHECK(commands_of({"mv", "{}", "{.}.{#}.{id}"}, "x.c\ny\n") ==
          std::vector<Words>{{"mv", "x.c", "x.1.1"}, {"mv", "y", "y.2.2"}});
    CHECK(commands_of({"echo"}, "").empty());
    const auto job = jobs_of({"echo"}, "\na\n").at(1);
    CHECK(job.line == 2);
    CHECK(job.values == Words{"a"});
    CHECK(job.name() == "2");
    CHECK(job.options.standard_input->mode == StreamChoice::Mode::null);
}

TEST_CASE("random bytes arrive unchanged with -0") {
    std::uint32_t seed = 1;
    std::string input;
    std::vector<Words> expected;
    for (int i = 0; i < 1000; ++i) {
        std::string record;
        for (std::uint32_t length = (seed >> 20U) % 40; length > 0; --length) {
            seed = seed * 1664525U + 1013904223U;
            record += static_cast<char>(1 + (seed >> 8U) % 255);
        }
        seed = seed * 1664525U + 1013904223U;
        input += record + '\0';
        expected.push_back({"echo", record});
    }
    CHECK(commands_of({"-0", "echo"}, input) == expected);
}

TEST_CASE("lists give combinations, and their number is known") {
    CHECK(commands_of({"echo", "{2}", "{1}", ":::", "a", "b", ":::", "1"}) ==
          std::vector<Words>{{"echo", "1", "a"}, {"echo", "1", "b"}});
    CHECK(commands_of({"echo", ":::", "a", ":::", "1"}) == std::vector<Words>{{"echo", "a", "1"}});
    CHECK(JobMaker(options_of({"echo", ":::", "a", "b", ":::", "1", "2"}), from(""), {}).count() == 4);
    CHECK(!JobMaker(options_of({"echo"}), from("a\n"), {}).count());
}

TEST_CASE("records are packed") {
    CHECK(commands_of({"-n2", "echo"}, "a\nb\nc\n") == std::vector<Words>{{"echo", "a", "b"}, {"echo", "c"}});
    CHECK(commands_of({"-n2", "cmp", "{2}", "{1}"}, "a\nb\n") == std::vector<Words>{{"cmp", "b", "a"}});
    const auto jobs = jobs_of({"-n2", "cmp", "{1}", "{2}"}, "a\nb\nc\n");
    REQUIRE(jobs.size() == 2);
    CHECK(jobs[1].problem == "line 3: {2}: the job has 1 of the values that its command needs");
}

TEST_CASE("packs stay within the kernel's room") {
    const ArgumentSpace space{.one = 1000, .all = 4000, .taken = 1000};
    std::string input;
    for (int i = 0; i < 300; ++i) input += std::string(50, 'x') + "\n";
    std::size_t values = 0;
    const auto jobs = jobs_of({"-n1000", "echo", "-e"}, input, space);
    CHECK(jobs.size() < 8);
    for (const BatchJob& job : jobs) {
        CHECK(job.problem.empty());
        values += job.values.size();
    }
    CHECK(values == 300);
}

TEST_CASE("shell text gets the record as a parameter") {
    CHECK(commands_of({"--shell", "echo \"$1\""}, "a b\n") ==
          std::vector<Words>{{"/bin/sh", "-c", "echo \"$1\"", "sh", "a b"}});
    CHECK(commands_of({"--shell-lines"}, "echo a | cat\n\n  \ntrue\n") ==
          std::vector<Words>{{"/bin/sh", "-c", "echo a | cat"}, {"/bin/sh", "-c", "true"}});
    CHECK(refusal({"--shell", "echo {}"}).starts_with("--shell: '{}' inside the shell's text is refused"));
}

TEST_CASE("a placeholder that no job can fill is refused at once") {
    CHECK(refusal({"echo", "{2}"}) == "{2}: a job has only one value (several ::: or -n give more)");
    CHECK(refusal({"echo", "{3}", ":::", "a", ":::", "b"}) ==
          "{3}: a job has only 2 values (several ::: or -n give more)");
    CHECK(refusal({"-n3", "echo", "{2}"}).empty());
    CHECK(refusal({"--literal", "echo", "{2}"}).empty());
}

TEST_CASE("a record that cannot be a job is a failed job, and the next ones are made") {
    const auto lines = jobs_of({"echo"}, std::string("a\nb\0c\nd\n", 8));
    REQUIRE(lines.size() == 3);
    CHECK(lines[1].problem.starts_with("line 2: it contains a NUL byte"));
    CHECK(lines[1].number == 2);
    CHECK(lines[2].options.command == Words{"echo", "d"});
    const ArgumentSpace space{.one = 10, .all = 1000, .taken = 0};
    const auto longer = jobs_of({"-0", "echo"}, std::string("0123456789a\0b", 13), space);
    REQUIRE(longer.size() == 2);
    CHECK(longer[0].problem == "record 1: word 2 has 11 bytes, and the kernel takes at most 10 in one argument");
    const auto listed = jobs_of({"echo", ":::", "0123456789a"}, "", space);
    CHECK(listed.at(0).problem.starts_with("word 2 has 11 bytes"));
    CHECK(listed.at(0).key != JobKey{});
}

TEST_CASE("JSON lines describe jobs, and wrong ones are named by their line") {
    const auto jobs = jobs_of({"-t", "9", "--jsonl"}, R"({"command":["a"],"id":"x"}

{"command":["b"],"colour":1}
{"command":["c"],"id":"x"}
not json
{"command":["d"],"id":"y","slots":2,"timeout":"3s"}
)");
    REQUIRE(jobs.size() == 5);
    CHECK(jobs[0].id == "x");
    CHECK(jobs[0].options.timeout == std::chrono::seconds(9));
    CHECK(jobs[1].problem == "line 3: unknown key 'colour'");
    CHECK(jobs[2].problem == "line 4: id: 'x' was there before");
    CHECK(jobs[3].problem.starts_with("line 5: invalid JSON"));
    CHECK(jobs[4].problem.empty());
    CHECK(jobs[4].number == 5);
    CHECK(jobs[4].name() == "y");
    CHECK(jobs[4].slots == 2);
    CHECK(jobs[4].options.timeout == std::chrono::seconds(3));
    CHECK(jobs_of({"--jsonl"}, R"({"command":["{}","{#}"]})").at(0).options.command == Words{"{}", "{#}"});
}

TEST_CASE("an input that fails is told") {
    JobMaker source(options_of({"echo"}),
                    [](std::span<std::byte>) -> IoResult {
                        return {IoResult::Status::failed, 0, EIO};
                    },
                    {});
    BatchJob job;
    CHECK(source.next(job) == JobMaker::State::failed);
    CHECK(source.error() == EIO);
}

TEST_SUITE_END();
