#include "src/sampling/timeline.hpp"

#include <algorithm>
#include <chrono>

namespace netrunner {
namespace {

constexpr std::chrono::milliseconds shortest_row{10};

template <class Value>
void raise(std::optional<Value>& value, const std::optional<Value>& other) {
    if (other) value = value ? std::max(*value, *other) : *other;
}

void raise_counts(Sample& sample, const Sample& other) {
    raise(sample.cpu, other.cpu);
    raise(sample.read, other.read);
    raise(sample.written, other.written);
    raise(sample.output, other.output);
    raise(sample.error, other.error);
    if (!other.pressure) return;
    if (!sample.pressure) sample.pressure.emplace();
    for (std::size_t i = 0; i < other.pressure->size(); ++i)
        (*sample.pressure)[i] = std::max((*sample.pressure)[i], (*other.pressure)[i]);
}

/// Makes `later`, which follows directly, part of `row`.
void append(Sample& row, const Sample& later) {
    row.t = later.t;
    raise_counts(row, later);
    raise(row.memory, later.memory);
    raise(row.processes, later.processes);
    raise(row.busy, later.busy);
}

}  // namespace

void Timeline::note(const Sample& sample) {
    raise_counts(so_far_, sample);
    so_far_.t = std::max(so_far_.t, sample.t);
    Sample now = sample;
    now.t = so_far_.t;
    raise_counts(now, so_far_);
    if (open_) {
        append(*open_, now);
    } else {
        open_ = now;
    }
    if (now.t < row_end_) return;
    if (rows_.size() == most_rows) {
        merge_neighbours();
        // Of the doubled interval, this row has only the first half.
        row_end_ = (row_end_ + interval_ - Duration(1)) / interval_ * interval_;
        if (now.t < row_end_) return;
    }
    row_end_ = (now.t / interval_ + 1) * interval_;  // after a long time without samples, rows are missing
    rows_.push_back(*open_);
    open_.reset();
}

void Timeline::end() {
    if (!open_) return;
    // The end can come directly after a look. A row of no time would be a spike in each difference.
    if (!rows_.empty() && open_->t - rows_.back().t < shortest_row) {
        append(rows_.back(), *open_);
    } else {
        if (rows_.size() == most_rows) merge_neighbours();
        rows_.push_back(*open_);
    }
    open_.reset();
}

void Timeline::merge_neighbours() {
    for (std::size_t i = 0; i < rows_.size() / 2; ++i) {
        Sample row = rows_[2 * i];
        append(row, rows_[2 * i + 1]);
        rows_[i] = row;
    }
    rows_.resize(rows_.size() / 2);
    interval_ *= 2;
}

}  // namespace netrunner
