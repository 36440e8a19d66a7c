#include "src/batch/record_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

using namespace netrunner;
using State = RecordReader::State;

namespace {

/// Gives `text` in blocks of at most `most` bytes, then the end.
RecordReader::Read from(std::string text, std::size_t most = 1 << 20) {
    auto at = std::make_shared<std::size_t>(0);
    return [text = std::move(text), at, most](std::span<std::byte> room) -> IoResult {
        const std::size_t count = std::min({room.size(), most, text.size() - *at});
        if (count == 0) return {.status = IoResult::Status::end};
        std::memcpy(room.data(), text.data() + *at, count);
        *at += count;
        return {.status = IoResult::Status::moved, .bytes = count};
    };
}

std::vector<Record> all(RecordReader reader) {
    std::vector<Record> records;
    Record record;
    while (reader.next(record) == State::record) records.push_back(record);
    CHECK(reader.next(record) == State::ended);
    return records;
}

std::vector<std::string> values_of(const std::vector<Record>& records) {
    std::vector<std::string> values;
    for (const Record& record : records) {
        REQUIRE(record.values.size() == 1);
        values.push_back(record.values.front());
    }
    return values;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("record_reader");

TEST_CASE("each line is a record, and the last one needs no newline") {
    for (const std::size_t block : {1UL, 2UL, 1000UL}) {
        CHECK(values_of(all({from("a\nb c\n\nd", block), {}})) == Words{"a", "b c", "", "d"});
        CHECK(values_of(all({from("a\n", block), {}})) == Words{"a"});
        CHECK(all({from("", block), {}}).empty());
        CHECK(values_of(all({from("\n", block), {}})) == Words{""});
    }
}

TEST_CASE("bytes other than the newline are kept") {
    CHECK(values_of(all({from(" a\r\n\xff\xfe\t\n'\"\\\n"), {}})) == Words{" a\r", "\xff\xfe\t", "'\"\\"});
}

TEST_CASE("with -0 a record ends with NUL and may hold newlines") {
    const std::string text("a\nb\0\0c", 6);
    CHECK(values_of(all({from(text, 1), {.end = '\0'}})) == Words{"a\nb", "", "c"});
}

TEST_CASE("a line with a NUL is not usable, and the next lines are") {
    const auto records = all({from(std::string("a\0b\nc\n", 6)), {}});
    REQUIRE(records.size() == 2);
    CHECK(records[0].problem.find("NUL") != std::string::npos);
    CHECK(records[0].line == 1);
    CHECK(records[1] == Record{.values = {"c"}, .line = 2});
}

TEST_CASE("blank lines are skipped where asked for, and counted") {
    const auto records = all({from("\n{}\n \t\r\n{1}\n"), {.skips_blank = true}});
    REQUIRE(records.size() == 2);
    CHECK(records[0] == Record{.values = {"{}"}, .line = 2});
    CHECK(records[1] == Record{.values = {"{1}"}, .line = 4});
}

TEST_CASE("a record that is too long is not usable and not kept") {
    for (const std::size_t block : {1UL, 7UL, 100'000UL}) {
        const std::string text =
            "ok\n" + std::string(300'000, 'x') + "\n" + std::string(100, 'y') + "\n" + std::string(101, 'z') + "\nend";
        const auto records = all({from(text, block), {.longest = 100}});
        REQUIRE(records.size() == 5);
        CHECK(records[1].problem == "it has 300000 bytes, and a record has at most 100");
        CHECK(records[1].values.front().size() <= 64);
        CHECK(records[2].is_usable());
        CHECK(records[2].values.front().size() == 100);
        CHECK(records[3].problem == "it has 101 bytes, and a record has at most 100");
        CHECK(records[4] == Record{.values = {"end"}, .line = 5});
    }
}

TEST_CASE("a record that is too long and never ends is reported at the end of the input") {
    const auto records = all({from(std::string(5000, 'x'), 10), {.longest = 100}});
    REQUIRE(records.size() == 1);
    CHECK(records[0].problem == "it has 5000 bytes, and a record has at most 100");
}

TEST_CASE("a last record without its end is told") {
    for (const auto& [text, is_unended] : {std::pair{"a\nb", true}, {"a\nb\n", false}, {"b", true}, {"\n", false}}) {
        RecordReader reader(from(text), {});
        Record record;
        while (reader.next(record) == State::record && record.values.front() == "a") CHECK(!reader.is_unended());
        CHECK(reader.is_unended() == is_unended);
    }
}

TEST_CASE("an input that has nothing yet is asked again later") {
    std::vector<std::string> parts{"a", "", "b\nc", "", ""};
    std::size_t at = 0;
    RecordReader reader(
        [&](std::span<std::byte> room) -> IoResult {
            if (at == parts.size()) return {.status = IoResult::Status::end};
            const std::string& part = parts[at++];
            if (part.empty()) return {.status = IoResult::Status::would_block};
            std::memcpy(room.data(), part.data(), part.size());
            return {.status = IoResult::Status::moved, .bytes = part.size()};
        },
        {});
    Record record;
    CHECK(reader.next(record) == State::waits);
    CHECK(reader.next(record) == State::record);
    CHECK(record.values == Words{"ab"});
    CHECK(reader.next(record) == State::waits);
    CHECK(reader.next(record) == State::waits);
    CHECK(reader.next(record) == State::record);
    CHECK(record.values == Words{"c"});
    CHECK(reader.next(record) == State::ended);
}

TEST_CASE("a read that fails ends the input with its errno") {
    RecordReader reader([](std::span<std::byte>) -> IoResult { return {IoResult::Status::failed, 0, EIO}; }, {});
    Record record;
    CHECK(reader.next(record) == State::failed);
    CHECK(reader.error() == EIO);
    CHECK(reader.next(record) == State::failed);
}

TEST_CASE("records before a read that fails are delivered") {
    bool first = true;
    RecordReader reader(
        [&](std::span<std::byte> room) -> IoResult {
            if (!std::exchange(first, false)) return {IoResult::Status::failed, 0, EIO};
            std::memcpy(room.data(), "a\nb", 3);
            return {IoResult::Status::moved, 3, 0};
        },
        {});
    Record record;
    CHECK(reader.next(record) == State::record);
    CHECK(record.values == Words{"a"});
    CHECK(reader.next(record) == State::failed);
}

TEST_SUITE_END();
