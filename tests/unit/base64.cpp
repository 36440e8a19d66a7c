#include "src/values/base64.hpp"

#include <doctest/doctest.h>

#include <random>
#include <utility>
#include <vector>

using namespace netrunner;

namespace {

/// RFC 4648, section 10.
const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                               {"f", "Zg=="},
                                                               {"fo", "Zm8="},
                                                               {"foo", "Zm9v"},
                                                               {"foob", "Zm9vYg=="},
                                                               {"fooba", "Zm9vYmE="},
                                                               {"foobar", "Zm9vYmFy"}};

}  // namespace

TEST_SUITE_BEGIN("base64");

TEST_CASE("the test vectors of RFC 4648") {
    for (const auto& [bytes, text] : vectors) {
        CHECK(to_base64(bytes) == text);
        CHECK(from_base64(text) == bytes);
    }
    CHECK(to_base64("\xfb\xff\xbf") == "+/+/");
    CHECK(from_base64("+/+/") == "\xfb\xff\xbf");
}

TEST_CASE("any bytes come back") {
    std::mt19937 random(1);
    for (int i = 0; i < 5000; ++i) {
        std::string bytes(random() % 50, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random() % 256);
        const std::string text = to_base64(bytes);
        REQUIRE(text.size() == (bytes.size() + 2) / 3 * 4);
        REQUIRE(from_base64(text) == bytes);
    }
}

TEST_CASE("only the exact form is accepted") {
    for (const char* wrong :
         {"Z",        "Zg",   "Zg=",  "Zg===",  "=",    "==",    "===",  "====", "Z===",    "Zg==Zg==", "Zm9v=",
          "Zm9v====", "Zm=v", "Z=9v", "Zm9v\n", "Zm9 ", " Zm9v", "Zm9-", "Zm9_", "Zm9\xff", "Zh==",     "Zm9="}) {
        CHECK_MESSAGE(!from_base64(wrong), wrong);
    }
    CHECK(!from_base64(std::string("Zm9\0", 4)));
}

TEST_CASE("two texts that are both accepted never mean the same bytes") {
    // All texts of four characters of a part of the alphabet.
    constexpr std::string_view some = "AB/+Zg8=";
    for (int number = 0; number < 8 * 8 * 8 * 8; ++number) {
        std::string text;
        for (int rest = number, i = 0; i < 4; ++i, rest /= 8) text += some[static_cast<std::size_t>(rest % 8)];
        const auto bytes = from_base64(text);
        if (bytes) REQUIRE(to_base64(*bytes) == text);
    }
}

TEST_SUITE_END();
