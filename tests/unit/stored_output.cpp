// With a real spill file.
#include "src/batch/stored_output.hpp"

#include <doctest/doctest.h>

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
        if (text.empty() || std::exchange(is_error, stored.is_error()) != stored.is_error())
            text += stored.is_error() ? "2:" : "1:";
        is_error = stored.is_error();
        const auto front = stored.front();
        REQUIRE(!front.empty());
        const auto part = front.first(std::min(step, front.size()));
        text.append(reinterpret_cast<const char*>(part.data()), part.size());
        stored.advance(part.size());
    }
    return text;
}

}  // namespace

TEST_SUITE_BEGIN("stored_output");

TEST_CASE("both streams come back in the order in which they were stored") {
    for (const std::size_t step : {1, 3, 1000}) {
        OutputStorage storage = storage_of(1000, 1000, 0);
        StoredOutput stored(storage);
        CHECK(stored.is_empty());
        CHECK(stored.store(false, bytes("one ")) == 4);
        CHECK(stored.store(false, bytes("two ")) == 4);
        CHECK(stored.store(true, bytes("error ")) == 6);
        CHECK(stored.store(false, bytes("three")) == 5);
        CHECK(drain(stored, step) == "1:one two 2:error 1:three");
        CHECK(storage.memory == 0);
    }
}

TEST_CASE("what does not fit into memory goes to the file, and nothing beyond its limit is taken") {
    for (const std::size_t step : {1, 7, 1000}) {
        OutputStorage storage = storage_of(1000, 8, 10);
        StoredOutput stored(storage);
        CHECK(stored.store(false, bytes("01234567")) == 8);
        CHECK(stored.store(true, bytes("abcdef")) == 6);
        CHECK(stored.store(false, bytes("ghijkl")) == 4);
        CHECK(stored.store(false, bytes("kl")) == 0);
        CHECK(storage.file.used() == 10);
        CHECK(drain(stored, step) == "1:012345672:abcdef1:ghij");
        CHECK(storage.file.used() == 0);
        CHECK(storage.memory == 0);
    }
}

TEST_CASE("all jobs together have a limit of memory, and clearing gives it back") {
    OutputStorage storage = storage_of(10, 8, 0);
    StoredOutput first(storage);
    CHECK(first.store(false, bytes("01234567")) == 8);
    {
        StoredOutput second(storage);
        CHECK(second.store(false, bytes("abc")) == 0);
        CHECK(second.store(false, bytes("ab")) == 2);
    }
    CHECK(storage.memory == 8);
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
        CHECK(storage.memory <= most + 65536);
    }
}

TEST_CASE("clearing frees the file, also after a part was read") {
    OutputStorage storage = storage_of(0, 0, 100);
    StoredOutput first(storage);
    StoredOutput second(storage);
    CHECK(first.store(false, bytes("first")) == 5);
    CHECK(second.store(true, bytes("second")) == 6);
    CHECK(first.store(false, bytes("third")) == 5);
    CHECK(first.front().size() == 5);
    first.advance(2);
    first.clear();
    CHECK(storage.file.used() == 6);
    CHECK(drain(second) == "2:second");
    CHECK(storage.file.end() == 0);
}

TEST_SUITE_END();
