#include "src/batch/job_supply.hpp"

#include <fmt/format.h>

#include <chrono>

#include "src/values/errno_text.hpp"

namespace netrunner {
namespace {

/// Records that are read in one turn, and the pause for everything else after them.
constexpr int most_in_turn = 256;
constexpr std::chrono::milliseconds turn_pause{1};
/// The user who has stopped a batch waits so much longer at most.
constexpr std::chrono::milliseconds counting_time{200};

}  // namespace

const BatchJob* JobSupply::next() {
    while (!next_ && !ended_ && !is_watched_) {
        if (read_ == most_in_turn) {
            again_at_ = std::chrono::steady_clock::now() + turn_pause;
            return nullptr;
        }
        ++read_;
        BatchJob job;
        switch (source_.next(job)) {
            case JobMaker::State::record: break;
            case JobMaker::State::waits:
                // Watched only until it is readable: what is there waits until a job can start.
                pump_.watch(setup_.input, this);
                is_watched_ = true;
                return nullptr;
            case JobMaker::State::failed:
                setup_.warn(fmt::format("cannot read the input: {}", errno_text(source_.error())));
                halting_.own_failure();
                ended_ = true;
                return nullptr;
            case JobMaker::State::ended:
                ended_ = true;
                halting_.total_known(ours_);
                return nullptr;
        }
        if (is_to_run(job)) next_ = std::move(job);
    }
    return next_ ? &*next_ : nullptr;
}

/// Counts the job unless it belongs to another shard.
bool JobSupply::is_to_run(const BatchJob& job) {
    const JobKeeper::Choice choice = keeper_.choose(job);
    if (choice == JobKeeper::Choice::not_ours) return false;
    ++ours_;
    if (choice == JobKeeper::Choice::run) return true;
    halting_.job_skipped();
    skip_(job);
    return false;
}

std::optional<std::uint64_t> JobSupply::count_left() {
    const TimePoint until = std::chrono::steady_clock::now() + counting_time;
    if (source_.error() != 0) return std::nullopt;
    std::uint64_t left = next_ ? 1 : 0;
    while (!ended_) {
        BatchJob job;
        const auto state = source_.next(job);
        if (state == JobMaker::State::ended) break;
        if (state != JobMaker::State::record || std::chrono::steady_clock::now() > until) return std::nullopt;
        if (is_to_run(job)) ++left;
    }
    return left;
}

bool JobSupply::handle(const Wake& wake) {
    if (wake.owner != this) return false;
    pump_.unwatch(setup_.input);
    is_watched_ = false;
    return true;
}

}  // namespace netrunner
