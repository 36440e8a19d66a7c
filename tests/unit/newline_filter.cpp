#include "src/relay/newline_filter.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/in_blocks.hpp"

using namespace netrunner;

TEST_SUITE_BEGIN("newline_filter");

TEST_CASE("a carriage return before a newline is removed, every other stays, wherever blocks are cut") {
    const std::string input = "a\r\nb\nc\rd\r\r\ne\r\n\r\n\r";
    for (std::size_t block = 1; block <= input.size(); ++block) {
        CHECK(in_blocks<NewlineFilter>(input, block) == "a\nb\nc\rd\r\ne\n\n\r");
    }
}

TEST_CASE("empty input gives empty output, and a last carriage return stays") {
    CHECK(in_blocks<NewlineFilter>("", 1).empty());
    CHECK(in_blocks<NewlineFilter>("\r", 1) == "\r");
}

TEST_CASE("a filter that is switched off passes blocks unchanged, after the byte that it had held back") {
    NewlineFilter filter;
    const std::string first = "a\r";
    const std::string second = "\nb\r\n";
    CHECK(text(filter.pass(std::as_bytes(std::span(first)))) == "a");
    CHECK(text(filter.pass(std::as_bytes(std::span(second)), false)) == "\r\nb\r\n");
    CHECK(text(filter.pass(std::as_bytes(std::span(second)), false)) == second);
    CHECK(filter.rest().empty());
}

TEST_SUITE_END();
