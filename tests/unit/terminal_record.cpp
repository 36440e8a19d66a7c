#include "shepherd/terminal/terminal_record.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "shepherd/system/descriptor.hpp"

using netrunner::Descriptor;
using netrunner::TerminalRecord;

namespace {

// The runner's and a helper's view of one record.
struct Shared {
    Descriptor file{::memfd_create("record", MFD_CLOEXEC)};
    TerminalRecord runner;
    TerminalRecord helper;

    Shared() {
        REQUIRE(::ftruncate(file.get(), static_cast<off_t>(TerminalRecord::size())) == 0);
        REQUIRE(runner.map(file.get()));
        REQUIRE(helper.map(file.get()));
    }
};

TerminalRecord::Change change(std::uint32_t number) {
    TerminalRecord::Change change;
    change.original.local = number;
    change.changed.local = number + 1;
    return change;
}

}  // namespace

TEST_SUITE_BEGIN("terminal_record");

TEST_CASE("a helper sees each change at once, and none after its release") {
    Shared shared;
    CHECK(!shared.helper.change());
    for (const std::uint32_t number : {10U, 20U, 30U}) {
        shared.runner.hold(change(number));
        REQUIRE(shared.helper.change());
        CHECK(shared.helper.change()->original.local == number);
        CHECK(shared.helper.change()->changed.local == number + 1);
    }
    shared.helper.release();
    CHECK(!shared.runner.change());
}

TEST_CASE("the ending of the screen's modes is whole or absent") {
    Shared shared;
    CHECK(shared.helper.screen_ending().empty());
    shared.runner.set_screen_ending("\033[?25h");
    CHECK(shared.helper.screen_ending() == "\033[?25h");
    shared.runner.set_screen_ending(std::string(321, 'x'));
    CHECK(shared.helper.screen_ending().empty());
    shared.runner.set_screen_ending(std::string(320, 'x'));
    CHECK(shared.helper.screen_ending().size() == 320);
}

TEST_CASE("without memory the record is empty, and writing to it does nothing") {
    TerminalRecord record;
    record.hold(change(1));
    record.set_screen_ending("x");
    record.release();
    CHECK(!record.change());
    CHECK(record.screen_ending().empty());
    CHECK(!record.map(-1));
}

TEST_CASE("a record that is moved leaves an empty one") {
    Shared shared;
    shared.runner.hold(change(1));
    TerminalRecord moved(std::move(shared.helper));
    CHECK(moved.change());
    CHECK(!shared.helper.change());  // NOLINT(bugprone-use-after-move)
}

TEST_SUITE_END();
