#include "src/relay/line_position.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace netrunner;

namespace {

void write(LinePosition& position, std::string_view text) { position.note(std::as_bytes(std::span(text))); }

}  // namespace

TEST_SUITE_BEGIN("line_position");

TEST_CASE("only an unfinished line needs a line end before the next line") {
    LinePosition position;
    CHECK(position.lead("\n", 0).empty());
    write(position, "Continue? ");
    CHECK(!position.is_at_start());
    CHECK(position.lead("\n", 80) == "\n");
    CHECK(position.lead("\r\n", 0) == "\r\n");
    write(position, "");
    CHECK(position.lead("\n", 0) == "\n");
    write(position, "yes\n");
    CHECK(position.is_at_start());
    CHECK(position.lead("\n", 80).empty());
}

TEST_CASE("on a shared terminal a full row of blanks leads to the first column") {
    LinePosition position;
    position.share();
    CHECK(position.lead("\n", 5) == "     \r");
    write(position, "line\n");
    CHECK(position.lead("\n", 5) == "     \r");
}

TEST_CASE("where a shared file is no terminal that wraps lines, the bytes that netrunner wrote decide") {
    LinePosition position;
    position.share();
    CHECK(position.lead("\n", 0).empty());
    write(position, "x");
    CHECK(position.lead("\n", 0) == "\n");
}

TEST_CASE("a line in the middle of another one counts as a break of it") {
    LinePosition position;
    position.begin_own_line();
    CHECK(position.breaks() == 0);
    write(position, "x");
    position.begin_own_line();
    CHECK(position.breaks() == 1);
}

TEST_SUITE_END();
