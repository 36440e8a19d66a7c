#include "src/live/line_writer.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <chrono>

#include "pipes.hpp"

using namespace netrunner;
using namespace std::chrono_literals;
using Kind = EventQueue::Kind;
using std::chrono::steady_clock;

namespace {

const EventLines lines(1, TimePoint{});

struct StuckReader {
    unit::Pipe pipe;
    LineWriter writer;

    explicit StuckReader(int capacity) : writer(Sink::borrowing(pipe.writer.get()), lines) {
        ::fcntl(pipe.writer.get(), F_SETPIPE_SZ, capacity);
    }
    void add(int count, Kind kind = Kind::other) {
        for (int i = 0; i < count; ++i) writer.queue().add(kind, std::string(99, 'x') + "\n", steady_clock::now());
    }
    std::string read() {
        std::string all(1 << 20, ' ');
        const ssize_t got = ::read(pipe.reader.get(), all.data(), all.size());
        all.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return all;
    }
};

}  // namespace

TEST_SUITE_BEGIN("line_writer");

TEST_CASE("whole lines are written until the pipe is full, and the rest when it is read") {
    StuckReader reader(4096);
    reader.add(100);
    reader.writer.flush();
    CHECK(reader.writer.queue().figures().written == 40);
    CHECK(reader.read().size() == 4000);
    reader.writer.flush();
    CHECK(reader.writer.queue().figures().written == 80);
}

TEST_CASE("at the end a full pipe is enlarged, so that nothing is lost and no time passes") {
    StuckReader reader(4096);
    reader.add(400);
    reader.writer.flush();
    reader.writer.queue().add(Kind::end, std::string(9999, 'e') + "\n", steady_clock::now());
    const auto begun = steady_clock::now();
    reader.writer.flush_until(begun + 10s);
    CHECK(steady_clock::now() - begun < 5s);
    CHECK(reader.writer.queue().empty());
    CHECK(reader.read().ends_with("e\n"));
}

TEST_CASE("a reader that is gone drops what waits and what follows") {
    StuckReader reader(4096);
    reader.add(100);
    reader.writer.flush();
    reader.pipe.reader.reset();
    reader.writer.flush();
    CHECK(reader.writer.is_gone());
    reader.add(5);
    reader.writer.flush_until(steady_clock::now() + 10s);
    const auto figures = reader.writer.queue().figures();
    CHECK(figures.written == 40);
    CHECK(figures.dropped == 65);
}
