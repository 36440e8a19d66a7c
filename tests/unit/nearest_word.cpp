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

TEST_CASE("two exchanged letters are one mistake") {
    constexpr std::array<std::string_view, 2> words{"run", "gc"};
    CHECK(nearest_word("rnu", words) == "run");
    CHECK(nearest_word("urn", words) == "run");
    CHECK(nearest_word("nur", words).empty());
}

TEST_CASE("the beginning of a word stands for the shortest word that begins so, before any nearer word") {
    constexpr std::array<std::string_view, 4> words{"--nice", "--timestamps", "--timeout", "--memory-max"};
    CHECK(nearest_word("--time", words) == "--timeout");
    CHECK(nearest_word("--Mem", words) == "--memory-max");
    CHECK(nearest_word("--me", words).empty());
    CHECK(nearest_word("--", words).empty());
}

TEST_CASE("a word that resembles no other, or a short word that differs by half, has no suggestion") {
    for (const char* typed : {"", "x", "frobnicate", "ab", "keel over"}) {
        CHECK_MESSAGE(nearest_word(typed, known).empty(), typed);
    }
    CHECK(suggestion("x", known).empty());
    CHECK(nearest_word("x", {}).empty());
}

TEST_SUITE_END();
