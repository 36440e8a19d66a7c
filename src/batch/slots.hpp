// Which jobs may run at once: each takes one slot, or as many as its record says. Jobs start in the order of the input,
// so a heavy job that does not fit yet holds up those behind it. Pure.
#pragma once

#include <algorithm>
#include <cstdint>

namespace netrunner {

class Slots {
  public:
    explicit Slots(std::uint64_t capacity) : capacity_(capacity) {}

    /// Inside make: 1 and the tokens that are held. It may fall below what is in use.
    void set_capacity(std::uint64_t capacity) { capacity_ = capacity; }

    /// A job that is larger than all slots may run alone.
    [[nodiscard]] bool has_room_for(std::uint64_t slots) const { return jobs_ == 0 || used_ + slots <= capacity_; }
    void start(std::uint64_t slots) {
        used_ += slots;
        ++jobs_;
    }
    void end(std::uint64_t slots) {
        used_ -= slots;
        --jobs_;
    }

    /// How many more slots the next job, of size `slots`, needs: what a client of a job server asks for. 0 if it fits.
    /// There, a large job needs a token for each of its slots but one, also if no other job runs.
    [[nodiscard]] std::uint64_t missing_for(std::uint64_t slots) const {
        return used_ + slots - std::min(used_ + slots, capacity_);
    }
    /// How many slots are unused: what a client of a job server gives back while no job waits.
    [[nodiscard]] std::uint64_t unused() const {
        return capacity_ - std::min(capacity_, std::max<std::uint64_t>(used_, 1));
    }

    [[nodiscard]] std::uint64_t jobs() const { return jobs_; }
    [[nodiscard]] std::uint64_t used() const { return used_; }

  private:
    std::uint64_t capacity_;
    std::uint64_t used_ = 0;
    std::uint64_t jobs_ = 0;
};

}  // namespace netrunner
