#include "src/batch/value_product.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace netrunner;

namespace {

using Words = std::vector<std::string>;
using Lists = std::vector<Words>;

std::vector<Words> all(Lists lists) {
    ValueProduct product(std::move(lists));
    std::vector<Words> records;
    while (const auto record = product.next()) {
        CHECK(record->line == 0);
        CHECK(record->is_usable());
        records.push_back(record->values);
    }
    CHECK(!product.next());
    CHECK(records.size() == product.count());
    return records;
}

}  // namespace

TEST_SUITE_BEGIN("value_product");

TEST_CASE("one list gives its values in order") {
    CHECK(all({{"a", "b", "a"}}) == std::vector<Words>{{"a"}, {"b"}, {"a"}});
}

TEST_CASE("several lists give each combination, and the last list varies fastest") {
    CHECK(all({{"a", "b"}, {"1", "2", "3"}}) ==
          std::vector<Words>{{"a", "1"}, {"a", "2"}, {"a", "3"}, {"b", "1"}, {"b", "2"}, {"b", "3"}});
    CHECK(all({{"a"}, {"x", "y"}, {"1"}}) == std::vector<Words>{{"a", "x", "1"}, {"a", "y", "1"}});
}

TEST_CASE("an empty list gives no record") {
    CHECK(all({{}}).empty());
    CHECK(all({{"a"}, {}}).empty());
    CHECK(all({{}, {"a"}}).empty());
}

TEST_CASE("a product that does not fit in memory is counted and made lazily") {
    const Words thousand(1000, "x");
    ValueProduct large(Lists(6, thousand));
    CHECK(large.count() == 1'000'000'000'000'000'000U);
    CHECK(large.next().has_value());
    CHECK(ValueProduct(Lists(7, thousand)).count() == std::numeric_limits<std::uint64_t>::max());
}

TEST_SUITE_END();
