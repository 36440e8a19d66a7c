#include "src/batch/record_packer.hpp"

#include <iterator>
#include <utility>

namespace netrunner {

RecordPacker::RecordPacker(std::size_t most, std::size_t room, Cost cost)
    : most_(most), room_(room), cost_(std::move(cost)) {}

void RecordPacker::close() {
    if (records_ == 0) return;
    ready_.push_back(std::exchange(open_, {}));
    records_ = 0;
    used_ = 0;
}

void RecordPacker::add(Record record) {
    if (!record.is_usable()) {
        close();
        ready_.push_back(std::move(record));
        return;
    }
    std::size_t cost = 0;
    for (const std::string& value : record.values) cost += cost_(value);
    if (records_ > 0 && used_ + cost > room_) close();
    if (records_ == 0) open_.line = record.line;
    std::move(record.values.begin(), record.values.end(), std::back_inserter(open_.values));
    used_ += cost;
    if (++records_ == most_) close();
}

void RecordPacker::finish() { close(); }

std::optional<Record> RecordPacker::take() {
    if (ready_.empty()) return std::nullopt;
    Record first = std::move(ready_.front());
    ready_.pop_front();
    return first;
}

}  // namespace netrunner
