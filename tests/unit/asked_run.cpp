#include "src/runs/asked_run.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;

std::optional<std::string> control_of(Words words) {
    words.insert(words.begin(), {"netrunner", "run"});
    return parse_asked_run(words)->control;
}

}  // namespace

TEST_SUITE_BEGIN("asked_run");

TEST_CASE("what a run and a batch ask for") {
    const auto run = parse_asked_run(Words{"netrunner", "run", "-t", "10m", "-o", "log", "--", "make"});
    REQUIRE(run);
    CHECK(!run->is_batch);
    CHECK(run->timeout == std::chrono::minutes(10));
    CHECK(run->output_file == "log");
    CHECK(run->command == Words{"make"});
    CHECK(!run->control);
    const auto batch = parse_asked_run(Words{"netrunner", "batch", "--batch-timeout", "1h", "--", "cc", ":::", "a.c"});
    REQUIRE(batch);
    CHECK(batch->is_batch);
    CHECK(batch->timeout == std::chrono::hours(1));
    CHECK(batch->command == Words{"cc"});
}

TEST_CASE("other words are no run") {
    for (const Words& words :
         {Words{}, Words{"netrunner"}, Words{"netrunner", "ps"}, Words{"netrunner", "run", "--help"}})
        CHECK(!parse_asked_run(words));
}

TEST_CASE("--control is found in both forms, but not among the words of the command") {
    CHECK(control_of({"--control", "a/socket", "--", "make"}) == "a/socket");
    CHECK(control_of({"-q", "--control=a/socket", "make"}) == "a/socket");
    CHECK(control_of({"--control", "5", "make"}) == "5");
    CHECK(control_of({"--control", "./5", "make"}) == "./5");
    CHECK(!control_of({"--", "make", "--control", "x"}));
    CHECK(!control_of({"-q", "make", "--control", "x"}));
}

TEST_CASE("of another version, the words after -- are the command") {
    const auto run =
        parse_asked_run(Words{"netrunner", "run", "--of-tomorrow", "--control", "s", "--", "make", "--control", "x"});
    REQUIRE(run);
    CHECK(run->command == Words{"make", "--control", "x"});
    CHECK(run->control == "s");
    CHECK(parse_asked_run(Words{"netrunner", "run", "--of-tomorrow", "--control=s", "make"})->control == "s");
    CHECK(!parse_asked_run(Words{"netrunner", "run", "--of-tomorrow", "--", "--control", "x"})->control);
}

TEST_SUITE_END();
