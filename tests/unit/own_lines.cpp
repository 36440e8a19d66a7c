// On real pipes, while lines wait. That netrunner waits for the reader before and after that is tested with the
// program.
#include "src/batch/own_lines.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "pipes.hpp"

using namespace netrunner;
using Status = IoResult::Status;
using unit::bytes;

namespace {

struct Saying {
    unit::Pipe pipe;
    Pump pump{Pump::Gathering::never};
    LinePosition position;
    SharedOutput output{pipe.writer.get(), pump, {.position = &position}};
    OwnLines lines{position, nullptr};
    int job = 0;  // writers are addresses

    Saying() {
        lines.begin_waiting(output);
        look();
    }
    /// Handles what the pump has for the output now.
    void look() {
        while (true) {
            const Wake wake = pump.wait(std::chrono::steady_clock::now());
            if (wake.kind == Wake::Kind::deadline) return;
            output.handle(wake);
        }
    }
    void fill(std::size_t size) { CHECK(output.write(&job, bytes(std::string(size - 1, 'x') + '\n')).bytes == size); }
};

}  // namespace

TEST_SUITE_BEGIN("own_lines");

TEST_CASE_FIXTURE(Saying, "a line goes out at once if there is room, and begins a line") {
    lines.say("one");
    CHECK(pipe.take() == "netrunner: one\n");
    CHECK(output.write(&job, bytes("no end")).bytes == 6);
    lines.say("two");
    CHECK(pipe.take() == "no end\nnetrunner: two\n");
}

TEST_CASE_FIXTURE(Saying, "lines that are not read wait, and come whole and in order before a job's next bytes") {
    fill(4096);
    lines.say("one");
    lines.say("two");
    CHECK(lines.has_room());
    CHECK(pipe.take().size() == 4096);
    look();
    CHECK(output.write(&job, bytes("later\n")).status == Status::would_block);
    lines.attend();
    CHECK(output.write(&job, bytes("later\n")).bytes == 6);
    CHECK(pipe.take() == "netrunner: one\nnetrunner: two\nlater\n");
}

TEST_CASE_FIXTURE(Saying, "a line that is longer than the room goes on where it stopped, and nothing comes between") {
    const std::string text(10'000, 'y');
    lines.say(text);
    CHECK(output.write(&job, bytes("job\n")).status == Status::would_block);
    std::string all;
    for (int i = 0; i < 5; ++i) {
        all += pipe.take();
        look();
        lines.attend();
        static_cast<void>(output.write(&job, bytes("job\n")));
    }
    all += pipe.take();
    CHECK((all.substr(0, 11 + text.size() + 1) == "netrunner: " + text + "\n"));
    CHECK(all.substr(11 + text.size() + 1, 4) == "job\n");
}

TEST_CASE_FIXTURE(Saying, "a line waits for the end of a line that a job holds") {
    CHECK(output.write(&job, bytes("begun")).bytes == 5);
    output.hold(&job);
    lines.say("one");
    CHECK(pipe.take() == "begun");
    CHECK(output.write(&job, bytes(" and ended\n")).bytes == 11);
    output.release(&job);
    lines.attend();
    CHECK(pipe.take() == " and ended\nnetrunner: one\n");
}

TEST_CASE_FIXTURE(Saying, "when much waits, there is no more room for answers") {
    fill(4096);
    while (lines.has_room()) lines.say(std::string(1000, 'z'));
    CHECK(pipe.take().size() == 4096);
    for (std::string part = "x"; !part.empty(); part = pipe.take()) {
        look();
        lines.attend();
    }
    CHECK(lines.has_room());
}

TEST_CASE_FIXTURE(Saying, "without a reader nothing waits any more") {
    fill(4096);
    lines.say("one");
    pipe.reader = Descriptor();
    look();
    lines.attend();
    CHECK(lines.has_room());
    lines.say("two");
}

TEST_SUITE_END();
