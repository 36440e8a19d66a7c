#include "src/relay/whole_lines.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace netrunner;

namespace {

std::string to_write(std::string_view bytes, std::size_t most) {
    const auto part = lines_to_write(std::as_bytes(std::span(bytes)), most);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
}

std::size_t length(std::string_view bytes) { return length_of_lines(std::as_bytes(std::span(bytes))); }

}  // namespace

TEST_SUITE_BEGIN("whole_lines");

TEST_CASE("the length of lines ends with the last newline") {
    CHECK(length("") == 0);
    CHECK(length("no end") == 0);
    CHECK(length("one\n") == 4);
    CHECK(length("one\ntwo") == 4);
    CHECK(length("\n\n") == 2);
}

TEST_CASE("a write ends with a line") {
    CHECK(to_write("", 4).empty());
    CHECK(to_write("one\ntwo", 100) == "one\ntwo");  // all fits, so the unfinished line comes too
    CHECK(to_write("one\ntwo", 7) == "one\ntwo");
    CHECK(to_write("one\ntwo\n", 7) == "one\n");
    CHECK(to_write("one\ntwo\n", 4) == "one\n");
    CHECK(to_write("a long line\nb\n", 4) == "a long line\n");
    CHECK(to_write("a long line", 4) == "a long line");
}

TEST_SUITE_END();
