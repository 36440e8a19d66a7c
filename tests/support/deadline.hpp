// Time in tests: limits that stretch on slow builds, and the one way to wait for a condition.
// Nothing here sleeps and hopes: every wait ends when its condition holds, or fails at its limit.
#pragma once

#include <chrono>
#include <functional>

namespace support {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;
using namespace std::chrono_literals;

// How much longer than usual things may take: NETRUNNER_TEST_SLOWNESS, 1 when unset (sanitizers: about 5).
double slowness();

// An upper bound, stretched by the slowness. Lower bounds are never stretched.
Millis scaled(Millis bound);

// How often a repeated test repeats: `full` when NETRUNNER_TEST_SOAK=1, else `quick`, divided by the slowness.
int times(int quick, int full);

// How much of anything else: `quick`, or `full` when NETRUNNER_TEST_SOAK=1.
int amount(int quick, int full);

// True as soon as the condition holds; false when it did not within the (scaled) limit.
bool wait_until(const std::function<bool()>& condition, Millis limit = 20s);

// True as soon as the value has stood still for `quiet`; false when it still moved at the (scaled) limit.
bool settles(const std::function<long()>& value, Millis quiet, Millis limit = 20s);

// Lets exactly this much time pass: to choose a moment, never to wait for something.
void let_pass(std::chrono::microseconds moment);

}  // namespace support
