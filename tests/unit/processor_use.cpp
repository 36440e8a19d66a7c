#include "src/sampling/processor_use.hpp"

#include <doctest/doctest.h>

using namespace netrunner;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("processor_use");

TEST_CASE("there is no value in the first second") {
    ProcessorUse use(4);
    CHECK(!use.note(100ms, 300ms));
    CHECK(!use.note(900ms, 900ms));
    CHECK(use.note(1s, 1500ms).value_or(0) == doctest::Approx(1.5));
}

TEST_CASE("it is the mean of the last second") {
    ProcessorUse use(4);
    for (int i = 1; i <= 10; ++i) use.note(i * 100ms, i * 100ms);
    for (int i = 1; i <= 9; ++i) use.note(1s + i * 100ms, 1s + i * 200ms);
    CHECK(use.note(2s, 3s).value_or(0) == doctest::Approx(2));
    CHECK(use.note(2100ms, 3s).value_or(0) == doctest::Approx(1.8));
}

TEST_CASE("looks that come a little early and late have a value each") {
    ProcessorUse use(4);
    CHECK(use.note(1005ms, 1s));
    CHECK(use.note(2001ms, 2s).value_or(0) == doctest::Approx(1.0).epsilon(0.01));
    CHECK(use.note(3004ms, 3s).value_or(0) == doctest::Approx(1.0).epsilon(0.01));
}

TEST_CASE("time that a look has missed and the next one has found is not more than the processors") {
    ProcessorUse use(2);
    use.note(1s, 2s);
    CHECK(use.note(2s, 2s).value_or(9) == doctest::Approx(0));
    CHECK(use.note(3s, 6s).value_or(9) == doctest::Approx(2));
}

TEST_CASE("after a pause it is the mean of the pause") {
    ProcessorUse use(2);
    use.note(1s, 1s);
    CHECK(use.note(101s, 2s).value_or(9) == doctest::Approx(0.01));
}

TEST_SUITE_END();
