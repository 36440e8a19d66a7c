// Time in tests: limits that are scaled for slow builds, and the only way to wait for a condition. Nothing here sleeps
// for a guessed time: every wait ends when its condition holds, or fails at its limit.
#pragma once

#include <chrono>
#include <functional>

namespace support {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;
using namespace std::chrono_literals;

// The factor by which limits are longer: NETRUNNER_TEST_SLOWNESS, 1 when unset (sanitizers: about 5).
double slowness();

// An upper bound, multiplied by the slowness. Lower bounds are never scaled.
Millis scaled(Millis bound);

// The repetitions of a repeated test: `full` when NETRUNNER_TEST_SOAK=1, else `quick`, divided by the slowness.
int times(int quick, int full);

// Any other amount: `full` when NETRUNNER_TEST_SOAK=1, else `quick`.
int amount(int quick, int full);

// True as soon as the condition holds; false if it does not hold within the (scaled) limit.
bool wait_until(const std::function<bool()>& condition, Millis limit = 20s);

// True as soon as the value has not changed for `quiet`; false if it still changes at the (scaled) limit.
bool settles(const std::function<long()>& value, Millis quiet, Millis limit = 20s);

// Sleeps for exactly this time, to choose a moment. Never used to wait for a condition.
void let_pass(std::chrono::microseconds moment);

}  // namespace support
