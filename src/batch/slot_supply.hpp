// The slots in which the jobs of a batch run: as many as -j says, or one and a token of make's job server for each of
// the others. The conductor asks before it starts a job. It watches the job server while a job waits for a token.
#pragma once

#include <cstdint>
#include <optional>

#include "src/batch/conductor_setup.hpp"
#include "src/batch/job_server.hpp"
#include "src/batch/slots.hpp"
#include "src/relay/pump.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

class SlotSupply {
  public:
    /// Throws SetupFailure if the job server cannot be opened.
    SlotSupply(const ConductorSetup& setup, Pump& pump);

    /// Takes all tokens that the job needs, or none. If it is false, ask again when `handle` or `again_at` says so, or
    /// when a job has ended; no unused token is held meanwhile.
    bool has_room_for(std::uint64_t slots);
    void start(std::uint64_t slots) { slots_.start(counted(slots)); }
    void end(std::uint64_t slots) { slots_.end(counted(slots)); }
    /// No job waits for a slot: gives the tokens back that no job uses.
    void give_back();

    /// Whether `wake` says that a token may be had.
    [[nodiscard]] bool handle(const Wake& wake) const;
    [[nodiscard]] std::optional<TimePoint> again_at() const { return again_at_; }

  private:
    [[nodiscard]] std::uint64_t counted(std::uint64_t slots) const;
    bool take(std::uint64_t tokens);
    void give_back_unused();

    Pump& pump_;
    Slots slots_;
    std::optional<JobServer> server_;
    std::optional<std::uint64_t> most_;  ///< slots that make has in all, if it says that
    std::optional<TimePoint> again_at_;
    bool is_watched_ = false;
};

}  // namespace netrunner
