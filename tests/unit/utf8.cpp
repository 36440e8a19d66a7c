#include "src/values/utf8.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace netrunner;

namespace {

/// The sizes of the steps through `text`, negative for bytes that are not UTF-8.
std::vector<int> steps(std::string_view text) {
    std::vector<int> sizes;
    while (!text.empty()) {
        const Utf8Step step = first_character(text);
        sizes.push_back(step.valid ? static_cast<int>(step.bytes) : -static_cast<int>(step.bytes));
        text.remove_prefix(step.bytes);
    }
    return sizes;
}

using Sizes = std::vector<int>;

}  // namespace

TEST_SUITE_BEGIN("utf8");

TEST_CASE("characters of each length, the first and the last") {
    CHECK(steps("a\x7f") == Sizes{1, 1});
    CHECK(steps("\xc2\x80\xdf\xbf") == Sizes{2, 2});
    CHECK(steps("\xe0\xa0\x80\xef\xbf\xbf") == Sizes{3, 3});
    CHECK(steps("\xed\x9f\xbf\xee\x80\x80") == Sizes{3, 3});
    CHECK(steps("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") == Sizes{4, 4});
    CHECK(steps(std::string_view("\0", 1)) == Sizes{1});
}

TEST_CASE("one replacement stands for the beginning of a character that is not continued") {
    CHECK(steps("\xe2\x82") == Sizes{-2});
    CHECK(steps("\xe2\x82"
                "a") == Sizes{-2, 1});
    CHECK(steps("\xf0\x9f\x98\xc3\xa4") == Sizes{-3, 2});
    CHECK(steps("\xc3") == Sizes{-1});
}

TEST_CASE("what cannot begin or continue a character is replaced byte by byte") {
    CHECK(steps("\x80\xbf") == Sizes{-1, -1});
    CHECK(steps("\xc0\xaf") == Sizes{-1, -1});                  // overlong
    CHECK(steps("\xe0\x9f\xbf") == Sizes{-1, -1, -1});          // overlong
    CHECK(steps("\xf0\x8f\xbf\xbf") == Sizes{-1, -1, -1, -1});  // overlong
    CHECK(steps("\xed\xa0\x80") == Sizes{-1, -1, -1});          // a surrogate
    CHECK(steps("\xf4\x90\x80\x80") == Sizes{-1, -1, -1, -1});  // beyond Unicode
    CHECK(steps("\xf5\xfe\xff") == Sizes{-1, -1, -1});
}

TEST_CASE("a text is UTF-8 if all of it is") {
    CHECK(is_utf8(""));
    CHECK(is_utf8("plain, \xc3\xa4, \xe2\x82\xac, \xf0\x9f\x98\x80"));
    CHECK(!is_utf8("a\xff"));
    CHECK(!is_utf8("cut \xe2\x82"));
}

TEST_SUITE_END();
