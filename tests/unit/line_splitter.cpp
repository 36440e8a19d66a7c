#include "src/live/line_splitter.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace netrunner;

namespace {

using Texts = std::vector<std::string>;
const std::string mark = "(too long)";

/// The lines of `input`, which comes in blocks of `block` bytes; then what is left at its end.
Texts lines_of(const std::string& input, std::size_t block) {
    LineSplitter splitter;
    Texts lines;
    for (std::size_t at = 0; at < input.size(); at += block) {
        const std::string part = input.substr(at, block);
        std::string_view bytes = part;
        while (const auto line = splitter.next(bytes)) lines.push_back(line->too_long ? mark : std::string(line->text));
        CHECK(bytes.empty());
    }
    if (const auto rest = splitter.rest()) lines.push_back("rest: " + std::string(*rest));
    CHECK(!splitter.rest());
    return lines;
}

}  // namespace

TEST_SUITE_BEGIN("line_splitter");

TEST_CASE("lines come out whole, whatever the blocks") {
    for (std::size_t block = 1; block < 12; ++block) {
        CHECK(lines_of("", block).empty());
        CHECK(lines_of("a\n", block) == Texts{"a"});
        CHECK(lines_of("\n\nab\r\n\nc", block) == Texts{"", "", "ab\r", "", "rest: c"});
        CHECK(lines_of(std::string("a\0b\n", 4), block) == Texts{std::string("a\0b", 3)});
    }
}

TEST_CASE("the longest line, and one byte more") {
    const std::string most(LineSplitter::longest, 'x');
    for (const std::size_t block : {1UL, 1000UL, 4096UL, 65536UL, 65537UL, 1'000'000UL}) {
        CHECK(lines_of(most + "\n", block) == Texts{most});
        CHECK(lines_of(most, block) == Texts{"rest: " + most});
        CHECK(lines_of("a\n" + most + "y\nb\n", block) == Texts{"a", mark, "b"});
        CHECK(lines_of(most + "y", block) == Texts{mark});
        CHECK(lines_of(most + most + most + "\n" + most + "\n" + most + "z", block) == Texts{mark, most, mark});
    }
}

TEST_CASE("a line that is too long is told of before its end") {
    LineSplitter splitter;
    const std::string most(LineSplitter::longest, 'x');
    std::string_view bytes = most;
    CHECK(!splitter.next(bytes));
    bytes = "y";
    const auto line = splitter.next(bytes);
    REQUIRE(line);
    CHECK(line->too_long);
    CHECK(line->text.empty());
    CHECK(!splitter.next(bytes));
    for (int i = 0; i < 100; ++i) {
        bytes = most;
        CHECK(!splitter.next(bytes));
    }
    bytes = "still\nnext\n";
    CHECK(splitter.next(bytes).value().text == "next");
}

TEST_CASE("any bytes in any blocks are the same lines as in one block") {
    std::mt19937 random(1);
    for (int i = 0; i < 300; ++i) {
        std::string input;
        for (auto left = random() % 20; left > 0; --left) {
            const std::size_t length = random() % 8 == 0 ? LineSplitter::longest - 2 + random() % 5 : random() % 50;
            input += std::string(length, static_cast<char>('a' + random() % 26)) + (left == 1 ? "" : "\n");
        }
        REQUIRE(lines_of(input, 1 + random() % 3000) == lines_of(input, input.size() + 1));
    }
}

TEST_SUITE_END();
