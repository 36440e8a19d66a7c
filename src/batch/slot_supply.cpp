#include "src/batch/slot_supply.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace netrunner {
namespace {

constexpr auto look_interval = std::chrono::seconds(1);

}  // namespace

SlotSupply::SlotSupply(const ConductorSetup& setup, Pump& pump)
    : pump_(pump), slots_(setup.server ? 1 : setup.jobs_at_once) {
    if (!setup.server) return;
    server_.emplace(*setup.server);
    most_ = setup.server->jobs;
}

/// A job that is larger than all slots of make counts as all of them, and so runs alone.
std::uint64_t SlotSupply::counted(std::uint64_t slots) const { return most_ ? std::min(slots, *most_) : slots; }

bool SlotSupply::take(std::uint64_t tokens) {
    if (!server_->take(static_cast<std::size_t>(tokens))) return false;
    slots_.set_capacity(1 + server_->held());
    return true;
}

bool SlotSupply::has_room_for(std::uint64_t slots) {
    if (!server_) return slots_.has_room_for(slots);
    const std::uint64_t missing = slots_.missing_for(counted(slots));
    if (take(missing)) return true;
    if (!most_ && slots_.jobs() == 0) {
        // Without -jN it is not known whether so many tokens exist. The job runs with those that are there.
        take(std::min<std::uint64_t>(missing, server_->available()));
        return true;
    }
    give_back_unused();
    // Edge-triggered: too few tokens for a large job would wake netrunner again and again. Kernels from 5.5 on that
    // lack a later fix report only the first byte in an empty pipe, so netrunner also looks by itself.
    if (!std::exchange(is_watched_, true)) pump_.watch_arrivals(server_->descriptor(), this);
    again_at_ = missing > 1 ? std::optional(std::chrono::steady_clock::now() + look_interval) : std::nullopt;
    return false;
}

void SlotSupply::give_back_unused() {
    server_->give_back(static_cast<std::size_t>(std::min<std::uint64_t>(slots_.unused(), server_->held())));
    slots_.set_capacity(1 + server_->held());
}

void SlotSupply::give_back() {
    if (!server_) return;
    if (std::exchange(is_watched_, false)) pump_.unwatch(server_->descriptor());
    again_at_.reset();
    give_back_unused();
}

bool SlotSupply::handle(const Wake& wake) const { return wake.owner == this; }

}  // namespace netrunner
