#include "src/live/flat_object.hpp"

#include <doctest/doctest.h>

#include "src/values/usage_error.hpp"

using namespace netrunner;
using Kind = FlatValue::Kind;

namespace {

std::string refusal(std::string_view text) {
    try {
        read_flat_object(text);
    } catch (const UsageError& wrong) {
        return wrong.what();
    }
    return "";
}

FlatValue value(const std::string& json) {
    const auto members = read_flat_object(R"({"a":)" + json + "}");
    REQUIRE(members.size() == 1);
    return members.front().value;
}

}  // namespace

TEST_SUITE_BEGIN("flat_object");

TEST_CASE("the members come in their order, with their keys") {
    CHECK(read_flat_object("{}").empty());
    const auto members = read_flat_object(" {\"b\" : \"x\\ny\\u00e4\", \"a\\\"\":null}\r");
    REQUIRE(members.size() == 2);
    CHECK(members[0].key == "b");
    CHECK(members[0].value.text == "x\ny\u00e4");
    CHECK(members[1].key == "a\"");
    CHECK(members[1].value.kind == Kind::null);
}

TEST_CASE("each kind of value") {
    CHECK(value("true").truth);
    CHECK(value("false").kind == Kind::boolean);
    CHECK(!value("false").truth);
    CHECK(value("\"\\u0000\"").text == std::string(1, '\0'));
    CHECK(value("7").whole == 7U);
    CHECK(value("7").number == 7);
    CHECK(value("18446744073709551615").whole == 18446744073709551615U);
    CHECK(!value("-1").whole);
    CHECK(value("-1").number == -1);
    CHECK(!value("1.5").whole);
    CHECK(value("1.5").number == 1.5);
    CHECK(!value("1e2").whole);
    CHECK(value("1e2").number == 100);
}

TEST_CASE("a number keeps its text") {
    for (const char* number :
         {"0", "7", "-12", "1.50", "1E+2", "123456789012345678901234567890", "0.1000000000000000000001"})
        CHECK(value(number).text == number);
}

TEST_CASE("what an array or an object holds is skipped") {
    for (const char* nested : {"[]", "[1,[2,{\"a\":3}],\"x\"]"}) CHECK(value(nested).kind == Kind::array);
    for (const char* nested : {"{}", R"({"a":1,"a":[{}],"b":{"c":2}})"}) CHECK(value(nested).kind == Kind::object);
    const auto members = read_flat_object(R"({"a":{"x":1},"b":[{"y":2}],"c":3})");
    REQUIRE(members.size() == 3);
    CHECK(members[2].key == "c");
    CHECK(members[2].value.whole == 3U);
    const std::string deep(60'000, '[');
    CHECK(value(deep + std::string(60'000, ']')).kind == Kind::array);
    CHECK(refusal(R"({"a":)" + deep) == "invalid JSON at byte 60006");
}

TEST_CASE("anything but one object is refused") {
    CHECK(refusal("") == "invalid JSON at byte 1");
    CHECK(refusal("{") == "invalid JSON at byte 2");
    CHECK(refusal("{}x") == "invalid JSON at byte 3");
    CHECK(refusal("{} {}") == "invalid JSON at byte 4");
    CHECK(refusal(R"({"a":1,})") == "invalid JSON at byte 8");
    CHECK(refusal("{'a':1}") == "invalid JSON at byte 2");
    CHECK(refusal("{\"a\":\"\xff\"}") != "");
    CHECK(refusal("{\"a\":\"\\ud800\"}") != "");
    CHECK(refusal("{\"a\":\"\n\"}") != "");
    CHECK(refusal("{\"a\":NaN}") != "");
    CHECK(refusal("{\"a\":1e999}") == "invalid JSON: a number is too large");
    CHECK(refusal("[]") == "a JSON object is expected, not an array");
    CHECK(refusal("[{}]") == "a JSON object is expected, not an array");
    CHECK(refusal("\"a\"") == "a JSON object is expected, not a string");
    CHECK(refusal("3") == "a JSON object is expected, not a number");
    CHECK(refusal("-3.5") == "a JSON object is expected, not a number");
    CHECK(refusal("true") == "a JSON object is expected, not true");
    CHECK(refusal("null") == "a JSON object is expected, not null");
}

TEST_CASE("a key must not be there twice") {
    CHECK(refusal(R"({"a":1,"b":2,"a":3})") == "the key \"a\" is given twice");
    CHECK(refusal(R"({"a\n":1,"a\n":2})") == R"(the key "a\n" is given twice)");
    CHECK(refusal(R"({"a":1,"\u0061":3})") == "the key \"a\" is given twice");
}

TEST_SUITE_END();
