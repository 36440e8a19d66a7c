// On real pipes.
#include "src/batch/shared_output.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>

#include "pipes.hpp"

using namespace netrunner;
using Status = IoResult::Status;
using unit::bytes;

namespace {

struct Sharing {
    unit::Pipe pipe;
    Pump pump{Pump::Gathering::never};
    SharedOutput output{pipe.writer.get(), pump};
    int first = 0;  // writers are addresses
    int second = 0;

    /// Handles what the pump has for the output now.
    void look() {
        while (true) {
            const Wake wake = pump.wait(std::chrono::steady_clock::now());
            if (wake.kind == Wake::Kind::deadline) return;
            CHECK(output.handle(wake));
        }
    }
    void fill() {
        const std::string block(4096, 'x');
        while (output.write(&first, bytes(block)).status == Status::moved) {
        }
    }
};

}  // namespace

TEST_SUITE_BEGIN("shared_output");

TEST_CASE_FIXTURE(Sharing, "writers write in turn, and a writer that has begun a line holds the others up") {
    CHECK(output.write(&first, bytes("a")).bytes == 1);
    CHECK(output.write(&second, bytes("b")).bytes == 1);
    output.hold(&first);
    CHECK(output.write(&second, bytes("c")).status == Status::would_block);
    CHECK(output.next_waiting() == nullptr);
    CHECK(output.write(&first, bytes("d")).bytes == 1);
    output.release(&second);  // it does not hold it
    CHECK(output.write(&second, bytes("c")).status == Status::would_block);
    output.release(&first);
    CHECK(output.next_waiting() == &second);
    CHECK(output.next_waiting() == nullptr);
    CHECK(output.write(&second, bytes("c")).bytes == 1);
    CHECK(pipe.take() == "abdc");
}

TEST_CASE_FIXTURE(Sharing, "after a full pipe the writers go on in the order in which they came") {
    look();
    fill();
    CHECK(output.write(&second, bytes("b")).status == Status::would_block);
    CHECK(output.write(&second, bytes("b")).status == Status::would_block);
    look();
    CHECK(output.next_waiting() == nullptr);
    CHECK(pipe.take().size() == 4096);
    look();
    CHECK(output.next_waiting() == &first);
    CHECK(output.next_waiting() == &second);
    CHECK(output.next_waiting() == nullptr);
}

TEST_CASE_FIXTURE(Sharing, "a writer that fills the output again does not overtake those that were named before") {
    look();
    fill();  // the first writer waits
    CHECK(output.write(&second, bytes("b")).status == Status::would_block);
    CHECK(pipe.take().size() == 4096);
    look();
    CHECK(output.next_waiting() == &first);
    CHECK(output.next_waiting() == &second);
    const SharedOutput::Writer third = &output;
    CHECK(output.write(third, bytes("c")).status == Status::would_block);  // it has not been named
    fill();                                                                // the first one again
    CHECK(output.write(&second, bytes("b")).status == Status::would_block);
    CHECK(pipe.take().size() == 4096);
    look();
    CHECK(output.next_waiting() == &second);  // it has kept its turn
    CHECK(output.next_waiting() == third);
    CHECK(output.next_waiting() == &first);
    CHECK(output.write(&second, bytes("b")).bytes == 1);
    CHECK(output.write(third, bytes("c")).bytes == 1);
    CHECK(pipe.take() == "bc");
}
TEST_CASE_FIXTURE(Sharing, "the holder goes first after a full pipe") {
    look();
    fill();
    CHECK(output.write(&second, bytes("b")).status == Status::would_block);
    output.forget(&first);
    output.hold(&first);
    CHECK(output.write(&first, bytes("a")).status == Status::would_block);
    CHECK(pipe.take().size() == 4096);
    look();
    CHECK(output.next_waiting() == &first);
    CHECK(output.next_waiting() == nullptr);
    output.forget(&first);
    CHECK(output.next_waiting() == &second);
}

TEST_CASE_FIXTURE(Sharing, "a reader that goes is noticed without a write, and each writer learns of it") {
    look();
    fill();
    CHECK(output.write(&second, bytes("b")).status == Status::would_block);
    output.hold(&first);
    pipe.reader = Descriptor();
    look();
    CHECK(output.error() == EPIPE);
    CHECK(output.next_waiting() == &first);
    CHECK(output.next_waiting() == &second);
    const IoResult result = output.write(&second, bytes("b"));
    CHECK(result.status == Status::failed);
    CHECK(result.error == EPIPE);
}

TEST_CASE("a device without room fails for all that follows") {
    const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    REQUIRE(full);
    Pump pump{Pump::Gathering::never};
    SharedOutput output(full.get(), pump);
    const int writer = 0;
    CHECK(output.write(&writer, bytes("a")).error == ENOSPC);
    CHECK(output.error() == ENOSPC);
    CHECK(output.write(&writer, bytes("a")).status == Status::failed);
}

TEST_CASE_FIXTURE(Sharing, "the place where netrunner's own lines go knows what was written") {
    LinePosition position;
    unit::Pipe other;
    SharedOutput noted(other.writer.get(), pump, {.position = &position});
    CHECK(noted.write(&first, bytes("no end")).bytes == 6);
    CHECK(!position.is_at_start());
    CHECK(noted.write(&first, bytes("\n")).bytes == 1);
    CHECK(position.is_at_start());
}

TEST_SUITE_END();
