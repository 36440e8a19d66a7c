#include "src/live/asked_output.hpp"

#include <doctest/doctest.h>

#include "pipes.hpp"
#include "src/relay/relay.hpp"

using namespace netrunner;

namespace {

IoResult offer(AskedOutput& output, std::string_view bytes) { return output.take(std::as_bytes(std::span(bytes))); }

}  // namespace

TEST_SUITE_BEGIN("asked_output");

TEST_CASE("it takes bytes only for a request, and no more than that asks for") {
    AskedOutput output;
    CHECK(output.room() == 0);
    CHECK(offer(output, "abc").status == IoResult::Status::would_block);
    CHECK(!output.was_asked());
    CHECK(output.ask(2));
    CHECK(output.room() == 2);
    CHECK(!output.ask(5));
    CHECK(offer(output, "abc").bytes == 2);
    CHECK(output.room() == 0);
    CHECK(!output.ask(5));  // the answer has not been taken
    CHECK(output.take_answer() == "ab");
    CHECK(!output.take_answer());
    CHECK(output.ask(5));
    output.withdraw();
    CHECK(offer(output, "c").status == IoResult::Status::would_block);
}

TEST_CASE("a relay leaves what is not asked for in the pipe, and sees the end all the same") {
    unit::Pipe pipe;
    AskedOutput output;
    Relay relay(Source::owning(std::move(pipe.reader)), Sink::into(output), std::nullopt, nullptr, 0);
    CHECK(relay.move() == Relay::State::needs_source);
    REQUIRE(::write(pipe.writer.get(), "abcdef", 6) == 6);
    CHECK(relay.move() == Relay::State::needs_sink);
    CHECK(bytes_waiting(relay.source().descriptor()) == 6);
    output.ask(4);
    CHECK(relay.move() == Relay::State::needs_sink);
    CHECK(output.take_answer() == "abcd");
    CHECK(bytes_waiting(relay.source().descriptor()) == 2);
    CHECK(relay.passed() == 4);
    pipe.writer.reset();
    CHECK(relay.move() == Relay::State::needs_sink);
    output.ask(100);
    relay.move();
    CHECK(output.take_answer() == "ef");
    CHECK(relay.move() == Relay::State::ended);
}
