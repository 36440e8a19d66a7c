// Tests the relay on real pipes and files, without processes.
#include "src/relay/relay.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>

#include "src/relay/pump.hpp"

using namespace netrunner;

namespace {

struct Pipe {
    Descriptor reader;
    Descriptor writer;
};

Pipe make_pipe(int flags = O_CLOEXEC | O_NONBLOCK) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), flags) == 0);
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void put(const Descriptor& fd, const std::string& text) {
    REQUIRE(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

std::string take(const Descriptor& fd) {
    std::string text(1 << 20, '\0');
    const ssize_t got = ::read(fd.get(), text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

std::string contents(std::FILE* file) {
    std::string text(1 << 20, '\0');
    const ssize_t got = ::pread(::fileno(file), text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

struct Temporary {
    std::FILE* file = std::tmpfile();
    ~Temporary() { std::fclose(file); }
    [[nodiscard]] Sink sink() const { return Sink::owning(duplicate(::fileno(file))); }
};

struct Plumbing {
    Pipe in = make_pipe();
    Pipe out = make_pipe(O_CLOEXEC);  // blocking, as inherited outputs usually are

    Plumbing() { ::signal(SIGPIPE, SIG_IGN); }  // netrunner's main blocks it

    Relay relay(OutputBudget* budget = nullptr, std::optional<Sink> copy = {}) {
        return {Source::owning(std::move(in.reader)), Sink::borrowing(out.writer.get()), std::move(copy), budget, 0};
    }
};

}  // namespace

TEST_SUITE_BEGIN("relay");

TEST_CASE_FIXTURE(Plumbing, "the relay moves the bytes that are there and then waits for its source") {
    Relay relay = this->relay();
    CHECK(relay.move() == Relay::State::needs_source);
    put(in.writer, "hello");
    CHECK(relay.move() == Relay::State::needs_source);
    CHECK(take(out.reader) == "hello");
    CHECK(relay.passed() == 5);
    CHECK(!relay.lost());
    CHECK(relay.dropped() == 0);
}

namespace {

/// Takes up to `room` bytes.
struct Bucket final : Receiver {
    std::string taken;
    std::size_t room = 0;
    IoResult take(std::span<const std::byte> bytes) override {
        const std::size_t size = std::min(room, bytes.size());
        if (size == 0) return {};
        taken.append(reinterpret_cast<const char*>(bytes.data()), size);
        room -= size;
        return {IoResult::Status::moved, size, 0};
    }
};

}  // namespace

TEST_CASE_FIXTURE(Plumbing, "a receiver that is full holds the relay up until it is nudged") {
    Bucket bucket;
    bucket.room = 3;
    Pump pump(Pump::Gathering::never);
    Relay relay(Source::owning(std::move(in.reader)), Sink::into(bucket), std::nullopt, nullptr, 0);
    pump.add(relay, this);
    put(in.writer, "hello");
    const auto soon = [] { return std::chrono::steady_clock::now() + std::chrono::milliseconds(50); };
    CHECK(pump.wait(soon()).kind == Wake::Kind::relay);
    CHECK(relay.state() == Relay::State::needs_sink);
    CHECK(bucket.taken == "hel");
    CHECK(!relay.drained());
    CHECK(pump.wait(soon()).kind == Wake::Kind::deadline);
    bucket.room = 100;
    pump.nudge(relay);
    CHECK(pump.wait(soon()).kind == Wake::Kind::relay);
    CHECK(bucket.taken == "hello");
    CHECK(relay.state() == Relay::State::needs_source);
    pump.remove(relay);
}

TEST_CASE_FIXTURE(Plumbing, "the pump reports when an output takes bytes again") {
    Pump pump;
    pump.watch_room(out.writer.get(), this);
    const auto soon = [] { return std::chrono::steady_clock::now() + std::chrono::milliseconds(50); };
    CHECK(pump.wait(soon()).kind == Wake::Kind::readable);
    CHECK(pump.wait(soon()).kind == Wake::Kind::deadline);
    ::fcntl(out.writer.get(), F_SETFL, O_NONBLOCK);
    const std::string block(65536, 'x');
    while (::write(out.writer.get(), block.data(), block.size()) > 0) {
    }
    CHECK(pump.wait(soon()).kind == Wake::Kind::deadline);
    while (!take(out.reader).empty()) {
        int left = 0;
        if (::ioctl(out.reader.get(), FIONREAD, &left) == 0 && left == 0) break;
    }
    const Wake wake = pump.wait(soon());
    CHECK(wake.kind == Wake::Kind::readable);
    CHECK(wake.descriptor == out.writer.get());
    pump.unwatch(out.writer.get());
}

TEST_CASE_FIXTURE(Plumbing, "the relay says until when a full sink has blocked it") {
    Relay relay = this->relay();
    put(in.writer, "hello");
    relay.move();
    CHECK(!relay.last_blocked());
    put(out.writer, std::string(60'000, 'x'));
    put(in.writer, std::string(60'000, 'y'));
    CHECK(relay.move() == Relay::State::needs_sink);
    const TimePoint before = std::chrono::steady_clock::now();
    CHECK(relay.last_blocked() >= before);
    take(out.reader);
    CHECK(relay.move() == Relay::State::needs_source);
    const auto until = relay.last_blocked();
    CHECK(until >= before);
    CHECK(relay.last_blocked() == until);
}

TEST_CASE_FIXTURE(Plumbing, "the relay ends when its source ends") {
    Relay relay = this->relay();
    put(in.writer, "last");
    in.writer.reset();
    CHECK(relay.move() == Relay::State::ended);
    CHECK(take(out.reader) == "last");
}

TEST_CASE_FIXTURE(Plumbing, "a full sink is waited for without blocking, and no byte is lost") {
    Relay relay = this->relay();
    std::string sent;
    std::string received;
    for (int round = 0; round < 40; ++round) {
        const std::string block(4096, static_cast<char>('a' + round % 26));
        if (::write(in.writer.get(), block.data(), block.size()) > 0) sent += block;
        relay.move();
    }
    CHECK(relay.move() == Relay::State::needs_sink);
    CHECK(relay.blocked() > Duration::zero());
    in.writer.reset();
    ::fcntl(out.reader.get(), F_SETFL, O_NONBLOCK);
    while (relay.move() != Relay::State::ended) received += take(out.reader);
    for (std::string rest = take(out.reader); !rest.empty(); rest = take(out.reader)) received += rest;
    CHECK(received == sent);
    CHECK((::fcntl(out.writer.get(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE_FIXTURE(Plumbing, "a reader that goes away ends the relay, also when nothing is sent") {
    Relay relay = this->relay();
    out.reader.reset();
    relay.move();
    relay.check_reader();
    CHECK(relay.state() == Relay::State::sink_failed);
    CHECK(relay.error() == EPIPE);
}

TEST_CASE_FIXTURE(Plumbing, "a reader that is still open is not reported as gone") {
    Relay relay = this->relay();
    relay.move();
    relay.check_reader();
    CHECK(relay.state() == Relay::State::needs_source);
}

TEST_CASE_FIXTURE(Plumbing, "exactly the budget passes, and one byte more is noticed") {
    OutputBudget budget{.left = 5};
    Relay relay = this->relay(&budget);
    put(in.writer, "12345");
    CHECK(relay.move() == Relay::State::needs_source);
    CHECK(!budget.exceeded);
    CHECK(!relay.take_excess());
    put(in.writer, "678");
    relay.move();
    CHECK(budget.exceeded);
    CHECK(relay.take_excess());
    CHECK(!relay.take_excess());
    relay.move();
    CHECK(relay.dropped() == 3);
    CHECK(!relay.lost());
    CHECK(take(out.reader) == "12345");
    CHECK(relay.passed() == 5);
}

TEST_CASE_FIXTURE(Plumbing, "a stream that ends within the budget has not exceeded it") {
    OutputBudget budget{.left = 5};
    Relay relay = this->relay(&budget);
    put(in.writer, "12345");
    in.writer.reset();
    CHECK(relay.move() == Relay::State::ended);
    CHECK(!budget.exceeded);
}

TEST_CASE_FIXTURE(Plumbing, "two streams share one budget") {
    OutputBudget budget{.left = 6};
    Plumbing other;
    Relay first = relay(&budget);
    Relay second = other.relay(&budget);
    put(in.writer, "1234");
    first.move();
    put(other.in.writer, "abcd");
    second.move();
    CHECK(budget.exceeded);
    CHECK(take(out.reader) == "1234");
    CHECK(take(other.out.reader) == "ab");
}

TEST_CASE_FIXTURE(Plumbing, "bytes that were already read are delivered before discarding begins") {
    Temporary file;
    Relay relay = this->relay(nullptr, file.sink());
    const std::string block(65536, 'x');
    put(in.writer, block);
    relay.move();
    put(in.writer, "promised");
    relay.move();  // it is read, but the sink is full
    relay.discard();
    put(in.writer, "too late");
    std::string received = take(out.reader);
    relay.move();
    received += take(out.reader);
    CHECK(received == block + "promised");
    CHECK(contents(file.file) == block + "promised");
    CHECK(relay.dropped() == 8);
}

TEST_CASE_FIXTURE(Plumbing, "discarding empties the source without passing anything on") {
    Relay relay = this->relay();
    relay.discard();
    put(in.writer, "noise");
    CHECK(relay.move() == Relay::State::needs_source);
    CHECK(relay.passed() == 0);
    CHECK(relay.dropped() == 5);
    CHECK(!relay.lost());
    CHECK(relay.last_moved());  // the stream is not silent
    in.writer.reset();
    CHECK(relay.move() == Relay::State::ended);
}

TEST_CASE_FIXTURE(Plumbing, "what cannot be spliced is discarded too") {
    Temporary file;
    std::fputs("noise", file.file);
    std::rewind(file.file);
    Relay relay(Source::borrowing(::fileno(file.file)), Sink::borrowing(out.writer.get()), {}, nullptr, 0);
    relay.discard();
    CHECK(relay.move() == Relay::State::ended);
    CHECK(relay.dropped() == 5);
}

TEST_CASE_FIXTURE(Plumbing,
                  "after the reader has gone, what was already read is discarded too, and all of it is lost") {
    Temporary file;
    Relay relay = this->relay(nullptr, file.sink());
    out.reader.reset();
    put(in.writer, "four");
    relay.move();
    REQUIRE(relay.state() == Relay::State::sink_failed);
    put(in.writer, "more");
    relay.discard_all();
    CHECK(relay.move() == Relay::State::needs_source);
    CHECK(relay.dropped() == 8);
    CHECK(relay.lost());
}

TEST_CASE("the first byte beyond the budget is reported at once, also if the source never runs dry") {
    OutputBudget budget{.left = 100};
    Relay relay(Source::owning(open_file("/dev/zero", O_RDONLY)), Sink::owning(open_file("/dev/null", O_WRONLY)), {},
                &budget, 0);
    Pump pump;
    pump.add(relay, &budget);
    const Wake wake = pump.wait(std::chrono::steady_clock::now() + std::chrono::seconds(5));
    CHECK(wake.kind == Wake::Kind::relay);
    CHECK(wake.relay == &relay);
    CHECK(budget.exceeded);
    CHECK(relay.passed() == 100);
    CHECK(relay.dropped() == 1);
    // The relay goes on by itself.
    CHECK(pump.wait(std::chrono::steady_clock::now() + std::chrono::milliseconds(20)).kind == Wake::Kind::deadline);
    CHECK(relay.dropped() > 1);
    pump.remove(relay);
}

TEST_CASE_FIXTURE(Plumbing, "a copy gets the same bytes") {
    Temporary file;
    Relay relay = this->relay(nullptr, file.sink());
    put(in.writer, "both");
    relay.move();
    CHECK(take(out.reader) == "both");
    CHECK(contents(file.file) == "both");
}

TEST_CASE_FIXTURE(Plumbing, "a copy that cannot be written is given up alone") {
    Relay relay = this->relay(nullptr, Sink::owning(open_file("/dev/full", O_WRONLY)));
    put(in.writer, "still ");
    relay.move();
    put(in.writer, "here");
    relay.move();
    CHECK(take(out.reader) == "still here");
    CHECK(relay.copy_error() == ENOSPC);
}

TEST_CASE_FIXTURE(Plumbing, "files are written by copying") {
    Temporary file;
    Relay relay(Source::owning(std::move(in.reader)), file.sink(), {}, nullptr, 0);
    put(in.writer, "to a file");
    relay.move();
    CHECK(contents(file.file) == "to a file");
}

TEST_CASE_FIXTURE(Plumbing, "a sink in append mode, which splice refuses, is written by copying") {
    Relay relay(Source::owning(std::move(in.reader)), Sink::owning(open_file("/dev/null", O_WRONLY | O_APPEND)), {},
                nullptr, 0);
    put(in.writer, "gone");
    CHECK(relay.move() == Relay::State::needs_source);
    CHECK(relay.passed() == 4);
}

TEST_CASE_FIXTURE(Plumbing, "stamped lines pass one by one, and only the command's own bytes count") {
    OutputBudget budget{.left = 6};
    Relay relay{Source::owning(std::move(in.reader)),  Sink::borrowing(out.writer.get()), {}, &budget, 0,
                RelayDuties{.stamp = {.prefix = "> "}}};
    put(in.writer, "a\nb");
    relay.move();
    put(in.writer, "c\nd\n");
    relay.move();
    CHECK(take(out.reader) == "> a\n> bc\n> d");
    CHECK(relay.passed() == 6);
    CHECK(budget.exceeded);
}

TEST_CASE_FIXTURE(Plumbing, "the copy has the plain bytes, or its own stamps") {
    for (const bool stamped : {false, true}) {
        Plumbing plumbing;
        Temporary file;
        ScreenModes screen;
        const LineStamp stamp{.prefix = "> "};
        Relay relay{Source::owning(std::move(plumbing.in.reader)),
                    Sink::borrowing(plumbing.out.writer.get()),
                    file.sink(),
                    nullptr,
                    0,
                    RelayDuties{.stamp = stamp, .copy_stamp = stamped ? stamp : LineStamp{}, .screen = &screen}};
        relay.strip_returns();
        put(plumbing.in.writer, "a\r\nb\r");
        relay.move();
        relay.finish_copy();
        CHECK(take(plumbing.out.reader) == "> a\r\n> b\r");
        CHECK(contents(file.file) == (stamped ? "> a\n> b\r" : "a\nb\r"));
    }
}

TEST_CASE_FIXTURE(Plumbing,
                  "an output ends its writes with lines, and an unfinished line follows when nothing more comes") {
    const Temporary file;
    Relay relay{Source::owning(std::move(in.reader)), Sink::borrowing(out.writer.get()), file.sink(), nullptr, 0,
                RelayDuties{.whole_lines = true}};
    put(in.writer, "one\ntwo");
    CHECK(relay.move() == Relay::State::needs_source);
    CHECK(take(out.reader) == "one\ntwo");
    CHECK(contents(file.file) == "one\ntwo");

    // A full block is cut at its last newline. The pipe takes whole lines, too.
    const std::string line = std::string(29, 'x') + "\n";
    ::fcntl(out.writer.get(), F_SETPIPE_SZ, 4096);
    ::fcntl(in.writer.get(), F_SETPIPE_SZ, 256 * 1024);
    std::string all;
    for (int i = 0; i < 5000; ++i) all += line;
    put(in.writer, all);
    in.writer.reset();
    std::string taken;
    while (relay.move() == Relay::State::needs_sink) {
        const std::string part = take(out.reader);
        CHECK(part.size() % line.size() == 0);
        taken += part;
    }
    CHECK(relay.state() == Relay::State::ended);
    CHECK(taken + take(out.reader) == all);
    CHECK(relay.passed() == 7 + all.size());
}

TEST_CASE_FIXTURE(Plumbing, "a line that is held counts as output that is not delivered, and against the limit once") {
    OutputBudget budget{.left = 6};
    const Temporary file;
    Relay relay{Source::owning(std::move(in.reader)), Sink::borrowing(out.writer.get()), file.sink(), &budget, 0,
                RelayDuties{.whole_lines = true}};
    put(in.writer, "one\ntwo\n");
    relay.move();
    CHECK(budget.exceeded);
    CHECK(take(out.reader) == "one\ntw");
    CHECK(relay.passed() == 6);
    CHECK(relay.take_excess());
    CHECK(relay.move() == Relay::State::needs_source);
    CHECK(relay.dropped() == 2);
    relay.begin_drain();
    relay.move();
    CHECK(relay.drained());
}

TEST_CASE_FIXTURE(Plumbing, "a sink that is no terminal gets no carriage returns of the command's terminal either") {
    Temporary file;
    Relay relay{Source::owning(std::move(in.reader)), Sink::borrowing(out.writer.get()), file.sink(), nullptr, 0};
    for (const std::string text : {"plain\r\n", "a\r", "\nb\r", "c\r\n"}) {
        put(in.writer, text);
        relay.move();
        if (text == "plain\r\n") relay.strip_returns();
    }
    put(in.writer, "end\r");
    relay.move();
    relay.begin_drain();
    relay.move();
    CHECK(relay.drained());
    CHECK(take(out.reader) == "plain\r\na\nb\rc\nend\r");
    CHECK(contents(file.file) == "plain\r\na\nb\rc\nend\r");
}

TEST_CASE_FIXTURE(Plumbing, "the modes of the terminal that the sink is are followed, and where its last line ends") {
    ScreenModes screen;
    LinePosition position;
    Relay relay{Source::owning(std::move(in.reader)),
                Sink::borrowing(out.writer.get()),
                {},
                nullptr,
                0,
                RelayDuties{.screen = &screen, .position = &position}};
    put(in.writer, "line\n\033[?25");
    relay.move();
    put(in.writer, "lprompt");
    relay.move();
    CHECK(screen.ending() == "\033[?25h");
    CHECK(!position.is_at_start());
}

TEST_CASE_FIXTURE(Plumbing, "the end of the last line is also known of bytes that are spliced") {
    LinePosition position;
    Relay relay{Source::owning(std::move(in.reader)), Sink::borrowing(out.writer.get()), {}, nullptr, 0,
                RelayDuties{.position = &position}};
    for (const std::string end : {"\n", ".", "\n"}) {
        put(in.writer, std::string(50'000, 'x') + end);
        relay.move();
        CHECK(take(out.reader) == std::string(50'000, 'x') + end);
        CHECK(position.is_at_start() == (end == "\n"));
    }
    // The reader takes the first part of a block, then the rest.
    put(out.writer, std::string(60'000, 'y'));
    put(in.writer, std::string(20'000, 'x') + '\n');
    CHECK(relay.move() == Relay::State::needs_sink);
    take(out.reader);
    relay.move();
    CHECK(position.is_at_start());
    take(out.reader);
    put(in.writer, std::string(50'000, 'x'));
    in.writer = {};
    CHECK(relay.move() == Relay::State::ended);
    CHECK(!position.is_at_start());
}

TEST_CASE_FIXTURE(Plumbing, "the end of the output is kept") {
    OutputTail tail;
    Relay relay{Source::owning(std::move(in.reader)),
                Sink::borrowing(out.writer.get()),
                {},
                nullptr,
                0,
                RelayDuties{.tail = &tail}};
    put(in.writer, "one\ntwo\n");
    relay.move();
    CHECK(take(out.reader) == "one\ntwo\n");
    CHECK(tail.last_lines(1) == "two\n");
}

TEST_CASE_FIXTURE(Plumbing, "a full disk is a failure of the sink, with its errno") {
    Relay relay(Source::owning(std::move(in.reader)), Sink::owning(open_file("/dev/full", O_WRONLY)), {}, nullptr, 0);
    put(in.writer, "x");
    CHECK(relay.move() == Relay::State::sink_failed);
    CHECK(relay.error() == ENOSPC);
    CHECK(relay.lost());
}

TEST_CASE_FIXTURE(Plumbing, "output that is left when the run is over fits into a sink that is made larger") {
    Relay relay = this->relay();
    const std::string block(65536, 'x');
    put(in.writer, block);
    relay.move();
    put(in.writer, block);
    relay.begin_drain();
    CHECK(relay.move() == Relay::State::needs_sink);
    CHECK(!relay.drained());
    REQUIRE(relay.make_room_for_rest());
    relay.move();
    CHECK(relay.drained());
    CHECK(relay.passed() == 2 * block.size());
}

TEST_CASE_FIXTURE(Plumbing, "output that is given up counts as truncated") {
    Relay relay = this->relay();
    put(in.writer, std::string(65536, 'x'));
    relay.move();
    put(in.writer, "y");
    relay.move();
    relay.abandon();
    CHECK(relay.lost());
    CHECK(relay.is_over());
}

TEST_CASE("a file whose disk fails is no file that has ended") {
    Descriptor memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));  // address 0 cannot be read
    REQUIRE(memory);
    std::array<std::byte, 16> room{};
    const IoResult result = Source::owning(std::move(memory)).read(room);
    CHECK(result.status == IoResult::Status::failed);
    CHECK(result.error == EIO);
}

TEST_SUITE_END();
