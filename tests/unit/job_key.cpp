#include "src/batch/job_key.hpp"

#include <doctest/doctest.h>

#include <set>

#include "cpu_time_of.hpp"

using namespace netrunner;

namespace {

Options running(std::vector<std::string> command) {
    Options options;
    options.command = std::move(command);
    return options;
}

JobKey key_of(const Options& options) { return job_key(std::nullopt, options); }

}  // namespace

TEST_SUITE_BEGIN("job_key");

TEST_CASE("what a job runs decides its key") {
    std::set<JobKey> keys;
    const auto is_new = [&](const Options& options) { return keys.insert(key_of(options)).second; };
    CHECK(is_new(running({"a", "b"})));
    CHECK(is_new(running({"ab"})));
    CHECK(is_new(running({"a", "b", ""})));
    CHECK(is_new(running({"a", "1:b"})));
    Options other = running({"a", "b"});
    CHECK(!is_new(other));
    other.directory = "/tmp";
    CHECK(is_new(other));
    other = running({"a", "b"});
    other.set.push_back({"A", "1"});
    CHECK(is_new(other));
    other.set[0].value = std::nullopt;
    CHECK(is_new(other));
    other = running({"a", "b"});
    other.unset.emplace_back("A");
    CHECK(is_new(other));
    other = running({"a", "b"});
    other.ignore_environment = true;
    CHECK(is_new(other));
    other = running({"a", "b"});
    other.standard_input = StreamChoice{StreamChoice::Mode::file, "in"};
    CHECK(is_new(other));
    other = running({"a", "b"});
    other.argv0 = "x";
    CHECK(is_new(other));
}

TEST_CASE("limits and other options do not change the key") {
    Options other = running({"a"});
    other.timeout = std::chrono::seconds(3);
    other.standard_input = StreamChoice{StreamChoice::Mode::null};
    CHECK(key_of(other) == key_of(running({"a"})));
}

TEST_CASE("an id alone is the key") {
    CHECK(job_key("x", running({"a"})) == job_key("x", running({"b"})));
    CHECK(job_key("x", running({"a"})) != job_key("y", running({"a"})));
    CHECK(job_key("x", running({"a"})) != key_of(running({"a"})));
    CHECK(record_key("x") != job_key("x", {}));
}

TEST_CASE("the key stays the same from one version to the next") {
    // If this fails, reports of older versions cannot be resumed: change the schema's number.
    CHECK(key_text(key_of(running({"echo", "a"}))) == "d0516cb9255aca36985972490c2503d0");
    CHECK(key_text(job_key("one", {})) == "f0290c88ddab09cbe908d4dfbc8aeacb");
}

TEST_CASE("a key's text is read back") {
    const JobKey key{0x0123456789abcdef, 42};
    CHECK(key_text(key) == "0123456789abcdef000000000000002a");
    CHECK(key_in(key_text(key)) == key);
    for (const char* text : {"", "0123", "0123456789abcdef00000000000000zz", "0123456789abcdef000000000000002a0",
                             "0x23456789abcdef000000000000002a", "-123456789abcdef000000000000002a"})
        CHECK(!key_in(text));
}

TEST_CASE("a set says whether a key is new") {
    KeySet set;
    for (std::uint64_t i = 1; i <= 10'000; ++i) CHECK(set.insert({i * 7, i % 13}));
    for (std::uint64_t i = 1; i <= 10'000; ++i) CHECK(!set.insert({i * 7, i % 13}));
    CHECK(set.size() == 10'000);
}

TEST_CASE("each success is used up once") {
    DoneJobs done;
    for (const std::uint64_t i : {5U, 3U, 5U, 9U}) done.add({i, i});
    done.seal();
    CHECK(done.size() == 4);
    CHECK(done.take({5, 5}));
    CHECK(done.take({5, 5}));
    CHECK(!done.take({5, 5}));
    CHECK(done.take({9, 9}));
    CHECK(done.take({3, 3}));
    CHECK(!done.take({3, 3}));
    CHECK(!done.take({4, 4}));
    DoneJobs none;
    none.seal();
    CHECK(!none.take({1, 1}));
}

TEST_CASE("many successes of one key cost no more than as many of different keys") {
    constexpr std::uint64_t many = 200'000;
    DoneJobs done;
    for (std::uint64_t i = 0; i < many; ++i) done.add({5, 5});
    done.seal();
    std::uint64_t taken = 0;
    const double seconds = unit::cpu_time_of([&] {
        for (std::uint64_t i = 0; i < many; ++i) taken += done.take({5, 5}) ? 1U : 0U;
    });
    CHECK(taken == many);
    CHECK(!done.take({5, 5}));
    CHECK(seconds < 5);  // a search from the first one takes a minute
}

TEST_SUITE_END();
