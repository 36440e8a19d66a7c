#include "deadline.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace support {

double slowness() {
    const char* text = std::getenv("NETRUNNER_TEST_SLOWNESS");
    const double factor = text != nullptr ? std::atof(text) : 1.0;
    return factor >= 1.0 ? factor : 1.0;
}

Millis scaled(Millis bound) {
    return Millis{static_cast<Millis::rep>(static_cast<double>(bound.count()) * slowness())};
}

int times(int quick, int full) {
    constexpr int few = 3;
    return std::max(amount(static_cast<int>(quick / slowness()), full), std::min(quick, few));
}

int amount(int quick, int full) {
    const char* text = std::getenv("NETRUNNER_TEST_SOAK");
    return text != nullptr && std::string_view{text} == "1" ? full : quick;
}

bool wait_until(const std::function<bool()>& condition, Millis limit) {
    const auto deadline = Clock::now() + scaled(limit);
    auto nap = std::chrono::microseconds{200};
    while (!condition()) {
        if (Clock::now() >= deadline) return condition();
        std::this_thread::sleep_for(nap);
        if (nap < 5ms) nap *= 2;
    }
    return true;
}

bool settles(const std::function<long()>& value, Millis quiet, Millis limit) {
    long last = value();
    auto since = Clock::now();
    return wait_until(
        [&] {
            if (const long now = value(); now != last) {
                last = now;
                since = Clock::now();
            }
            return Clock::now() - since >= quiet;
        },
        limit + quiet);
}

void let_pass(std::chrono::microseconds moment) { std::this_thread::sleep_for(moment); }

}  // namespace support
