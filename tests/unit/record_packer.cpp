#include "src/batch/record_packer.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;

std::size_t length(const std::string& value) { return value.size(); }

std::vector<Record> packed(RecordPacker packer, std::vector<Record> records) {
    std::vector<Record> packs;
    const auto collect = [&] {
        while (auto pack = packer.take()) packs.push_back(*std::move(pack));
    };
    for (Record& record : records) {
        packer.add(std::move(record));
        collect();
    }
    packer.finish();
    collect();
    return packs;
}

}  // namespace

TEST_SUITE_BEGIN("record_packer");

TEST_CASE("a pack has N records, the last one what is left") {
    const auto packs = packed({2, 1000, length}, {{{"a"}, 1}, {{"b"}, 2}, {{"c"}, 3}});
    REQUIRE(packs.size() == 2);
    CHECK(packs[0] == Record{{"a", "b"}, 1});
    CHECK(packs[1] == Record{{"c"}, 3});
    CHECK(packed({2, 1000, length}, {}).empty());
}

TEST_CASE("a pack is given as soon as it is complete") {
    RecordPacker packer(2, 1000, length);
    packer.add({{"a"}, 1});
    CHECK(!packer.take());
    packer.add({{"b"}, 2});
    CHECK(packer.take() == Record{{"a", "b"}, 1});
}

TEST_CASE("a pack ends before the room does") {
    const auto packs = packed({100, 10, length}, {{{"12345"}, 1}, {{"12345"}, 2}, {{"1"}, 3}, {{"1234567890"}, 4}});
    REQUIRE(packs.size() == 3);
    CHECK(packs[0] == Record{{"12345", "12345"}, 1});
    CHECK(packs[1] == Record{{"1"}, 3});
    CHECK(packs[2] == Record{{"1234567890"}, 4});
}

TEST_CASE("a record larger than the room is a pack of its own, for the job maker to refuse") {
    const auto packs = packed({3, 4, length}, {{{"ab"}, 1}, {{"12345"}, 2}, {{"cd"}, 3}});
    REQUIRE(packs.size() == 3);
    CHECK(packs[1] == Record{{"12345"}, 2});
}

TEST_CASE("a record that is not usable is a pack of its own, in the input's order") {
    const auto packs = packed({3, 100, length}, {{{"a"}, 1}, {{"bad"}, 2, "why"}, {{"b"}, 3}, {{"c"}, 4}});
    REQUIRE(packs.size() == 3);
    CHECK(packs[0] == Record{{"a"}, 1});
    CHECK(packs[1] == Record{{"bad"}, 2, "why"});
    CHECK(packs[2] == Record{{"b", "c"}, 3});
}

TEST_CASE("records of several values stay whole") {
    const auto packs = packed({2, 1000, length}, {{{"a", "1"}, 0}, {{"a", "2"}, 0}, {{"b", "1"}, 0}});
    REQUIRE(packs.size() == 2);
    CHECK(packs[0].values == Words{"a", "1", "a", "2"});
    CHECK(packs[1].values == Words{"b", "1"});
}

TEST_SUITE_END();
