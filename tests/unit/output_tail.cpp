#include "src/relay/output_tail.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

namespace {

void append(OutputTail& tail, const std::string& text) { tail.append(std::as_bytes(std::span(text))); }

}  // namespace

TEST_SUITE_BEGIN("output_tail");

TEST_CASE("the last lines are kept, with or without the last newline") {
    OutputTail tail;
    CHECK(tail.last_lines(5).empty());
    append(tail, "a\nb\nc");
    CHECK(tail.last_lines(2) == "b\nc");
    append(tail, "\n");
    CHECK(tail.last_lines(2) == "b\nc\n");
    CHECK(tail.last_lines(1) == "c\n");
    CHECK(tail.last_lines(9) == "a\nb\nc\n");
    append(tail, "\n\n");
    CHECK(tail.last_lines(2) == "\n\n");
}

TEST_CASE("the tail keeps the last bytes up to its bound, for blocks of any size") {
    for (const std::size_t block : {1U, 1000U, 65536U, 70000U, 300000U}) {
        OutputTail tail;
        std::string all;
        while (all.size() < 400'000) {
            std::string text(block, 'x');
            for (std::size_t i = 0; i < block; ++i) text[i] = static_cast<char>('a' + (all.size() + i) % 26);
            append(tail, text);
            all += text;
        }
        CHECK(tail.last_lines(50) == all.substr(all.size() - OutputTail::most_bytes));
    }
}

TEST_SUITE_END();
