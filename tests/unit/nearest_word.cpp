#include "src/values/nearest_word.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace netrunner;

namespace {

constexpr std::array<std::string_view, 4> known{"kill", "wait", "leave", "a"};

}  // namespace

TEST_SUITE_BEGIN("nearest_word");

TEST_CASE("a word with at most two wrong letters is found, in upper or lower case") {
    CHECK(nearest_word("kil", known) == "kill");
    CHECK(nearest_word("Kill", known) == "kill");
    CHECK(nearest_word("wiat", known) == "wait");
    CHECK(nearest_word("leaves", known) == "leave");
    CHECK(suggestion("kil", known) == "; did you mean 'kill'?");
}

TEST_CASE("a word that resembles no other, or a short word that differs by half, has no suggestion") {
    for (const char* typed : {"", "x", "frobnicate", "ab", "keel over"}) {
        CHECK_MESSAGE(nearest_word(typed, known).empty(), typed);
    }
    CHECK(suggestion("x", known).empty());
    CHECK(nearest_word("x", {}).empty());
}

TEST_SUITE_END();
