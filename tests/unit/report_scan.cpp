#include "src/batch/report_scan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "src/report/report.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

namespace {

std::string header(const char* digest = nullptr) {
    return render_header({.input_digest = digest != nullptr ? std::optional<std::string>(digest) : std::nullopt});
}

std::string job(std::uint64_t key, int status) {
    Options options;
    options.command = {"x"};
    Outcome outcome;
    outcome.end = Exited{status};
    return render_job_line({.options = options, .outcome = outcome, .ending = {.status = status}, .verdict = ""},
                           {.number = key, .key = key_text({key, key})});
}

std::string trailer() { return render_trailer({}); }

ReportScan scan(std::string text, std::size_t block = 1 << 20) {
    return scan_report(
        [text = std::move(text), at = std::size_t{0}, block](std::span<std::byte> room) mutable -> IoResult {
            const std::size_t count = std::min({room.size(), block, text.size() - at});
            if (count == 0) return {.status = IoResult::Status::end};
            std::memcpy(room.data(), text.data() + at, count);
            at += count;
            return {.status = IoResult::Status::moved, .bytes = count};
        },
        "r");
}

std::string refusal(const std::string& text) {
    try {
        scan(text);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

}  // namespace

TEST_SUITE_BEGIN("report_scan");

TEST_CASE("jobs that ended with status 0 are done") {
    const std::string text = header("d") + job(1, 0) + job(2, 1) + job(3, 0) + job(2, 0) + trailer();
    ReportScan found = scan(text);
    CHECK(!found.is_empty);
    CHECK(found.is_complete);
    CHECK(found.torn == 0);
    CHECK(found.whole == text.size());
    CHECK(found.input_digest == "d");
    CHECK(found.done.size() == 3);
    CHECK(found.done.take({1, 1}));
    CHECK(found.done.take({2, 2}));
    CHECK(!found.done.take({2, 2}));
    CHECK(!found.done.take({4, 4}));
}

TEST_CASE("the shard is that of the last header") {
    const ShardChoice second{ShardChoice::Kind::position, 2, 3};
    CHECK(scan(header() + render_header({.shard = second})).shard == second);
    CHECK(scan(render_header({.shard = second}) + header()).shard == ShardChoice{});
    CHECK(!scan("").shard);
}

TEST_CASE("an empty file starts afresh") {
    CHECK(scan("").is_empty);
    CHECK(scan("").whole == 0);
}

TEST_CASE("a torn last line is cut off, wherever it is torn, and does not count") {
    const std::string whole = header() + job(1, 0);
    const std::string last = job(2, 0);
    for (std::size_t length = 1; length < last.size(); ++length) {
        ReportScan found = scan(whole + last.substr(0, length), 1 + length % 1000);
        CHECK(found.whole == whole.size());
        CHECK(found.torn == length);
        CHECK(!found.is_complete);
        CHECK(found.done.size() == 1);
    }
}

TEST_CASE("zeros that a crash of the machine left at the end are cut off") {
    const std::string whole = header() + job(1, 0);
    CHECK(scan(whole + std::string(100, '\0')).torn == 100);
    CHECK(scan(whole + "{\"type\":\"jo\n").torn == 12);
}

TEST_CASE("a batch that was resumed has several headers and trailers") {
    const std::string text = header() + job(1, 0) + trailer() + header() + job(2, 0);
    ReportScan found = scan(text);
    CHECK(!found.is_complete);
    CHECK(found.done.size() == 2);
    CHECK(found.whole == text.size());
}

TEST_CASE("a file that is no report of a batch is refused and not cut") {
    CHECK(refusal("hello\n") == "'r' is no report of a batch: line 1: it is no JSON object");
    CHECK(refusal("hello").starts_with("'r' is no report of a batch: line 1"));
    CHECK(refusal(job(1, 0)) == "'r' is no report of a batch: line 1: it is no header");
    CHECK(refusal(header() + "oops\n" + job(1, 0)) == "'r' is no report of a batch: line 2: it is no JSON object");
    CHECK(refusal("{\"schema\":1}\n") == "'r' is no report of a batch: line 1: it is no line of a batch's report");
}

TEST_SUITE_END();
