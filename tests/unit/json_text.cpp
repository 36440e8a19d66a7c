// Compares the text with nlohmann's, which the report uses.
#include "src/values/json_text.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "src/values/utf8.hpp"

using namespace netrunner;
using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

namespace {

std::string dumped(const std::string& text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string json_string(std::string_view bytes) {
    std::string text;
    append_json_string(text, bytes);
    return text;
}

/// Plain text, ASCII, any bytes, or bytes that often begin or continue a character.
std::string any_bytes(std::mt19937& random, std::size_t most) {
    constexpr std::string_view likely = "\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xe2\xed\xef\xf0\xf1\xf4\xf5 \"\\\n";
    const auto kind = random() % 4;
    std::string text(random() % (most + 1), '\0');
    for (char& c : text) {
        const auto value = random();
        if (kind == 0) c = static_cast<char>('a' + value % 26);
        if (kind == 1) c = static_cast<char>(value % 128);
        if (kind == 2) c = static_cast<char>(value % 256);
        if (kind == 3) c = likely[value % likely.size()];
    }
    return text;
}

}  // namespace

TEST_SUITE_BEGIN("json_text");

TEST_CASE("a string is what nlohmann makes of it, whatever the bytes") {
    std::mt19937 random(1);
    for (int i = 0; i < 50'000; ++i) {
        const std::string text = any_bytes(random, 16);
        REQUIRE(json_string(text) == dumped(text));
    }
    CHECK(json_string("a\x7f\"\\/\b\f\n\r\t\x01") == R"("a)"
                                                     "\x7f"
                                                     R"(\"\\/\b\f\n\r\t\u0001")");
}

TEST_CASE("a string that is cut is the longest beginning that fits, and ends after a character") {
    std::mt19937 random(2);
    for (int i = 0; i < 20'000; ++i) {
        const std::string text = any_bytes(random, 20);
        const std::string all = json_string(text);
        const std::size_t most = 2 + random() % 24;
        std::string cut;
        const bool whole = append_json_string_within(cut, text, most);
        REQUIRE(whole == (all.size() <= most));
        REQUIRE(cut.size() <= most);
        REQUIRE(Json::accept(cut));
        REQUIRE(all.starts_with(cut.substr(0, cut.size() - 1)));
        if (whole) continue;
        // The next character has 6 bytes at most, as \u0001 has, and did not fit.
        REQUIRE(cut.size() + 6 > most);
        std::string next;
        REQUIRE(append_json_string_within(next, text, cut.size()) == false);
        REQUIRE(next == cut);
    }
}

TEST_CASE("the smallest room") {
    std::string text;
    CHECK(append_json_string_within(text, "", 2));
    CHECK(!append_json_string_within(text, "a", 2));
    CHECK(!append_json_string_within(text, "\xe2\x82\xac", 4));
    CHECK(append_json_string_within(text, "\xe2\x82\xac", 5));
    CHECK(text == "\"\"\"\"\"\"\"\xe2\x82\xac\"");
}

TEST_CASE("seconds have three decimals at most and no zeros at the end") {
    CHECK(json_seconds(0s) == "0");
    CHECK(json_seconds(5s) == "5");
    CHECK(json_seconds(100s) == "100");
    CHECK(json_seconds(4ms) == "0.004");
    CHECK(json_seconds(12'100ms) == "12.1");
    CHECK(json_seconds(1'250'400us) == "1.25");
    CHECK(json_seconds(1'999'600us) == "2");
    CHECK(json_seconds(-1'500ms) == "-1.5");
    CHECK(json_seconds(-20ms) == "-0.02");
    CHECK(json_seconds(longest_duration) == "3153600000");
    CHECK(json_seconds(forever) == "null");
    CHECK(json_decimal(0) == "0");
    CHECK(json_decimal(1.25) == "1.25");
    CHECK(json_decimal(1.99961) == "2");
    CHECK(json_decimal(-0.5) == "-0.5");
}

TEST_CASE("an object has its members in order") {
    JsonObject object;
    CHECK(object.text() == "{}");
    CHECK(object.size() == 2);
    object.add("a", "x\"y").add("b", true).add("c", -7).add("d", std::numeric_limits<std::uint64_t>::max());
    CHECK(object.text() == R"({"a":"x\"y","b":true,"c":-7,"d":18446744073709551615})");
    CHECK(object.size() == object.text().size());
    object.add("e", std::optional<int>{}).add("f", std::optional<std::string>("z")).add_seconds("g", 1500ms);
    JsonObject other;
    other.add_json("h", "[1]");
    CHECK(JsonObject().add_all(other).text() == R"({"h":[1]})");
    CHECK(JsonObject().add_all({}).text() == "{}");
    CHECK(object.add_all(other).add_all({}).text() ==
          R"({"a":"x\"y","b":true,"c":-7,"d":18446744073709551615,"e":null,"f":"z","g":1.5,"h":[1]})");
}

TEST_SUITE_END();
