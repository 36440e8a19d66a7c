#include "src/relay/newline_filter.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace netrunner;

namespace {

std::string text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Filters `input` in blocks of `block` bytes.
std::string filtered(const std::string& input, std::size_t block) {
    NewlineFilter filter;
    std::string output;
    for (std::size_t at = 0; at < input.size(); at += block) {
        const std::string part = input.substr(at, block);
        output += text(filter.pass(std::as_bytes(std::span(part))));
    }
    return output + text(filter.rest());
}

}  // namespace

TEST_SUITE_BEGIN("newline_filter");

TEST_CASE("a carriage return before a newline is removed, every other stays, wherever blocks are cut") {
    const std::string input = "a\r\nb\nc\rd\r\r\ne\r\n\r\n\r";
    for (std::size_t block = 1; block <= input.size(); ++block) {
        CHECK(filtered(input, block) == "a\nb\nc\rd\r\ne\n\n\r");
    }
}

TEST_CASE("empty input gives empty output, and a last carriage return stays") {
    CHECK(filtered("", 1).empty());
    CHECK(filtered("\r", 1) == "\r");
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
