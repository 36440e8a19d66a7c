#include "src/report/json_line.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <random>

using namespace netrunner;
using Json = nlohmann::ordered_json;

namespace {

std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Strings that need no escape, strings that need one, and any bytes.
std::string any_text(std::mt19937& random) {
    const int kind = static_cast<int>(random() % 3);
    std::string text(random() % 12, '\0');
    for (char& c : text)
        c = static_cast<char>(kind == 0 ? 'a' + random() % 26 : kind == 1 ? random() % 128 : random() % 256);
    return text;
}

Json any_value(std::mt19937& random, int depth) {
    switch (random() % (depth > 0 ? 8 : 6)) {
        case 0: return nullptr;
        case 1: return random() % 2 == 0;
        case 2: return static_cast<std::int64_t>(random()) - (std::int64_t{1} << 31);
        case 3: return std::numeric_limits<std::uint64_t>::max() - random();
        case 4: return static_cast<double>(random()) / static_cast<double>(1 + random() % 1'000'000);
        case 5: return any_text(random);
        case 6: {
            Json list = Json::array();
            for (auto left = random() % 4; left > 0; --left) list.push_back(any_value(random, depth - 1));
            return list;
        }
        default: {
            Json object = Json::object();
            for (auto left = random() % 4; left > 0; --left) object[any_text(random)] = any_value(random, depth - 1);
            return object;
        }
    }
}

}  // namespace

TEST_SUITE_BEGIN("json_line");

TEST_CASE("the text is that of nlohmann's dump") {
    for (const Json& value :
         {Json("\x7f"), Json("\x1f"), Json(" ~"), Json("\"\\/"), Json("\xff"), Json("\u00e4"), Json(0.0), Json(-0.5),
          Json(1e300), Json(std::numeric_limits<double>::quiet_NaN()), Json::array(), Json::object()}) {
        CHECK(json_line(value) == dumped(value));
    }
    std::mt19937 random(1);
    for (int i = 0; i < 20000; ++i) {
        const Json value = any_value(random, 4);
        REQUIRE(json_line(value) == dumped(value));
    }
}

TEST_SUITE_END();
