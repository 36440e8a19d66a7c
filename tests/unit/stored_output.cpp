// With a real spill file.
#include "src/batch/stored_output.hpp"

#include <doctest/doctest.h>
#include <malloc.h>

#include <algorithm>
#include <utility>

#include "pipes.hpp"

using netrunner::OutputStorage;
using netrunner::SpillFile;
using netrunner::StoredOutput;
using unit::bytes;

namespace {

OutputStorage storage_of(netrunner::Size memory, netrunner::Size each, netrunner::Size file) {
    return {.most_memory = memory, .most_memory_each = each, .file = SpillFile(file)};
}

/// Everything that is stored, in order: the stream, a colon and its bytes.
std::string drain(StoredOutput& stored, std::size_t step = 1U << 20U) {
    std::string text;
    bool is_error = false;
    while (!stored.is_empty()) {
        const auto front = stored.front();
        if (front.empty()) return text + " unreadable";
        if (text.empty() || std::exchange(is_error, stored.is_error()) != stored.is_error())
            text += stored.is_error() ? "2:" : "1:";
        is_error = stored.is_error();
        const auto part = front.first(std::min(step, front.size()));
        text.append(reinterpret_cast<const char*>(part.data()), part.size());
        stored.advance(part.size());
    }
    return text;
}

/// What `size` bytes, alternating between the streams after each byte, look like when they are drained.
std::string drained_alternation(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += i % 2 == 0 ? "1:a" : "2:b";
    return text;
}

/// Stores one byte of standard output, one of standard error and so on, until there is no more room; returns how many.
std::size_t alternate(StoredOutput& stored, std::size_t most = SIZE_MAX) {
    std::size_t count = 0;
    while (count < most && stored.store(count % 2 == 1, bytes(count % 2 == 1 ? "b" : "a")) > 0) ++count;
    return count;
}

}  // namespace

TEST_SUITE_BEGIN("stored_output");

TEST_CASE("both streams come back in the order in which they were stored") {
    for (const bool in_file : {false, true}) {
        for (const std::size_t step : {1, 3, 1000}) {
            OutputStorage storage = storage_of(in_file ? 0 : 1000, 1000, in_file ? 4096 : 0);
            StoredOutput stored(storage);
            CHECK(stored.is_empty());
            CHECK(stored.store(false, bytes("one ")) == 4);
            CHECK(stored.store(false, bytes("two ")) == 4);
            CHECK(stored.store(true, bytes("error ")) == 6);
            CHECK(stored.store(false, bytes("three")) == 5);
            CHECK(storage.file.used() == (in_file ? 4096 : 0));
            CHECK(drain(stored, step) == "1:one two 2:error 1:three");
            CHECK(storage.memory == 0);
            CHECK(storage.file.used() == 0);
        }
    }
}

TEST_CASE("what is stored while the first bytes are being read comes after them") {
    for (const bool in_file : {false, true}) {
        OutputStorage storage = storage_of(in_file ? 0 : 1000, 1000, in_file ? 4096 : 0);
        StoredOutput stored(storage);
        CHECK(stored.store(false, bytes("one")) == 3);
        CHECK(stored.front().size() == 3);
        stored.advance(1);
        CHECK(stored.store(false, bytes("two")) == 3);
        CHECK(stored.store(false, bytes("three")) == 5);
        CHECK(drain(stored) == "1:netwothree");
        CHECK(stored.store(true, bytes("again")) == 5);
        CHECK(drain(stored) == "2:again");
    }
}

TEST_CASE("what does not fit into memory goes to the file, and nothing beyond its limit is taken") {
    for (const std::size_t step : {1, 7, 100'000}) {
        OutputStorage storage = storage_of(1000, 500, 8192);
        StoredOutput stored(storage);
        const std::string first(300, 'x');
        const std::string block(5000, 'y');
        CHECK(stored.store(false, bytes(first)) == 300);
        CHECK(stored.store(true, bytes(block)) == 5000);
        CHECK(storage.file.used() == 8192);
        const std::size_t rest = stored.store(false, bytes(block));
        CHECK(rest == 8192 - 5000 - 6);
        CHECK(stored.store(false, bytes("kl")) == 0);
        CHECK((drain(stored, step) == "1:" + first + "2:" + block + "1:" + std::string(rest, 'y')));
        CHECK(storage.file.used() == 0);
        CHECK(storage.memory == 0);
    }
}

TEST_CASE("all jobs together have a limit of memory, and clearing gives it back") {
    OutputStorage storage = storage_of(1000, 600, 0);
    StoredOutput first(storage);
    const std::string most(400, 'x');
    CHECK(first.store(false, bytes(most)) == 400);
    {
        StoredOutput second(storage);
        CHECK(second.store(false, bytes(most)) == 0);
        CHECK(second.store(false, bytes("ab")) == 2);
    }
    CHECK(storage.memory >= 400);
    CHECK(storage.memory <= 600);
    first.clear();
    CHECK(first.is_empty());
    CHECK(storage.memory == 0);
}

TEST_CASE("nearly all of the memory is for bytes") {
    constexpr netrunner::Size most = netrunner::Size{1} << 20U;
    for (const std::size_t size : {100, 1000, 5000, 65536}) {
        OutputStorage storage = storage_of(most, most, 0);
        StoredOutput stored(storage);
        const std::string block(size, 'x');
        std::size_t all = 0;
        while (stored.store(false, bytes(block)) > 0) all += size;
        CHECK(all > most - most / 8);
        CHECK(storage.memory <= most);
    }
}

TEST_CASE("the limit of memory holds for the smallest pieces of alternating streams") {
    constexpr netrunner::Size most = netrunner::Size{1} << 20U;
    const auto allocated = [] { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; };
    OutputStorage storage = storage_of(most, most, 0);
    StoredOutput stored(storage);
    const std::size_t before = allocated();
    const std::size_t count = alternate(stored);
    CHECK(count > most / 8);
    CHECK(storage.memory <= most);
    CHECK(allocated() - before <= most + 64 * 1024);
    CHECK((drain(stored) == drained_alternation(count)));
}

TEST_CASE("the smallest pieces take the same room in the file, and come back") {
    constexpr netrunner::Size most = 256 * 1024;
    OutputStorage storage = storage_of(0, 0, most);
    StoredOutput first(storage);
    StoredOutput second(storage);
    const std::size_t count = alternate(first, most / 8);
    CHECK(count == most / 8);
    CHECK(alternate(second) > most / 16);
    CHECK(storage.file.used() == most);
    CHECK((drain(first) == drained_alternation(count)));
    // What was read can be written again.
    CHECK(alternate(second, most / 16) == most / 16);
}

TEST_CASE("a file that is drained all the time never pieces out") {
    OutputStorage storage = storage_of(0, 0, 128 * 1024);
    StoredOutput first(storage);
    StoredOutput second(storage);
    const std::string block(1000, 'x');
    REQUIRE(second.store(true, bytes("a piece that stays until the end")) > 0);
    REQUIRE(first.store(false, bytes(block)) == block.size());
    for (int i = 0; i < 10'000; ++i) {
        REQUIRE(first.store(i % 2 == 0, bytes(block)) == block.size());
        for (std::size_t left = block.size(); left > 0;) {
            const auto front = first.front();
            REQUIRE(!front.empty());
            const std::size_t size = std::min({left, front.size(), std::size_t{100}});
            first.advance(size);
            left -= size;
        }
    }
    CHECK(storage.file.used() <= 5 * storage.file.page());
    CHECK(drain(second) == "2:a piece that stays until the end");
}

TEST_CASE("clearing frees the file, also after a part was read") {
    OutputStorage storage = storage_of(0, 0, 16384);
    StoredOutput first(storage);
    StoredOutput second(storage);
    CHECK(first.store(false, bytes("first")) == 5);
    CHECK(second.store(true, bytes("second")) == 6);
    CHECK(first.store(false, bytes("third")) == 5);
    CHECK(first.front().size() == 10);
    first.advance(2);
    first.clear();
    CHECK(storage.file.used() == 4096);
    CHECK(drain(second) == "2:second");
    CHECK(storage.file.used() == 0);
}

TEST_SUITE_END();
