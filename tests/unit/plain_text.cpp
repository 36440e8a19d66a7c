#include "src/relay/plain_text.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/in_blocks.hpp"

using namespace netrunner;

TEST_SUITE_BEGIN("plain_text");

TEST_CASE("plain lines are unchanged") {
    for (const std::string lines :
         {"", "one\ntwo\n", "no newline", "tab\tstop\n", "\n\n", "Ünïcode тест \xf0\x9f\x98\x80\n",
          "Latin-1: \xe4\xf6\xfc\n", "cut short \xe2\x82\n", "\xc3"}) {
        CHECK(plain_text(lines) == lines);
    }
}

TEST_CASE("escape sequences are removed, and their text stays") {
    CHECK(plain_text("\x1b[1;31mred\x1b[0m and \x1b[38;2;1;2;3mblue\x1b[m\n") == "red and blue\n");
    CHECK(plain_text("\x1b]0;title\x07text\n") == "text\n");
    CHECK(plain_text("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n") == "link\n");
    CHECK(plain_text("\x1bPq#0;2;0;0;0\x1b\\picture\n") == "picture\n");
    CHECK(plain_text("\x1b(B\x1b=\x1b[?2004h\x1b[?25lx\x1b[2 qy\n") == "xy\n");
    CHECK(plain_text("\xc2\x9b"
                     "31mC1\n") == "C1\n");  // U+009B is ESC [ in one character
    CHECK(plain_text("a\x01\x7f\x07\fz\n") == "az\n");
    CHECK(plain_text(std::string("a\0b\n", 4)) == "ab\n");
}

TEST_CASE("a sequence that is broken off hides no text after it") {
    CHECK(plain_text("\x1b[31") == "");
    CHECK(plain_text("\x1b[31\nnext\n") == "\nnext\n");
    CHECK(plain_text("\x1b]0;no end\nnext\n") == "\nnext\n");
    CHECK(plain_text("\x1bPno end\x18 after\n") == " after\n");
    CHECK(plain_text("\x1b[3é\n") == "é\n");
    CHECK(plain_text("\x1b\x1b[1mx\n") == "x\n");
}

TEST_CASE("of a line that was rewritten the last state stays") {
    CHECK(plain_text("  1%\r 50%\r100%\n") == "100%\n");
    CHECK(plain_text("loading\rdone\x1b[K\n") == "done\n");
    CHECK(plain_text("loading\r\x1b[Kdone\r\n") == "done\n");
    CHECK(plain_text("loading\r\x1b[2Kdone\n") == "done\n");
    CHECK(plain_text("loading\r\x1b[K\n") == "\n");
    CHECK(plain_text("long text\rshort\n") == "shorttext\n");  // as a terminal shows it
    CHECK(plain_text("ab\b\bxy\b\n") == "xy\n");
    CHECK(plain_text("-\b\\\b|\b/\bok\n") == "ok\n");
    CHECK(plain_text("\r\r\rx\r\r\n") == "x\n");
    CHECK(plain_text("äöü\rx\n") == "xöü\n");
    CHECK(plain_text("spinner |\r") == "spinner |");
}

TEST_CASE("the cursor moves within the line") {
    CHECK(plain_text("name\x1b[10G[ ok ]\n") == "name     [ ok ]\n");
    CHECK(plain_text("ab\x1b[3Cc\x1b[6Dx\n") == "xb   c\n");
    CHECK(plain_text("abc\x1b[2D\x1b[Pd\n") == "ad\n");
    CHECK(plain_text("abcdef\r\x1b[2X\n") == "  cdef\n");
    CHECK(plain_text("abc\x1b[1K.\n") == "   .\n");
    CHECK(plain_text("\x1b[99999999999999999999Cx\n").size() == PlainText::widest + 2);
    CHECK(plain_text("\x1b[5Dx\x1b[0Gy\n") == "y\n");
    CHECK(plain_text("up\x1b[1A\x1b[?K!\n") == "up!\n");  // other lines cannot be reached
}

TEST_CASE("a line longer than what is kept comes in parts and loses nothing") {
    const std::string line(3 * PlainText::most_cells + 5, 'x');
    CHECK(plain_text(line + "\n") == line + "\n");
    CHECK(plain_text(line + "\rnew\n").starts_with(line.substr(0, 3 * PlainText::most_cells) + "newxx"));
}

TEST_CASE("blocks may be cut anywhere") {
    const std::string input =
        "\x1b[1;31mred\x1b[0m\r\n  1%\r100%\x1b]0;title\x1b\\ "
        "\xe2\x82\xac\x1b[K\n\xc2\x9bmC1\xf0\x9f\x98\x80\xe2\x82\nx\x1b[2";
    const std::string whole = plain_text(input);
    CHECK(whole == "red\n100% \xe2\x82\xac\nC1\xf0\x9f\x98\x80\xe2\x82\nx");
    for (std::size_t block = 1; block < input.size(); ++block) CHECK(in_blocks<PlainText>(input, block) == whole);
}

TEST_CASE("a line comes as soon as it is complete") {
    PlainText filter;
    const std::string input = "one\ntwo";
    CHECK(text(filter.pass(std::as_bytes(std::span(input)))) == "one\n");
    CHECK(text(filter.rest()) == "two");
    CHECK(text(filter.rest()).empty());
}

TEST_SUITE_END();
