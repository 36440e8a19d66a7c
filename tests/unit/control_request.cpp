#include "src/live/control_request.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

template <class Command>
Command command(const std::string& line) {
    const auto result = parse_control(line);
    const auto* request = std::get_if<ControlRequest>(&result);
    if (request == nullptr) FAIL(line, ": ", std::get<ControlError>(result).message);
    const auto* found = std::get_if<Command>(&request->command);
    REQUIRE_MESSAGE(found != nullptr, line);
    return *found;
}

ControlError error(const std::string& line) {
    const auto result = parse_control(line);
    REQUIRE_MESSAGE(std::holds_alternative<ControlError>(result), line);
    return std::get<ControlError>(result);
}

/// Of a line that is refused: "CODE MESSAGE".
std::string refusal(const std::string& line) {
    const ControlError refused = error(line);
    return refused.code + " " + refused.message;
}

std::string id(const std::string& line) {
    const auto result = parse_control(line);
    REQUIRE(std::holds_alternative<ControlRequest>(result));
    return std::get<ControlRequest>(result).id;
}

}  // namespace

TEST_SUITE_BEGIN("control_request");

TEST_CASE("commands without arguments") {
    command<AskStatus>(R"({"id":1,"cmd":"status"})");
    command<SubscribeEvents>(R"({"cmd":"events","id":1})");
    command<StopRun>(R"({"cmd":"stop"})");
    command<CloseInput>(R"( {"cmd":"close-stdin"} )");
}

TEST_CASE("signal takes what the command line takes") {
    for (const char* name : {"\"TERM\"", "\"sigterm\"", "\"15\"", "15"})
        CHECK(command<SendSignal>(std::string(R"({"cmd":"signal","name":)") + name + "}").signal == SIGTERM);
    CHECK(command<SendSignal>(R"({"cmd":"signal","name":"RTMIN+1"})").signal == SIGRTMIN + 1);
    CHECK(refusal(R"({"cmd":"signal"})") == R"(missing-argument name: expected the name of a signal, such as "TERM")");
    CHECK(
        refusal(R"({"cmd":"signal","name":"TREM"})") ==
        "bad-argument name: invalid signal 'TREM': expected a name such as TERM or SIGTERM, or a number from 1 to 64; "
        "did you mean 'TERM'?");
    for (const char* wrong : {"0", "65", "-1", "\"\"", "1.5", "true", "[15]", "null"}) {
        const ControlError refused = error(std::string(R"({"cmd":"signal","name":)") + wrong + "}");
        CHECK(refused.code == "bad-argument");
    }
    CHECK(refusal(R"({"cmd":"signal","name":null})") ==
          R"(bad-argument name: expected the name of a signal, such as "TERM", not null)");
}

TEST_CASE("extend adds to the limit or sets it") {
    const auto by = [](const std::string& value) {
        const auto extend = command<ExtendLimit>(R"({"cmd":"extend","by":)" + value + "}");
        CHECK(extend.adds);
        return extend.time;
    };
    const auto to = [](const std::string& value) {
        const auto extend = command<ExtendLimit>(R"({"cmd":"extend","to":)" + value + "}");
        CHECK(!extend.adds);
        return extend.time;
    };
    CHECK(by("\"10m\"") == 10min);
    CHECK(by("\"1h30m\"") == 90min);
    CHECK(by("\"5\"") == 5s);
    CHECK(by("5") == 5s);
    CHECK(by("0.25") == 250ms);
    CHECK(by("1e3") == 1000s);
    CHECK(by("1e-12") == 1ns);
    CHECK(to("\"40m\"") == 40min);
    CHECK(to("2400") == 40min);
    CHECK(to("\"infinity\"") == forever);
    CHECK(to("1e300") == forever);
    CHECK(to("3153600000") == longest_duration);
    CHECK(to("3153600001") == forever);
}

TEST_CASE("extend refuses what is no time") {
    CHECK(refusal(R"({"cmd":"extend"})") ==
          R"(missing-argument by: expected by or to, a duration, such as "10m", or a number of seconds)");
    CHECK(refusal(R"({"cmd":"extend","by":1,"to":2})") == "bad-argument to: expected one of by and to, not both");
    CHECK(refusal(R"({"cmd":"extend","by":"10x"})") ==
          "bad-argument by: invalid duration '10x': unknown unit 'x' (expected ms, s, m, h or d)");
    CHECK(refusal(R"({"cmd":"extend","by":true})") ==
          R"(bad-argument by: expected a duration, such as "10m", or a number of seconds, not true)");
    CHECK(refusal(R"({"cmd":"extend","by":-1.50})") ==
          R"(bad-argument by: expected a duration, such as "10m", or a number of seconds, not -1.50)");
    CHECK(refusal(R"({"cmd":"extend","to":{"s":1}})") ==
          R"(bad-argument to: expected a duration, such as "10m", or a number of seconds, not an object)");
    CHECK(refusal(R"({"cmd":"extend","by":0})") == "bad-argument by: expected more than 0, not 0");
    CHECK(refusal(R"({"cmd":"extend","by":"0s"})") == R"(bad-argument by: expected more than 0, not "0s")");
    CHECK(refusal(R"({"cmd":"extend","to":0})") ==
          R"(bad-argument to: expected more than 0 (for no limit, "infinity"), not 0)");
    CHECK(refusal(R"({"cmd":"extend","by":"infinity"})") ==
          R"(bad-argument by: expected a time that ends (for no limit, to "infinity"), not "infinity")");
    CHECK(error(R"({"cmd":"extend","by":1e300})").code == "bad-argument");
    CHECK(refusal(R"({"cmd":"extend","by":")" + std::string(60'000, '1') + R"("})") ==
          R"(bad-argument by: expected a duration, such as "10m", or a number of seconds, not ")" +
              std::string(38, '1') + R"("...)");
}

TEST_CASE("resize takes two sides") {
    const WindowSize size = command<ResizeWindow>(R"({"cmd":"resize","rows":40,"columns":120})").size;
    CHECK(size == WindowSize{120, 40});
    CHECK(command<ResizeWindow>(R"({"cmd":"resize","rows":1,"columns":65535})").size == WindowSize{65535, 1});
    CHECK(refusal(R"({"cmd":"resize","columns":80})") ==
          "missing-argument rows: expected a whole number from 1 to 65535");
    for (const char* wrong : {"0", "65536", "-1", "1.0", "\"80\"", "null", "18446744073709551615", "1e2"}) {
        CHECK(refusal(std::string(R"({"cmd":"resize","rows":24,"columns":)") + wrong + "}") ==
              std::string("bad-argument columns: expected a whole number from 1 to 65535, not ") + wrong);
    }
}

TEST_CASE("write takes text or base64") {
    CHECK(command<WriteInput>(R"({"cmd":"write","data":"a\nb\u0000\u00e4"})").bytes ==
          std::string("a\nb\0\xc3\xa4", 6));
    CHECK(command<WriteInput>(R"({"cmd":"write","data":""})").bytes.empty());
    CHECK(command<WriteInput>(R"({"cmd":"write","data":"/w==","base64":true})").bytes == "\xff");
    CHECK(command<WriteInput>(R"({"cmd":"write","data":"/w==","base64":false})").bytes == "/w==");
    CHECK(refusal(R"({"cmd":"write"})") == "missing-argument data: expected a string");
    CHECK(refusal(R"({"cmd":"write","data":3})") == "bad-argument data: expected a string, not 3");
    CHECK(refusal(R"({"cmd":"write","data":"/w","base64":true})") ==
          R"(bad-argument data: expected base64 with padding (RFC 4648), not "/w")");
    CHECK(refusal(R"({"cmd":"write","data":"/w==","base64":1})") ==
          "bad-argument base64: expected true or false, not 1");
}

TEST_CASE("read names a stream and how much") {
    const auto standard = command<ReadOutput>(R"({"cmd":"read","stream":"stdout"})");
    CHECK(!standard.error_stream);
    CHECK(standard.max == 65536);
    const auto error_stream = command<ReadOutput>(R"({"cmd":"read","stream":"stderr","max":1})");
    CHECK(error_stream.error_stream);
    CHECK(error_stream.max == 1);
    CHECK(command<ReadOutput>(R"({"cmd":"read","stream":"stderr","max":65536})").max == 65536);
    CHECK(refusal(R"({"cmd":"read"})") == R"(missing-argument stream: expected "stdout" or "stderr")");
    CHECK(refusal(R"({"cmd":"read","stream":"stdin"})") ==
          R"(bad-argument stream: expected "stdout" or "stderr", not "stdin")");
    for (const char* wrong : {"0", "65537", "-1", "\"1\""})
        CHECK(error(std::string(R"({"cmd":"read","stream":"stdout","max":)") + wrong + "}").code == "bad-argument");
}

TEST_CASE("the id is kept as JSON text") {
    CHECK(id(R"({"cmd":"stop"})").empty());
    CHECK(id(R"({"id":7,"cmd":"stop"})") == "7");
    CHECK(id(R"({"id":-1.50e1,"cmd":"stop"})") == "-1.50e1");
    CHECK(id(R"({"id":123456789012345678901234567890,"cmd":"stop"})") == "123456789012345678901234567890");
    CHECK(id(R"({"id":"","cmd":"stop"})") == R"("")");
    CHECK(id(R"({"id":"a\"\n\u00e4","cmd":"stop"})") == "\"a\\\"\\n\u00e4\"");
    CHECK(error(R"({"id":"x","cmd":"stpo"})").id == R"("x")");
    CHECK(error(R"({"id":8,"cmd":"extend"})").id == "8");
    CHECK(refusal(R"({"id":null,"cmd":"stop"})") == "bad-argument id: expected a string or a number, not null");
    CHECK(error(R"({"id":[1],"cmd":"stop"})").id.empty());
    const std::string long_id(254, 'i');
    CHECK(id(R"({"id":")" + long_id + R"(","cmd":"stop"})").size() == 256);
    CHECK(refusal(R"({"id":"i)" + long_id + R"(","cmd":"stop"})") == "bad-argument id: expected at most 256 bytes");
    CHECK(error(R"({"id":"i)" + long_id + R"(","cmd":"stop"})").id.empty());
}

TEST_CASE("commands and keys that are not known are refused by name") {
    CHECK(
        refusal(R"({"cmd":"extnd"})") ==
        "unknown-command cmd: expected one of status, events, signal, stop, extend, resize, close-stdin, write, read, "
        "not \"extnd\"; did you mean 'extend'?");
    CHECK(error(R"({"cmd":""})").code == "unknown-command");
    CHECK(error(R"({"cmd":"Stop"})").code == "unknown-command");
    CHECK(error(R"({"cmd":3})").code == "bad-argument");
    CHECK(error("{}").code == "missing-argument");
    CHECK(error("{}").message.starts_with("cmd: expected one of status, "));
    CHECK(refusal(R"({"cmd":"stop","singal":1})") == R"(unknown-key stop: expected the keys id, cmd, not "singal")");
    CHECK(refusal(R"({"cmd":"resize","colums":1,"rows":2})") ==
          R"(unknown-key resize: expected the keys id, cmd, columns, rows, not "colums"; did you mean 'columns'?)");
    CHECK(error(R"({"cmd":"stop","":1})").code == "unknown-key");
    CHECK(error(R"({"cmd":"signal","name":"TERM","by":1})").code == "unknown-key");
}

TEST_CASE("what is no JSON object is refused") {
    CHECK(refusal("") == "bad-json invalid JSON at byte 1");
    CHECK(refusal("stop") == "bad-json invalid JSON at byte 1");
    CHECK(refusal(R"({"id":1,"cmd":"stop")") == "bad-json invalid JSON at byte 21");
    CHECK(refusal("[1]") == "bad-json a JSON object is expected, not an array");
    CHECK(refusal(R"({"cmd":"stop","cmd":"stop"})") == R"(bad-json the key "cmd" is given twice)");
    CHECK(line_too_long().code == "line-too-long");
    CHECK(line_too_long().message == "expected at most 65536 bytes in a line");
}

TEST_CASE("a message is short, whatever the value") {
    const std::string long_text(60'000, 'x');
    for (const std::string& line :
         {R"({"cmd":")" + long_text + "\"}", R"({"cmd":"stop",")" + long_text + "\":1}",
          R"({"cmd":"signal","name":")" + long_text + "\"}", R"({"cmd":"extend","by":)" + std::string(300, '9') + "}",
          R"({"cmd":"write","base64":true,"data":")" + long_text + "!\"}",
          R"({"cmd":"read","stream":")" + long_text + "\"}",
          R"({"cmd":"read","stream":"stdout","max":)" + std::string(300, '9') + "}",
          R"({"cmd":"stop",")" + long_text + "\":1,\"" + long_text + "\":2}"}) {
        CHECK(error(line).message.size() < 300);
    }
}

TEST_SUITE_END();
