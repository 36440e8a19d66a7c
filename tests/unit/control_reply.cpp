#include "src/live/control_reply.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "src/live/event_lines.hpp"
#include "src/values/base64.hpp"

using namespace netrunner;

TEST_SUITE_BEGIN("control_reply");

TEST_CASE("a request that was carried out") {
    CHECK(ok_reply("1", JsonObject().add("timeout", 2400)) == R"({"id":1,"ok":true,"timeout":2400})"
                                                              "\n");
    CHECK(ok_reply("\"a\"") == R"({"id":"a","ok":true})"
                               "\n");
    CHECK(ok_reply("") == R"({"ok":true})"
                          "\n");
}

TEST_CASE("a request that was refused") {
    CHECK(error_reply({"1", "no-terminal", "the command has no \"terminal\""}) ==
          R"({"id":1,"error":"no-terminal","message":"the command has no \"terminal\""})"
          "\n");
    CHECK(error_reply({"", "bad-json", "m"}) == R"({"error":"bad-json","message":"m"})"
                                                "\n");
}

TEST_CASE("a long message is cut") {
    for (const char* filler : {"x", "\xff", "\x01"}) {
        ControlError error{"\"" + std::string(254, 'i') + "\"", "code", ""};
        for (int i = 0; i < 5000; ++i) error.message += filler;
        const std::string line = error_reply(error);
        CHECK(line.size() <= EventLines::longest);
        CHECK(line.size() > EventLines::longest - 40);
        CHECK(line.find('\n') == line.size() - 1);
        CHECK(nlohmann::json::parse(line)["cut"] == true);
    }
}

TEST_CASE("data is text if it is UTF-8, else base64") {
    CHECK(data_reply("1", "a\n\xc3\xa4") == "{\"id\":1,\"ok\":true,\"data\":\"a\\n\xc3\xa4\"}\n");
    CHECK(data_reply("1", "\xff") == R"({"id":1,"ok":true,"data":"/w==","base64":true})"
                                     "\n");
    // A character that is cut at the end is not held back.
    CHECK(data_reply("1", "a\xc3") == R"({"id":1,"ok":true,"data":"YcM=","base64":true})"
                                      "\n");
    CHECK(data_reply("", "a", true) == R"({"ok":true,"data":"a","end":true})"
                                       "\n");
    CHECK(end_reply("1") == R"({"id":1,"ok":true,"end":true})"
                            "\n");
}

TEST_CASE("any bytes come back from a reply") {
    std::mt19937 random(1);
    for (int i = 0; i < 2000; ++i) {
        std::string bytes(random() % 40, '\0');
        const unsigned range = random() % 2 == 0 ? 128 : 256;
        for (char& byte : bytes) byte = static_cast<char>(random() % range);
        const std::string line = data_reply("3", bytes);
        REQUIRE(line.find('\n') == line.size() - 1);
        const auto reply = nlohmann::json::parse(line);
        const auto data = reply["data"].get<std::string>();
        REQUIRE((reply.contains("base64") ? from_base64(data) : data) == bytes);
    }
}

TEST_SUITE_END();
