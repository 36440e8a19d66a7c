#include "src/batch/merge_reports.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <variant>

#include "src/batch/report_lines.hpp"
#include "src/cli/report_options.hpp"
#include "src/report/report.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;

struct Folder {
    Folder() {
        std::string name = "/tmp/netrunner-merge-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    std::string write(const char* name, const std::string& text) const {
        std::ofstream(path + "/" + name) << text;
        return path + "/" + name;
    }
    std::string path;
};

std::string shard(std::uint64_t index, std::uint64_t failing = 0) {
    std::string text =
        render_header({.shard = {ShardChoice::Kind::position, index, 2},
                       .started_at = std::chrono::system_clock::time_point(std::chrono::seconds(index * 10))});
    for (std::uint64_t number = index; number <= 60; number += 2) {
        Options options;
        options.command = {"test", std::to_string(number)};
        Outcome outcome;
        const int status = failing != 0 && number % failing == 0 ? 3 : 0;
        outcome.end = Exited{status};
        outcome.wall = std::chrono::milliseconds(100);
        text += render_job_line({.options = options, .outcome = outcome, .ending = {.status = status}, .verdict = ""},
                                {.number = number, .key = key_text({number, 1})});
    }
    return text + render_trailer({});
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

MergeRequest merge_request(Words words) {
    words.insert(words.begin(), "merge");
    return std::get<MergeRequest>(parse_report(words));
}

std::string refusal(const Words& words) {
    try {
        merge_request(words);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

}  // namespace

TEST_SUITE_BEGIN("merge_reports");

TEST_CASE("the words are reports and the JUnit file") {
    CHECK(merge_request({"a", "--junit", "x", "b"}).reports == Words{"a", "b"});
    CHECK(merge_request({"a", "--junit=x"}).junit == "x");
    CHECK(merge_request({"--", "-a"}).reports == Words{"-a"});
    CHECK(refusal({}) == "report merge: no report given (say: netrunner report merge REPORT...)");
    CHECK(refusal({"a", "--junit"}) == "report merge: --junit needs a value");
    CHECK(refusal({"a", "--junit="}) == "report merge: --junit: the name of the file is empty");
    CHECK(refusal({"a", "--junit", "x", "--junit=y"}).find("twice") != std::string::npos);
    CHECK(refusal({"a", "--foo"}) == "report merge: unknown option '--foo' (see netrunner help report)");
}

TEST_CASE("whole shards are status 0, also with failed jobs, and give one JUnit suite") {
    const Folder folder;
    const std::string junit = folder.path + "/junit.xml";
    const MergeAnswer answer = merge_reports(
        {.reports = {folder.write("b", shard(2, 20)), folder.write("a", shard(1))}, .junit = junit}, "host", false);
    CHECK(answer.status == 0);
    CHECK(answer.problems.empty());
    CHECK(answer.text ==
          "60 jobs: 57 succeeded, 3 failed\nfailed: 20 test 20: exited with 3\nfailed: 40 test 40: exited with 3\n"
          "failed: 60 test 60: exited with 3\n");
    const std::string xml = text_of(junit);
    CHECK(xml.find("tests=\"60\" failures=\"3\" errors=\"0\"") != std::string::npos);
    CHECK(xml.find("time=\"6.000\" timestamp=\"1970-01-01T00:00:10\"") != std::string::npos);
    CHECK(xml.find("name=\"test 1\"") < xml.find("name=\"test 2\""));
}

TEST_CASE("a missing or an unfinished shard is status 1 and named") {
    const Folder folder;
    const std::string whole = folder.write("whole", shard(1));
    const MergeAnswer missing = merge_reports({.reports = {whole}}, "host", false);
    CHECK(missing.status == 1);
    CHECK(missing.problems == Words{"no report of shard 2/2"});
    std::string text = shard(2);
    for (const std::size_t cut : {1UL, 100UL, 200UL}) {
        text.resize(text.size() - cut);
        const std::string torn = folder.write("torn", text);
        const MergeAnswer answer = merge_reports({.reports = {whole, torn}}, "host", false);
        CHECK(answer.status == 1);
        CHECK(answer.problems ==
              Words{"'" + torn + "' has no trailer: the batch is not finished (netrunner batch --resume " + torn +
                    " --shard 2/2)"});
    }
}

TEST_CASE("at most twenty failed jobs are listed") {
    const Folder folder;
    const MergeAnswer answer =
        merge_reports({.reports = {folder.write("a", shard(1, 1)), folder.write("b", shard(2, 1))}}, "host", false);
    CHECK(answer.text.ends_with("failed: 20 test 20: exited with 3\nfailed: 40 more\n"));
}

TEST_CASE("what is no report, and a file that cannot be read, are refused") {
    const Folder folder;
    CHECK_THROWS_WITH(merge_reports({.reports = {folder.path + "/none"}}, "h", false),
                      doctest::Contains("no such file or directory"));
    CHECK_THROWS_WITH(merge_reports({.reports = {folder.write("x", "hello\n")}}, "h", false),
                      doctest::Contains("is no report of a batch"));
    CHECK_THROWS_AS(merge_reports({.reports = {folder.path}}, "h", false), std::runtime_error);
}

TEST_SUITE_END();
