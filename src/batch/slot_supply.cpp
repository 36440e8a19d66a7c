#include "src/batch/slot_supply.hpp"

#include <utility>

namespace netrunner {

SlotSupply::SlotSupply(const ConductorSetup& setup, Pump& pump)
    : pump_(pump), slots_(setup.server ? 1 : setup.jobs_at_once) {
    if (setup.server) server_.emplace(*setup.server);
}

bool SlotSupply::has_room_for(std::uint64_t slots) {
    if (!server_) return slots_.has_room_for(slots);
    while (slots_.missing_for(slots) > 0 && server_->take()) slots_.set_capacity(1 + server_->held());
    if (slots_.has_room_for(slots)) return true;
    if (!std::exchange(is_watched_, true)) pump_.watch(server_->descriptor(), this);
    return false;
}

void SlotSupply::give_back() {
    if (!server_) return;
    if (std::exchange(is_watched_, false)) pump_.unwatch(server_->descriptor());
    while (slots_.unused() > 0 && server_->held() > 0) {
        server_->give_back();
        slots_.set_capacity(1 + server_->held());
    }
}

bool SlotSupply::handle(const Wake& wake) {
    if (wake.owner != this) return false;
    pump_.unwatch(server_->descriptor());
    is_watched_ = false;
    return true;
}

}  // namespace netrunner
