// The system tests run the built programs from outside, one suite per topic. The harness is in tests/support.
#define DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS
#include <doctest/doctest.h>

#include "skips.hpp"

int main(int argc, char** argv) {
    support::forget_skips();
    return doctest::Context(argc, argv).run();
}
