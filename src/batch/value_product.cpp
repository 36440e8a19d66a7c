#include "src/batch/value_product.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace netrunner {

ValueProduct::ValueProduct(std::vector<std::vector<std::string>> lists)
    : lists_(std::move(lists)),
      at_(lists_.size(), 0),
      ended_(lists_.empty() || std::ranges::any_of(lists_, [](const auto& list) { return list.empty(); })) {}

std::optional<Record> ValueProduct::next() {
    if (ended_) return std::nullopt;
    Record record;
    for (std::size_t i = 0; i < lists_.size(); ++i) record.values.push_back(lists_[i][at_[i]]);
    std::size_t list = lists_.size();
    while (list > 0 && ++at_[list - 1] == lists_[list - 1].size()) at_[--list] = 0;
    ended_ = list == 0;
    return record;
}

std::uint64_t ValueProduct::count() const {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    if (lists_.empty() || std::ranges::any_of(lists_, [](const auto& list) { return list.empty(); })) return 0;
    std::uint64_t product = 1;
    for (const auto& list : lists_) {
        if (product > most / list.size()) return most;
        product *= list.size();
    }
    return product;
}

}  // namespace netrunner
