#include "src/batch/job_supply.hpp"

#include <fmt/format.h>

#include <system_error>

namespace netrunner {

const BatchJob* JobSupply::next() {
    while (!next_ && !ended_ && !is_watched_) {
        BatchJob job;
        switch (source_.next(job)) {
            case JobMaker::State::record: break;
            case JobMaker::State::waits:
                // Watched only until it is readable: what is there waits until a job can start.
                pump_.watch(setup_.input, this);
                is_watched_ = true;
                return nullptr;
            case JobMaker::State::failed:
                setup_.say(fmt::format("cannot read the input: {}",
                                       std::error_code(source_.error(), std::generic_category()).message()));
                halting_.own_failure();
                ended_ = true;
                return nullptr;
            case JobMaker::State::ended:
                ended_ = true;
                if (const auto count = source_.count()) halting_.total_known(*count);
                return nullptr;
        }
        switch (keeper_.choose(job)) {
            case JobKeeper::Choice::run: next_ = std::move(job); break;
            case JobKeeper::Choice::skip: halting_.job_skipped(); break;
            case JobKeeper::Choice::not_ours: break;
        }
    }
    return next_ ? &*next_ : nullptr;
}

bool JobSupply::handle(const Wake& wake) {
    if (wake.owner != this) return false;
    pump_.unwatch(setup_.input);
    is_watched_ = false;
    return true;
}

}  // namespace netrunner
