// How many processors this process may use: the affinity mask and the cpu.max of its control group and all groups above
// it. The number of jobs of `-j auto`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "src/cli/batch_values.hpp"

namespace netrunner {

/// `in_mask`: processors of the affinity mask. `limits`: the texts of cpu.max, "QUOTA PERIOD" or "max PERIOD". A part
/// of a processor does not count, but the result is at least 1.
std::uint64_t usable_processors(std::uint64_t in_mask, std::span<const std::string> limits);

/// Of this process. What cannot be read limits nothing.
std::uint64_t usable_processors();

/// The jobs at once that `choice` gives, at least 1.
std::uint64_t jobs_at_once(const JobsChoice& choice, std::uint64_t processors);

}  // namespace netrunner
