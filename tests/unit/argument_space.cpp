#include "src/batch/argument_space.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <limits>
#include <vector>

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("argument_space");

TEST_CASE("the space is a quarter of the stack, within the kernel's bounds") {
    CHECK(ArgumentSpace::computed(8U << 20U, 4096, 0).all == 2U << 20U);
    CHECK(ArgumentSpace::computed(64U << 10U, 4096, 0).all == 128U << 10U);
    CHECK(ArgumentSpace::computed(std::numeric_limits<std::uint64_t>::max(), 4096, 0).all == 6U << 20U);
    CHECK(ArgumentSpace::computed(8U << 20U, 4096, 0).one == 131'071);
    CHECK(ArgumentSpace::computed(8U << 20U, 4096, 5000).taken == 5000 + 8192);
}

TEST_CASE("an environment that fills the space leaves nothing") {
    CHECK(ArgumentSpace::computed(0, 4096, 1U << 20U).left() == 0);
}

TEST_CASE("words that fit have no obstacle, and others name it") {
    const ArgumentSpace space{.one = 10, .all = 100, .taken = 20};
    CHECK(obstacle_to_start(Words{"echo", "a"}, space).empty());
    CHECK(obstacle_to_start(Words{"echo", "0123456789"}, space).empty());
    CHECK(obstacle_to_start(Words{"echo", "0123456789a"}, space) ==
          "word 2 has 11 bytes, and the kernel takes at most 10 in one argument");
    CHECK(obstacle_to_start(Words{"echo", std::string("a\0b", 3)}, space) == "word 2 contains a NUL byte");
    const Words four(4, "0123456789");  // 19 bytes each
    CHECK(obstacle_to_start(four, space).empty());
    CHECK(obstacle_to_start(Words(5, "0123456789"), space) ==
          "its arguments take 95 bytes, and the kernel has room for 80 beside the environment");
}

TEST_CASE("the space of this process agrees with sysconf") {
    rlimit stack{};
    REQUIRE(::getrlimit(RLIMIT_STACK, &stack) == 0);
    const ArgumentSpace space = ArgumentSpace::of_this_process(environ);
    if (stack.rlim_cur >= (512U << 10U) && stack.rlim_cur <= (24U << 20U))
        CHECK(space.all == static_cast<std::size_t>(::sysconf(_SC_ARG_MAX)));
    CHECK(space.left() > 0);
}

TEST_SUITE_END();
