// The value that tells a nested runner what a signal means.
#include "shepherd/tree/outer_order.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

TEST_SUITE_BEGIN("outer_order");

TEST_CASE("an order is read back from its value") {
    for (const int signal : {1, SIGTERM, 64}) {
        for (const int step : {0, 1, most_steps}) {
            const OuterOrder order{.signal = signal, .step = step};
            CHECK(outer_order_in(value_of(order)) == order);
        }
    }
    CHECK(outer_order_in(value_of({.signal = SIGTERM, .step = 1000})) ==
          OuterOrder{.signal = SIGTERM, .step = most_steps});
}

TEST_CASE("other values are no orders") {
    for (const int value : {0, -1, 1, SIGTERM, 0x4e520000, 0x4e520041, 0x4e530101}) CHECK(!outer_order_in(value));
}

TEST_CASE("a signal that a runner does not read is carried by SIGTERM") {
    CHECK(carrier_of({.signal = SIGABRT, .step = 1}) == SIGTERM);
    CHECK(carrier_of({.signal = SIGINT, .step = 1}) == SIGINT);
    CHECK(carrier_of({.signal = 64, .step = 1}) == 64);
}

TEST_SUITE_END();
