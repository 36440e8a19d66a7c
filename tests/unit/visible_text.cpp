#include "src/values/visible_text.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace netrunner;

TEST_SUITE_BEGIN("visible_text");

TEST_CASE("text without control characters stays as it is") {
    for (const char* text : {"", "a b", "{}'\"", "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac", "\xff\xfe", "\xc2", "\xe2\x80"})
        CHECK(visible_text(text) == text);
}

TEST_CASE("control characters and backslashes become escapes") {
    CHECK(visible_text("a\nb\tc\rd\\e") == "a\\nb\\tc\\rd\\\\e");
    CHECK(visible_text(std::string_view("\0\x1b[2J\x7f", 6)) == "\\x00\\x1B[2J\\x7F");
    CHECK(visible_text("a\xc2\x85z") == "a\\xC2\\x85z");
    CHECK(visible_text("\xe2\x80\xa8|\xe2\x80\xa9") == "\\xE2\\x80\\xA8|\\xE2\\x80\\xA9");
    CHECK(visible_text("\xc2\xa0") == "\xc2\xa0");
}

TEST_CASE("different bytes give different texts") {
    std::set<std::string> texts;
    for (int first = 0; first < 256; ++first) {
        texts.insert(visible_text(std::string(1, static_cast<char>(first))));
        for (int second = 0; second < 256; ++second)
            texts.insert(visible_text(std::string{static_cast<char>(first), static_cast<char>(second)}));
    }
    texts.insert(visible_text("\\n"));
    texts.insert(visible_text("\\x41"));
    CHECK(texts.size() == 256 + 256 * 256 + 1);  // "\\n" is one of the two bytes
}

TEST_CASE("what changes the direction of the text is shown") {
    CHECK(visible_text("\xe2\x80\xae"
                       "x") == "\\xE2\\x80\\xAEx");
    CHECK(visible_text("\xe2\x81\xa6\xe2\x81\xa9\xef\xbb\xbf") == "\\xE2\\x81\\xA6\\xE2\\x81\\xA9\\xEF\\xBB\\xBF");
    CHECK(visible_text("\xef\xbf\xbe") == "\\xEF\\xBF\\xBE");
    CHECK(visible_text("\xe2\x80\xa6\xe2\x82\xac\xef\xbf\xbd\xe2\x81\xaa") ==
          "\xe2\x80\xa6\xe2\x82\xac\xef\xbf\xbd\xe2\x81\xaa");
}

TEST_SUITE_END();
