#include "src/ctl/control_message.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "src/live/control_reply.hpp"
#include "src/live/control_request.hpp"

using namespace netrunner;
using nlohmann::json;

namespace {

using Command = CtlOptions::Command;

json request(CtlOptions options) {
    options.target = "42";
    const std::string line = request_line(options);
    CHECK(line.ends_with('\n'));
    return json::parse(line);
}

}  // namespace

TEST_SUITE_BEGIN("control_message");

TEST_CASE("a request names the command and what it needs") {
    CHECK(request({.command = Command::status}) == json{{"id", 1}, {"cmd", "status"}});
    CHECK(request({.command = Command::close_stdin}) == json{{"id", 1}, {"cmd", "close-stdin"}});
    CHECK(request({.command = Command::signal, .signal = SIGUSR1})["name"] == "SIGUSR1");
    CHECK(request({.command = Command::extend, .duration = "10m"})["by"] == "10m");
    CHECK(request({.command = Command::extend, .duration = "40m", .sets_limit = true})["to"] == "40m");
    const json resize = request({.command = Command::resize, .size = {120, 40}});
    CHECK(resize["columns"] == 120);
    CHECK(resize["rows"] == 40);
}

TEST_CASE("bytes are written as text if they are UTF-8 and do not become too long") {
    CHECK(json::parse(write_request("a\n\"ü\"")) == json{{"id", 1}, {"cmd", "write"}, {"data", "a\n\"ü\""}});
    const json binary = json::parse(write_request("\xff"));
    CHECK(binary["data"] == "/w==");
    CHECK(binary["base64"] == true);
    CHECK(!json::parse(write_request(std::string(100, '\0'))).contains("base64"));
    CHECK(json::parse(write_request(std::string(20'000, '\0')))["base64"] == true);
    // A piece of ctl stays below 64 KiB, whatever it contains.
    for (const char byte : {'a', '\n', '\0', '\xff'})
        CHECK(write_request(std::string(std::size_t{45} * 1024, byte)).size() < 65536);
}

TEST_CASE("a read asks for 64 KiB at most") {
    CHECK(json::parse(read_request("stderr", 10)) ==
          json{{"id", 1}, {"cmd", "read"}, {"stream", "stderr"}, {"max", 10}});
    CHECK(json::parse(read_request("stdout", unlimited))["max"] == 65536);
}

TEST_CASE("events, answers and refusals are told apart") {
    const ControlReply event = parse_reply(R"({"event":"output","t":5,"run":42})");
    CHECK(event.event == "output");
    CHECK(!event.is_answer);
    const ControlReply done = parse_reply(R"({"id":1,"ok":true})");
    CHECK(done.event.empty());
    CHECK(done.is_answer);
    CHECK(!done.problem);
    CHECK(!parse_reply(R"({"id":2,"ok":true})").is_answer);
    CHECK(parse_reply(R"({"id":1,"error":"no-terminal","message":"the run has none"})").problem == "the run has none");
    CHECK(parse_reply(R"({"error":"busy"})").problem == "busy");
    CHECK(parse_reply(R"({"id":1,"data":"abc"})").data == "abc");
    CHECK(parse_reply(R"({"id":1,"data":"/w==","base64":true})").data == "\xff");
    CHECK(parse_reply(R"({"id":1,"end":true})").is_end);
    CHECK_THROWS_AS(parse_reply("[]"), std::runtime_error);
    CHECK_THROWS_AS(parse_reply("{"), std::runtime_error);
    CHECK_THROWS_AS(parse_reply(R"({"id":1,"data":"/w=","base64":true})"), std::runtime_error);
}

TEST_CASE("a status is a few aligned lines, an extension the new limit") {
    CHECK(render_reply(Command::status,
                       R"({"id":1,"ok":true,"state":"running","pid":4242,"elapsed":90.5,"timeout":null,)"
                       R"("command":["make","\u001b[31m"],"stdout":81920})") ==
          "state    running\n"
          "pid      4242\n"
          "elapsed  1m30.5s\n"
          "timeout  -\n"
          "command  make ?[31m\n"
          "stdout   80 KiB\n");
    CHECK(render_reply(Command::extend, R"({"id":1,"ok":true,"timeout":2400})") == "time limit 40m\n");
    CHECK(render_reply(Command::extend, R"({"id":1,"ok":true,"timeout":null})") == "no time limit\n");
    CHECK(render_reply(Command::stop, R"({"id":1,"ok":true})").empty());
}

TEST_CASE("a run understands each request of ctl, and ctl each reply of a run") {
    const auto understood = [](std::string line) {
        line.pop_back();
        const auto parsed = parse_control(line);
        if (const auto* wrong = std::get_if<ControlError>(&parsed)) FAIL(line, ": ", wrong->message);
        CHECK(std::get<ControlRequest>(parsed).id == "1");
        return std::get<ControlRequest>(parsed).command;
    };
    CHECK(std::holds_alternative<AskStatus>(understood(request_line({.command = Command::status}))));
    CHECK(std::holds_alternative<SubscribeEvents>(understood(request_line({.command = Command::events}))));
    CHECK(std::holds_alternative<StopRun>(understood(request_line({.command = Command::stop}))));
    CHECK(std::holds_alternative<CloseInput>(understood(request_line({.command = Command::close_stdin}))));
    for (int signal = 1; signal <= 64; ++signal) {
        if (signal == 32 || signal == 33) continue;  // the C library's own
        const auto command = understood(request_line({.command = Command::signal, .signal = signal}));
        CHECK(std::get<SendSignal>(command).signal == signal);
    }
    for (const bool sets : {false, true}) {
        const CtlOptions options{.command = Command::extend, .duration = "1h30m", .sets_limit = sets};
        const auto extend = std::get<ExtendLimit>(understood(request_line(options)));
        CHECK(extend.adds != sets);
        CHECK(extend.time == std::chrono::minutes(90));
    }
    const auto resize = understood(request_line({.command = Command::resize, .size = {120, 40}}));
    CHECK(std::get<ResizeWindow>(resize).size == WindowSize{120, 40});
    for (const std::string& bytes : {std::string("a\n"), std::string("\xff\0", 2), std::string(40'000, '\x01')}) {
        CHECK(std::get<WriteInput>(understood(write_request(bytes))).bytes == bytes);
        CHECK(parse_reply(data_reply("1", bytes)).data == bytes);
    }
    const auto read = std::get<ReadOutput>(understood(read_request("stderr", unlimited)));
    CHECK(read.error_stream);
    CHECK(read.max == ReadOutput::most);
    CHECK(parse_reply(ok_reply("1")).is_answer);
    CHECK(parse_reply(end_reply("1")).is_end);
    CHECK(parse_reply(error_reply({"1", "no-terminal", "why"})).problem == "why");
}

TEST_SUITE_END();
