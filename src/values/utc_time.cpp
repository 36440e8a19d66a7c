#include "src/values/utc_time.hpp"

#include <fmt/chrono.h>

namespace netrunner {

std::string utc_time(std::chrono::system_clock::time_point time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const auto fraction = std::chrono::duration_cast<std::chrono::microseconds>(time - whole);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                       fraction.count());
}

}  // namespace netrunner
