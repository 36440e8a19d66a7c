#include "src/batch/report_merge.hpp"

#include <doctest/doctest.h>

#include "cpu_time_of.hpp"
#include "src/report/report.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

std::string header(std::uint64_t index, std::uint64_t count, const char* digest = nullptr) {
    ReportHeader made;
    if (count > 0) made.shard = {ShardChoice::Kind::position, index, count};
    if (digest != nullptr) made.input_digest = digest;
    return render_header(made);
}

std::string job(std::uint64_t number, int status, std::uint64_t key = 0) {
    Options options;
    options.command = {"run", std::to_string(number)};
    Outcome outcome;
    outcome.end = Exited{status};
    return render_job_line({.options = options, .outcome = outcome, .ending = {.status = status}, .verdict = ""},
                           {.number = number, .key = key_text({key == 0 ? number : key, 1})});
}

std::string trailer(std::optional<std::uint64_t> not_started = 0) {
    return render_trailer({.counts = {.not_started = not_started}});
}

MergedBatch merged(const std::vector<std::string>& files) {
    ReportMerge merge;
    char name = 'a';
    for (const std::string& text : files) {
        merge.begin(std::string(1, name++));
        std::size_t at = 0;
        while (at < text.size()) {
            const std::size_t end = text.find('\n', at);
            merge.add(std::string_view(text).substr(at, end - at), end == std::string::npos);
            if (end == std::string::npos) break;
            at = end + 1;
        }
    }
    return merge.finish();
}

std::string refusal(const std::vector<std::string>& files) {
    try {
        merged(files);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

}  // namespace

TEST_SUITE_BEGIN("report_merge");

TEST_CASE("all shards, finished: the batch is whole, also with failed jobs") {
    const MergedBatch batch =
        merged({header(2, 2) + job(2, 0) + job(4, 3) + trailer(), header(1, 2) + job(1, 0) + job(3, 0) + trailer()});
    CHECK(batch.status() == 0);
    CHECK(batch.succeeded == 3);
    CHECK(batch.failed == 1);
    REQUIRE(batch.jobs.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(batch.jobs[i].number == i + 1);
    CHECK(batch.jobs[3].name == "run 4");
}

TEST_CASE("one report without shards is whole") { CHECK(merged({header(0, 0) + job(1, 0) + trailer()}).status() == 0); }

TEST_CASE("a shard that is missing is named") {
    for (std::uint64_t count = 2; count <= 16; ++count) {
        std::vector<std::string> files;
        for (std::uint64_t index = 1; index <= count; ++index) files.push_back(header(index, count) + trailer());
        CHECK(merged(files).status() == 0);
        files.erase(files.begin() + 1);
        const MergedBatch batch = merged(files);
        CHECK(batch.status() == 1);
        CHECK(batch.gaps == std::vector{"no report of shard 2/" + std::to_string(count)});
    }
    CHECK(merged({header(3, 3) + trailer()}).gaps == std::vector<std::string>{"no report of shard 1/3, 2/3"});
    CHECK(merged({header(1, 1000) + trailer()}).gaps.at(0).ends_with("11/1000, ..."));
}

TEST_CASE("a shard that is not finished is named") {
    CHECK(merged({header(0, 0) + job(1, 0)}).gaps ==
          std::vector<std::string>{"'a' has no trailer: the batch is not finished (netrunner batch --resume a)"});
    CHECK(merged({header(0, 0) + job(1, 0) + trailer(4)}).gaps ==
          std::vector<std::string>{"'a': 4 jobs were not started (netrunner batch --resume a)"});
    CHECK(merged({header(0, 0) + job(1, 0) + trailer(std::nullopt)}).gaps ==
          std::vector<std::string>{"'a': not all jobs were started (netrunner batch --resume a)"});
    CHECK(merged({header(2, 2) + job(1, 0), header(1, 2) + trailer()}).gaps ==
          std::vector<std::string>{
              "'a' has no trailer: the batch is not finished (netrunner batch --resume a --shard 2/2)"});
    CHECK(merged({header(0, 0) + trailer() + header(0, 0) + job(1, 0)}).status() == 1);
    CHECK(merged({header(0, 0) + job(1, 0) + R"({"type":"jo)"}).status() == 1);
    const MergedBatch empty = merged({header(1, 2) + trailer(), ""});
    CHECK(empty.gaps.size() == 2);
    CHECK(empty.status() == 1);
}

TEST_CASE("a resumed batch counts each job by its last end") {
    const MergedBatch batch = merged({header(0, 0) + job(1, 1) + job(2, 0) + job(3, 2) + trailer(1) + header(0, 0) +
                                      job(1, 0) + job(3, 1) + job(4, 0) + trailer()});
    CHECK(batch.status() == 0);
    CHECK(batch.succeeded == 3);
    CHECK(batch.failed == 1);
    CHECK(batch.jobs.size() == 4);
    const MergedBatch third =
        merged({header(0, 0) + job(1, 1) + header(0, 0) + job(1, 1) + header(0, 0) + job(1, 0) + trailer()});
    CHECK(third.jobs.size() == 1);
    CHECK(third.succeeded == 1);
}

TEST_CASE("identical jobs count each") {
    const std::string text = header(0, 0) + job(1, 1, 9) + job(2, 0, 9) + job(3, 1, 9) + trailer();
    CHECK(merged({text}).jobs.size() == 3);
    CHECK(merged({text}).failed == 2);
    // Of the two that failed, one is run again and succeeds.
    const MergedBatch batch = merged({text + header(0, 0) + job(2, 0, 9) + job(3, 1, 9) + trailer()});
    CHECK(batch.jobs.size() == 3);
    CHECK(batch.succeeded == 2);
    CHECK(batch.failed == 1);
}

TEST_CASE("many failures of identical jobs cost no more than those of different ones") {
    const auto cost = [](std::uint64_t many, bool is_identical) {
        ReportMerge merge;
        merge.begin("report");
        merge.add(header(0, 0));
        const std::string line = job(1, 1, 9);
        std::vector<std::string> lines;
        for (std::uint64_t i = 1; i <= many; ++i) lines.push_back(is_identical ? line : job(i, 1));
        MergedBatch batch;
        const double seconds = unit::cpu_time_of([&] {
            for (const std::string& each : lines) merge.add(each);
            merge.add(trailer());
            batch = merge.finish();
        });
        CHECK(batch.failed == many);
        return seconds;
    };
    CHECK(cost(30'000, true) < 20 * cost(3'000, false) + 0.1);
}

TEST_CASE("reports that do not belong together are refused") {
    CHECK(refusal({header(1, 2, "x") + trailer(), header(2, 2, "y") + trailer()}) ==
          "'a' and 'b' are reports of batches with different inputs");
    CHECK(merged({header(0, 0, "x") + trailer() + header(0, 0, "y") + trailer()}).status() == 0);
    CHECK(refusal({header(1, 2) + trailer(), header(1, 2) + trailer()}) == "'a' and 'b' are reports of the same shard");
    CHECK(refusal({header(1, 2) + trailer(), header(2, 3) + trailer()}) ==
          "'a' and 'b' are not shards of one batch: '1/2' and '2/3'");
    CHECK(refusal({header(0, 0) + trailer(), header(0, 0) + trailer()}) == "'a' and 'b' are reports of the same shard");
    CHECK(refusal({header(1, 2) + header(2, 2)}).find("its shard was") != std::string::npos);
}

TEST_CASE("what is no report is refused") {
    CHECK(refusal({"hello\n"}) == "'a' is no report of a batch: line 1: it is no JSON object");
    CHECK(refusal({job(1, 0)}) == "'a' is no report of a batch: line 1: it is no header");
    CHECK(refusal({header(0, 0) + "x\n" + trailer()}) == "'a' is no report of a batch: line 2: it is no JSON object");
}

TEST_SUITE_END();
