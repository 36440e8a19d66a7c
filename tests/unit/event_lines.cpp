#include "src/live/event_lines.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <vector>

#include "src/values/utf8.hpp"

using namespace netrunner;
using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

namespace {

const TimePoint begun{1000s};
const EventLines lines(4240, begun);

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (; times > 0; --times) all += text;
    return all;
}

/// The event, after checks of what holds for each line.
Json checked(const std::string& line) {
    CHECK(line.size() <= EventLines::longest);
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(is_utf8(line));
    return Json::parse(line);
}

}  // namespace

TEST_SUITE_BEGIN("event_lines");

TEST_CASE("the lines of the specification") {
    const Words make{"make"};
    CHECK(lines.start(begun + 4ms, 4242, make, 1800s) ==
          R"({"event":"start","t":0.004,"run":4240,"schema":1,"pid":4242,"command":["make"],"timeout":1800})"
          "\n");
    CHECK(lines.output(begun + 5s, 81920, 0) == R"({"event":"output","t":5,"run":4240,"stdout":81920,"stderr":0})"
                                                "\n");
    CHECK(lines.step(begun + 1800s, StopCause::timeout, SIGTERM) ==
          R"({"event":"step","t":1800,"run":4240,"cause":"timeout","signal":"SIGTERM"})"
          "\n");
    CHECK(lines.changed(begun + 90s, 2400s, LimitChange::Peer{1000, 77}) ==
          R"({"event":"changed","t":90,"run":4240,"timeout":2400,"by":{"uid":1000,"pid":77}})"
          "\n");
    CHECK(lines.dropped(begun + 91s, 412, begun + 12'100ms) ==
          R"({"event":"dropped","t":91,"run":4240,"count":412,"since":12.1})"
          "\n");
    CHECK(lines.end(begun + 95s, 0, R"({"schema":1})") ==
          R"({"event":"end","t":95,"run":4240,"status":0,"report":{"schema":1}})"
          "\n");
}

TEST_CASE("a sample has null for what is not known") {
    CHECK(lines.sample(begun + 5s, {.cpu = 1'234ms, .output = 7, .memory = 4096, .processes = 3, .busy = 1.26}) ==
          R"({"event":"sample","t":5,"run":4240,"cpu":1.234,"memory":4096,"processes":3,"read":null,)"
          R"("written":null,"stdout":7,"stderr":null,"busy":1.26})"
          "\n");
    CHECK(lines.sample(begun + 5s, {}).find("\"busy\":null") != std::string::npos);
}

TEST_CASE("the other events, with the fields of the report") {
    CHECK(lines.orphan(begun + 2s, {.pid = 7, .name = "sleep", .command = "sleep 100", .ended_by = SIGKILL}) ==
          R"({"event":"orphan","t":2,"run":4240,"pid":7,"command":"sleep 100","ended_by":"SIGKILL"})"
          "\n");
    CHECK(lines.stopped(begun + 2s, SIGTSTP) == R"({"event":"stopped","t":2,"run":4240,"signal":"SIGTSTP"})"
                                                "\n");
    CHECK(lines.continued(begun + 2s) == R"({"event":"continued","t":2,"run":4240})"
                                         "\n");
    CHECK(lines.exit(begun + 2s, Exited{3}) ==
          R"({"event":"exit","t":2,"run":4240,"exit_code":3,"signal":null,"core_dumped":false,"error":null})"
          "\n");
    CHECK(lines.exit(begun + 2s, Signaled{SIGSEGV, true}) ==
          R"({"event":"exit","t":2,"run":4240,"exit_code":null,"signal":"SIGSEGV","core_dumped":true,"error":null})"
          "\n");
    const NotStarted failed{.stage = "exec", .error = ENOENT, .message = "cannot run 'foo': no such file or directory"};
    CHECK(lines.exit(begun + 2s, failed) ==
          R"({"event":"exit","t":2,"run":4240,"exit_code":null,"signal":null,"core_dumped":false,)"
          R"("error":{"stage":"exec","errno":"ENOENT","message":"cannot run 'foo': no such file or directory"}})"
          "\n");
    const NotStarted unnumbered{.stage = "open", .message = "m"};
    CHECK(checked(lines.exit(begun, unnumbered))["error"]["errno"].is_null());
    for (const End& end : {End(Unended{}), End(Lost{})}) {
        const Json event = checked(lines.exit(begun, end));
        CHECK(event["exit_code"].is_null());
        CHECK(event["signal"].is_null());
    }
}

TEST_CASE("what is not known, or not there, is null") {
    CHECK(checked(lines.start(begun, 1, Words{"a"}, std::nullopt))["timeout"].is_null());
    CHECK(checked(lines.start(begun, 1, Words{"a"}, forever))["timeout"].is_null());
    CHECK(checked(lines.output(begun, std::nullopt, 7)) ==
          Json::parse(R"({"event":"output","t":0,"run":4240,"stdout":null,"stderr":7})"));
    CHECK(checked(lines.changed(begun, forever, std::nullopt)) ==
          Json::parse(R"({"event":"changed","t":0,"run":4240,"timeout":null,"by":null})"));
    const Json orphan = checked(lines.orphan(begun, {.pid = 7, .name = "", .command = ""}));
    CHECK(orphan["command"].is_null());
    CHECK(orphan["ended_by"].is_null());
    CHECK(checked(lines.orphan(begun, {.pid = 7, .name = "kworker", .command = ""}))["command"] == "kworker");
    CHECK(checked(lines.end(begun, 125, ""))["report"].is_null());
}

TEST_CASE("the events of a job name it") {
    const EventLines named(9, begun, JobMark{"the \"first\"", 1});
    CHECK(named.continued(begun) == R"({"event":"continued","t":0,"run":9,"id":"the \"first\"","number":1})"
                                    "\n");
    const EventLines unnamed(9, begun, JobMark{.number = 2});
    CHECK(unnamed.continued(begun) == R"({"event":"continued","t":0,"run":9,"id":null,"number":2})"
                                      "\n");
}

TEST_CASE("a time before the beginning counts as the beginning") {
    CHECK(checked(lines.continued(begun - 1s))["t"] == 0);
    CHECK(checked(lines.dropped(begun, 1, begun - 1s))["since"] == 0);
}

TEST_CASE("a report of many lines becomes one line, and its texts are not changed") {
    const Json report{{"a", {1, 2, Json::object()}}, {"b", "  two\n  lines  "}, {"c", Json::array()}};
    const std::string line = lines.end(begun, 1, report.dump(2) + "\n");
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(Json::parse(line)["report"] == report);
    const std::string large = R"({"a":")" + std::string(100'000, 'x') + R"("})";
    CHECK(lines.end(begun, 1, large).size() > large.size());
}

TEST_CASE("bytes that are not UTF-8 are replaced") {
    const Words words{"a\xff", "\xe2\x82"};
    CHECK(checked(lines.start(begun, 1, words, 1s))["command"] == Json({"a\ufffd", "\ufffd"}));
    CHECK(checked(lines.orphan(begun, {.pid = 1, .name = "x", .command = "b\xc3"}))["command"] == "b\ufffd");
}

TEST_CASE("a long command is cut after a character, and the event says so") {
    // The escape, the replacement and the character that are to be cut: at each possible place.
    for (const char* filler : {"x", "\n", "\x01", "\xff", "\xc3\xa4", "\xf0\x9f\x98\x80", "\""}) {
        for (std::size_t shift = 0; shift < 8; ++shift) {
            const Words words{std::string(shift, 'a') + repeated(filler, 5000)};
            const std::string line = lines.start(begun, 1, words, 1800s);
            const Json event = checked(line);
            CHECK(event["cut"] == true);
            CHECK(event["timeout"] == 1800);
            CHECK(line.size() > EventLines::longest - 150);
            const std::string word = event["command"][0];
            CHECK(word.size() > 600);
        }
    }
}

TEST_CASE("many words are cut, and no word is there that was not") {
    for (std::size_t length = 0; length < 12; ++length) {
        const Words words(10'000, std::string(length, 'w'));
        const Json event = checked(lines.start(begun, 1, words, 1800s));
        CHECK(event["cut"] == true);
        CHECK(event["command"].size() > 100);
        for (const Json& word : event["command"]) CHECK(std::string(length, 'w').starts_with(word.get<std::string>()));
    }
}

TEST_CASE("a command that just fits is whole, one byte more is cut") {
    std::size_t whole = 0;
    for (std::size_t length = 3000; length < 4096; ++length) {
        const Json event = checked(lines.start(begun, 1, Words{std::string(length, 'x')}, 1s));
        const bool cut = event.contains("cut");
        CHECK(cut == (event["command"][0].get<std::string>().size() < length));
        if (cut) break;
        whole = length;
    }
    CHECK(whole > 3800);
    CHECK(whole < 4095);
}

TEST_CASE("every other text is cut too") {
    const std::string text = repeated("\xff", 10'000);
    CHECK(checked(lines.orphan(begun, {.pid = 1, .name = "x", .command = text}))["cut"] == true);
    CHECK(checked(lines.exit(begun, NotStarted{.stage = "exec", .error = ENOENT, .message = text}))["cut"] == true);
    const EventLines job(1, begun, JobMark{text, 1});
    for (const std::string& line :
         {job.continued(begun), job.start(begun, 1, Words{text, text}, 1s), job.exit(begun, Exited{0}),
          job.exit(begun, NotStarted{.stage = "exec", .error = ENOENT, .message = text}),
          job.orphan(begun, {.pid = 1, .name = text, .command = ""}), job.changed(begun, 1s, LimitChange::Peer{1, 2}),
          job.dropped(begun, 1, begun), job.output(begun, 1, 2), job.step(begun, StopCause::orphans, SIGKILL)}) {
        const Json event = checked(line);
        CHECK(event["cut"] == true);
        CHECK(event["id"].get<std::string>().size() > 1000);
    }
}

TEST_SUITE_END();
