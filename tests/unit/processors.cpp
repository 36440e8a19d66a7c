#include "src/batch/processors.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

namespace {

std::uint64_t usable(std::uint64_t in_mask, const std::vector<std::string>& limits) {
    return usable_processors(in_mask, limits);
}

}  // namespace

TEST_SUITE_BEGIN("processors");

TEST_CASE("the affinity mask and every cpu.max limit the processors") {
    CHECK(usable(8, {}) == 8);
    CHECK(usable(8, {"max 100000\n"}) == 8);
    CHECK(usable(8, {"max 100000\n", "400000 100000\n"}) == 4);
    CHECK(usable(8, {"400000 100000\n", "200000 100000\n", "max 100000"}) == 2);
    CHECK(usable(2, {"800000 100000\n"}) == 2);
}

TEST_CASE("a part of a processor does not count, but there is at least one") {
    CHECK(usable(8, {"350000 100000\n"}) == 3);
    CHECK(usable(8, {"50000 100000\n"}) == 1);
    CHECK(usable(0, {}) == 1);
}

TEST_CASE("a text that cannot be understood limits nothing") { CHECK(usable(8, {"", "max", "x y", "5", "5 0"}) == 8); }

TEST_CASE("this process may use at least one processor") { CHECK(usable_processors() >= 1); }

TEST_CASE("the jobs at once") {
    CHECK(jobs_at_once({}, 6) == 6);
    CHECK(jobs_at_once({JobsChoice::Kind::number, 100}, 6) == 100);
    CHECK(jobs_at_once({JobsChoice::Kind::percent, 50}, 6) == 3);
    CHECK(jobs_at_once({JobsChoice::Kind::percent, 10}, 6) == 1);
    CHECK(jobs_at_once({JobsChoice::Kind::percent, 200}, 6) == 12);
}

TEST_SUITE_END();
