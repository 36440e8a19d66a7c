// One stream on a real pipe.
#include "src/batch/line_output.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "pipes.hpp"

using namespace netrunner;
using Status = IoResult::Status;
using unit::bytes;

namespace {

struct Lines {
    unit::Pipe pipe;
    Pump pump{Pump::Gathering::never};
    SharedOutput shared{pipe.writer.get(), pump};
    Silences silences;
    LineOutput first{shared, silences};
    LineOutput second{shared, silences};

    /// As a relay: gives it all bytes, or what it takes.
    static std::size_t give(LineOutput& output, const std::string& text) {
        std::size_t taken = 0;
        while (taken < text.size()) {
            const IoResult result = output.take(bytes(text).subspan(taken));
            if (result.status != Status::moved) break;
            taken += result.bytes;
        }
        return taken;
    }
    /// What the reader gets while the writers that wait write, each in its turn.
    std::string read_all() {
        std::string text;
        while (true) {
            const std::string part = pipe.take();
            text += part;
            while (true) {
                const Wake wake = pump.wait(std::chrono::steady_clock::now());
                if (wake.kind == Wake::Kind::deadline) break;
                shared.handle(wake);
            }
            bool has_written = false;
            while (const auto* const next = shared.next_waiting()) {
                (next == &first ? first : second).resume();
                has_written = true;
            }
            if (part.empty() && !has_written) return text;
        }
    }
};

}  // namespace

TEST_SUITE_BEGIN("line_output");

TEST_CASE_FIXTURE(Lines, "whole lines pass at once, and the start of a line waits for its end") {
    CHECK(give(first, "one\ntwo\nth") == 10);
    CHECK(pipe.take() == "one\ntwo\n");
    CHECK(!first.is_empty());
    CHECK(silences.size() == 1);
    CHECK(give(second, "other\n") == 6);
    CHECK(give(first, "ree\n") == 4);
    CHECK(pipe.take() == "other\nthree\n");
    CHECK(first.is_empty());
    CHECK(silences.empty());
}

TEST_CASE_FIXTURE(Lines, "a line that is longer than what is held has the output until its end") {
    const std::string start(LineOutput::longest_line + 1, 'x');
    CHECK(give(first, start) == start.size());
    CHECK(read_all() == start);
    CHECK(give(second, "other\n") == 0);
    CHECK(read_all().empty());
    CHECK(give(first, "rest\nnext\n") == 10);
    CHECK(give(second, "other\n") == 6);
    CHECK(read_all() == "rest\nnext\nother\n");
}

TEST_CASE_FIXTURE(Lines, "with a full pipe no line is broken and nothing is lost") {
    std::string expected;
    std::string from_first;
    std::string from_second;
    for (int i = 0; i < 300; ++i) {
        from_first += std::string(100, 'a') + '\n';
        from_second += std::string(100, 'b') + '\n';
    }
    std::size_t done_first = 0;
    std::size_t done_second = 0;
    std::string text;
    while (done_first < from_first.size() || done_second < from_second.size()) {
        done_first += give(first, from_first.substr(done_first, 1000));
        done_second += give(second, from_second.substr(done_second, 333));
        text += read_all();
    }
    text += read_all();
    CHECK(text.size() == from_first.size() + from_second.size());
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size(); at += 101, ++lines) {
        const std::string line = text.substr(at, 101);
        REQUIRE((line == std::string(100, line[0]) + '\n'));
    }
    CHECK(lines == 600);
}

TEST_CASE_FIXTURE(Lines, "a line that is ended after a silence counts, and its rest begins a line") {
    CHECK(give(first, "start") == 5);
    first.end_line(true);
    CHECK(pipe.take() == "start\n");
    CHECK(first.ended_lines() == 1);
    CHECK(first.is_empty());
    CHECK(first.take_break());
    CHECK(!first.take_break());
    first.end_line(true);
    CHECK(first.ended_lines() == 1);
    CHECK(give(first, "rest\n") == 5);
    CHECK(pipe.take() == "rest\n");
}

TEST_CASE_FIXTURE(Lines, "at the end of the job an unfinished line is ended and does not count") {
    CHECK(give(first, "start") == 5);
    first.end_line(false);
    CHECK(pipe.take() == "start\n");
    CHECK(first.ended_lines() == 0);
    CHECK(silences.empty());
}

TEST_CASE_FIXTURE(Lines, "a long line that is ended after a silence gives the output back") {
    const std::string start(LineOutput::longest_line + 1, 'x');
    CHECK(give(first, start) == start.size());
    CHECK(read_all() == start);
    CHECK(silences.size() == 1);
    first.end_line(true);
    CHECK(give(second, "other\n") == 6);
    CHECK(read_all() == "\nother\n");
}

TEST_CASE_FIXTURE(Lines, "without a reader nothing is taken") {
    pipe.reader = Descriptor();
    CHECK(first.take(bytes("line\n")).error == EPIPE);
    CHECK(second.take(bytes("line\n")).status == Status::failed);
}

TEST_SUITE_END();
