// Where the jobs of a batch come from: records of every source, placeholders, shell texts, and records that cannot be
// a job.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "batch_trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

// Prints its arguments, each in brackets, on one line.
const Words show_words{"sh", "-c", "printf '<%s>' \"$@\"; echo", "sh"};

Words words_of(Words first, const Words& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

// Options, then a command that shows its words, then more words.
Words showing(Words options, const Words& more = {}) {
    options.insert(options.end(), {"-j1", "--"});
    return words_of(words_of(std::move(options), show_words), more);
}

std::string random_word(std::mt19937& random) {
    std::string word(random() % 60, '\0');
    for (char& byte : word) byte = static_cast<char>(1 + random() % 255);
    return word;
}

}  // namespace

TEST_SUITE_BEGIN("batch_records");

TEST_CASE_FIXTURE(BatchTrial, "an input without a record is a success whatever its kind, and one line says so") {
    write("empty", "");
    write("blank", "\n \n");
    const std::string report = path("report.jsonl");
    const std::vector<Words> inputs{
        {"--", "false"},
        {"-0", "--", "false"},
        {"-n", "3", "--", "false"},
        {"-a", path("empty"), "--", "false"},
        {"--jsonl", "-a", path("blank")},
        {"--shell-lines", "-a", path("blank")},
        {"--shell", "false"},
        {"--", "false", ":::"},
        {"--", "false", ":::", "a", "b", ":::"},
        {"--report", report, "--", "false"},
    };
    for (const Words& input : inputs) {
        CAPTURE(input.front());
        const auto result = run_batch(input);
        CHECK(result.ending == exit_code(0));
        CHECK(result.out.empty());
        REQUIRE(lines(result.err).size() == 1);
        CHECK(contains(result.err, "nothing to do"));
    }
    CHECK(reported(report, "header").size() == 1);
    CHECK(jobs_reported(report) == 0);
    REQUIRE(reported(report, "trailer").size() == 1);
    const auto trailer = reported(report, "trailer").front();
    CHECK(trailer.at("status") == 0);
    for (const char* count : {"succeeded", "failed", "skipped", "not_started"}) CHECK(trailer["counts"][count] == 0);
}

TEST_CASE_FIXTURE(BatchTrial, "records are lines of the standard input or of -a, or are ended by NUL with -0") {
    write("file", "in file\nlast");
    CHECK(run_batch_of("a b\n\n  c\nlast", showing({})).out == "<a b>\n<>\n<  c>\n<last>\n");
    CHECK(run_batch_of("not read\n", showing({"-a", path("file")})).out == "<in file>\n<last>\n");
    using namespace std::string_literals;
    CHECK(run_batch_of("a\nb\0\0c"s, showing({"-0"})).out == "<a\nb>\n<>\n<c>\n");
}

TEST_CASE_FIXTURE(BatchTrial, "a FILE of -a that cannot be read is refused before anything starts") {
    CHECK_REFUSED(run_batch({"-a", directory() + "/none", "--", "true"}), "none");
    CHECK_REFUSED(run_batch({"-a", directory(), "--", "true"}), directory());
}

TEST_CASE_FIXTURE(BatchTrial, "values after ::: are records, and several ::: give every combination in order") {
    CHECK(run_batch(showing({}, {":::", "a b", "", "c"})).out == "<a b>\n<>\n<c>\n");
    CHECK(run_batch(showing({}, {"{1}-{2}", ":::", "a", "b", ":::", "1", "2", "3"})).out ==
          "<a-1>\n<a-2>\n<a-3>\n<b-1>\n<b-2>\n<b-3>\n");
    CHECK(run_batch(showing({}, {"{3}", "{1}", ":::", "a", ":::", "x", ":::", "1", "2"})).out == "<1><a>\n<2><a>\n");
    CHECK(run_batch(showing({}, {":::", "a", ":::", "1", "2"})).out == "<a><1>\n<a><2>\n");
}

TEST_CASE_FIXTURE(BatchTrial, "the combinations of ::: are made one by one, not beforehand") {
    Words arguments{"-j1", "--halt", "soon", "--", "false"};
    for (int list = 0; list < 8; ++list) {
        arguments.emplace_back(":::");
        for (int value = 0; value < 100; ++value) arguments.push_back(std::to_string(value));
    }
    const auto result = run_batch(arguments);  // 10^16 combinations
    CHECK(result.ending == exit_code(1));
    CHECK(counts_in(result.err) == "0 succeeded, 1 failed");
}

TEST_CASE_FIXTURE(BatchTrial, "-n packs records into one job") {
    CHECK(run_batch(showing({"-n", "3"}, {":::", "1", "2", "3", "4", "5", "6", "7"})).out ==
          "<1><2><3>\n<4><5><6>\n<7>\n");
    CHECK(run_batch_of("1\n2\n3\n", showing({"-n2"})).out == "<1><2>\n<3>\n");
    CHECK(run_batch_of("1\n2\n", showing({"-n2"}, {"{2}{1}"})).out == "<21>\n");
}

TEST_CASE_FIXTURE(BatchTrial, "-n packs fewer records than asked if the kernel allows no more") {
    // 60 records of 100,000 bytes: three times what execve(2) takes with the usual limit of the stack.
    std::string input;
    for (int i = 0; i < 60; ++i) input += std::string(100'000, static_cast<char>('A' + i % 26)) + '\n';
    for (const std::string limit : {"8192", "unlimited", "1024"}) {
        CAPTURE(limit);
        auto setup = batch_of(input, {});
        setup.argv = {"sh", "-c",
                      "ulimit -Ss $0 && exec \"$NR\" batch -j1 -n 60 -- sh -c 'echo $# $(echo \"$@\" | wc -c)' sh",
                      limit};
        const auto result = complete(setup);
        CHECK(result.ending == exit_code(0));
        long records = 0;
        long bytes = 0;
        const auto jobs = lines(result.out);
        // Without a limit of the stack, the kernel takes 6 MiB.
        if (limit != "unlimited") CHECK(jobs.size() > 1);
        for (const std::string& job : jobs) {
            records += std::stol(job);
            bytes += std::stol(job.substr(job.find(' ')));
        }
        CHECK(records == 60);
        CHECK(bytes == static_cast<long>(input.size()));
    }
}

TEST_CASE_FIXTURE(BatchTrial, "placeholders are replaced inside the words of the command") {
    const auto shown = [&](const std::string& record, const std::string& word) {
        return run_batch_of(record + "\n", showing({}, {word})).out;
    };
    CHECK(shown("dir/sub/file.tar.gz", "{}") == "<dir/sub/file.tar.gz>\n");
    CHECK(shown("dir/sub/file.tar.gz", "{1}") == "<dir/sub/file.tar.gz>\n");
    CHECK(shown("dir/sub/file.tar.gz", "{.}") == "<dir/sub/file.tar>\n");
    CHECK(shown("dir/sub/file.tar.gz", "{/}") == "<file.tar.gz>\n");
    CHECK(shown("dir/sub/file.tar.gz", "{//}") == "<dir/sub>\n");
    CHECK(shown("dir/sub/file.tar.gz", "--out={.}.{#}:{}") == "<--out=dir/sub/file.tar.1:dir/sub/file.tar.gz>\n");
    CHECK(shown("dir.d/file", "{.}") == "<dir.d/file>\n");
    CHECK(shown("dir/.bashrc", "{.}") == "<dir/.bashrc>\n");
    CHECK(shown("file", "{//}") == "<.>\n");
    CHECK(shown("/file", "{//}") == "</>\n");
    CHECK(shown("a/b/", "{/}") == "<b>\n");
    CHECK(run_batch(showing({}, {"{#}", ":::", "a", "b", "c"})).out == "<1>\n<2>\n<3>\n");
    CHECK(run_batch({"-j1", "--", "printf", "%s %s\n", "{}", "{.}", ":::", "x.c"}).out == "x.c x\n");
}

TEST_CASE_FIXTURE(BatchTrial, "{id} is the id of a record, and a name that a job has without an id") {
    const auto result = run_batch({"-j1", "--tag={id}:", "--", "echo", "{id}", ":::", "a", "b"});
    const auto out = lines(result.out);
    REQUIRE(out.size() == 2);
    for (const std::string& line : out) {
        const auto colon = line.find(':');
        CHECK(line.substr(0, colon) == line.substr(colon + 1));
    }
    CHECK(out[0] != out[1]);
    CHECK(run_batch_of(R"({"id":"one","command":["echo","x"]})", {"--jsonl", "--tag={id}:"}).out == "one:x\n");
}

TEST_CASE_FIXTURE(BatchTrial, "a record is one word, whatever is in it, and a placeholder in it is not replaced") {
    const std::string record = "a b  c'\"$(echo ran)`echo ran`;echo ran|{}{#}{1} *\\ \t~ \xff\x80";
    for (const std::string word : {"{}", "{1}"})
        CHECK(run_batch_of(record + "\n", showing({}, {word})).out == "<" + record + ">\n");
    CHECK(run_batch_of(record + "\n", showing({})).out == "<" + record + ">\n");
    CHECK(run_batch_of(record + "\n", {"--shell", "printf '<%s>\\n' \"$1\""}).out == "<" + record + ">\n");
}

TEST_CASE_FIXTURE(BatchTrial, "--literal replaces nothing, and the record is appended all the same") {
    CHECK(run_batch(showing({"--literal"}, {"{}", "{#}", "{1}", ":::", "x"})).out == "<{}><{#}><{1}><x>\n");
}

TEST_CASE_FIXTURE(BatchTrial, "--shell runs sh -c TEXT sh RECORD, and refuses a placeholder in TEXT with the reason") {
    CHECK(run_batch_of("a b\nc\n", {"-j1", "--shell", "echo \"$0:$#:$1\" | tr a-z A-Z"}).out == "SH:1:A B\nSH:1:C\n");
    for (const std::string placeholder : {"{}", "{1}", "{.}", "{/}", "{//}", "{#}", "{id}"}) {
        CAPTURE(placeholder);
        const auto result = run_batch({"--shell", "echo " + placeholder, ":::", "x"});
        CHECK_REFUSED(result, placeholder);
        CHECK(contains(result.err, "the shell would interpret"));
    }
    CHECK(run_batch({"--literal", "--shell", "echo {} $1", ":::", "x"}).out == "{} x\n");
    // Braces of the shell that are no placeholder.
    CHECK(run_batch({"--shell", "f() { echo ${1}; }; f $1", ":::", "x"}).ending.exited);
}

TEST_CASE_FIXTURE(BatchTrial, "--shell-lines runs each line with /bin/sh") {
    const auto result = run_batch_of("echo a | tr a b\nexit 3\necho $((1+1)) '{}' # no\n", {"-j1", "--shell-lines"});
    CHECK(result.ending == exit_code(1));
    CHECK(result.out == "b\n2 {}\n");
    CHECK(counts_in(result.err) == "2 succeeded, 1 failed");
    CHECK(run_batch({"-j1", "--shell-lines", ":::", "echo $0", "exit 0"}).ending == exit_code(0));
}

TEST_CASE_FIXTURE(BatchTrial, "the jobs read /dev/null, and not the records") {
    const auto result =
        run_batch_of("1\n2\n3\n", {"-j1", "--", "sh", "-c", "readlink /proc/self/fd/0; cat; echo $1", "sh"});
    CHECK(result.out == "/dev/null\n1\n/dev/null\n2\n/dev/null\n3\n");
}

TEST_CASE_FIXTURE(BatchTrial, "a record that cannot be a job is one failed job, and the batch goes on") {
    using namespace std::string_literals;
    const std::string report = path("report.jsonl");
    // Line 2 has a NUL, line 4 is longer than the kernel's limit for one argument (128 KiB).
    const auto result = run_batch_of("one\ntw\0o\nthree\n"s + std::string(140'000, 'x') + "\nfive\n",
                                     {"-j1", "--report", report, "--", "echo"});
    CHECK(result.ending == exit_code(1));
    CHECK(result.out == "one\nthree\nfive\n");
    CHECK(counts_in(result.err) == "3 succeeded, 2 failed");
    CHECK(contains(result.err, "line 2"));
    for (const int number : {2, 4}) {
        const auto job = job_in(report, number);
        CHECK(job.at("reason") == "spawn-failed");
        CHECK(contains(job.at("message"), "line " + std::to_string(number)));
    }
    for (const int number : {1, 3, 5}) CHECK(job_in(report, number).at("reason") == "exited");
    CHECK(reported(report, "trailer").at(0).at("counts").at("failed") == 2);
}

TEST_CASE_FIXTURE(BatchTrial, "a command that does not exist is a failed job, and the halt policy counts it") {
    const std::string report = path("report.jsonl");
    auto result = run_batch({"-j1", "--report", report, "--", "{}", ":::", "/none", "true"});
    CHECK(result.ending == exit_code(1));
    CHECK(job_in(report, 1).at("status") == 127);
    CHECK(job_in(report, 2).at("status") == 0);
    result = run_batch_of(std::string("a\0b\nc\nd\n", 8), {"-j1", "--halt", "soon", "--", "echo"});
    CHECK(result.ending == exit_code(1));
    CHECK(result.out.empty());
}

TEST_CASE_FIXTURE(BatchTrial, "10,000 random byte strings arrive as identical words with -0") {
    std::mt19937 random{std::random_device{}()};
    std::string input;
    for (int i = 0; i < 10'000; ++i) input += random_word(random) + '\0';
    // Many words in each job, and each word in a job of its own.
    auto packed =
        start(batch_of(input, {"-0", "-n", "100", "-j2", "--output-mode", "ordered", "--", "printf", "%s\\0"}));
    const auto result = packed.finish(60s);
    CHECK(result.ending == exit_code(0));
    CHECK((result.out == input));
    std::size_t end = 0;
    for (int i = 0; i < amount(300, 10'000); ++i) end = input.find('\0', end) + 1;
    input.resize(end);
    auto single = start(batch_of(input, {"-0", "-j2", "--output-mode", "ordered", "--", "printf", "%s\\0"}));
    const auto each = single.finish(Millis{amount(60, 600) * 1000});
    CHECK(each.ending == exit_code(0));
    CHECK((each.out == input));
}

TEST_CASE_FIXTURE(BatchTrial, "the sources of jobs exclude each other, with a reason") {
    CHECK_REFUSED(run_batch({"--jsonl", "--", "true"}), "--jsonl");
    CHECK_REFUSED(run_batch({"--shell-lines", "--", "true"}), "--shell-lines");
    CHECK_REFUSED(run_batch({"--jsonl", "--shell-lines"}), "--jsonl");
    CHECK_REFUSED(run_batch({"-a", "f", "--", "true", ":::", "x"}), "-a");
    CHECK_REFUSED(run_batch({"-n", "0", "--", "true"}), "0");
    CHECK_REFUSED(run_batch({}), "command");
    CHECK_REFUSED(run_batch({"--", "echo", "{2}", ":::", "x"}), "{2}");
}

TEST_CASE_FIXTURE(BatchTrial, "an input that cannot be read to its end is a failure of netrunner") {
    const auto result = run_batch({"-a", "/proc/self/mem", "--", "true"});
    CHECK(result.ending == exit_code(125));
    CHECK(contains(result.err, "netrunner: cannot read the input: input/output error"));
}

TEST_CASE_FIXTURE(BatchTrial, "-a waits for the writer of a FIFO") {
    const auto fifo = path("fifo");
    complete(command({"mkfifo", fifo}));
    auto process = start(command({netrunner(), "batch", "-a", fifo, "--", "echo"}));
    CHECK(wait_until([&] { return state_of(process.pid()) == 'S'; }));
    complete(command({"sh", "-c", "echo late >\"$0\"", fifo}));
    const auto result = process.finish();
    CHECK(result.ending == exit_code(0));
    CHECK(result.out == "late\n");
}

TEST_SUITE_END();
