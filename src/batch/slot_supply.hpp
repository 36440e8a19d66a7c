// The slots in which the jobs of a batch run: as many as -j says, or one and a token of make's job server for each of
// the others. The conductor asks before it starts a job. It watches the job server while a job waits for a token.
#pragma once

#include <cstdint>
#include <optional>

#include "src/batch/conductor_setup.hpp"
#include "src/batch/job_server.hpp"
#include "src/batch/slots.hpp"
#include "src/relay/pump.hpp"

namespace netrunner {

class SlotSupply {
  public:
    /// Throws SetupFailure if the job server cannot be opened.
    SlotSupply(const ConductorSetup& setup, Pump& pump);

    /// Takes tokens where they are needed. If it is false, `handle` says when to ask again, or a job ends.
    bool has_room_for(std::uint64_t slots);
    void start(std::uint64_t slots) { slots_.start(slots); }
    void end(std::uint64_t slots) { slots_.end(slots); }
    /// No job waits for a slot: gives the tokens back that no job uses.
    void give_back();

    /// Whether `wake` says that a token may be had.
    bool handle(const Wake& wake);

  private:
    Pump& pump_;
    Slots slots_;
    std::optional<JobServer> server_;
    bool is_watched_ = false;
};

}  // namespace netrunner
