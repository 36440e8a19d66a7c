// What `containment` in the report has for a run without a control group and a PID namespace.
#pragma once

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

namespace support {

// `by_pid`: pidfds are refused.
inline nlohmann::json containment(bool by_pid) {
    nlohmann::json expected{"group", "subreaper", "guard"};
    if (by_pid) expected.push_back("signals-by-pid");
    return expected;
}

// For the program under test. If that is tests/programs/refuse_calls, its name has a colon.
inline nlohmann::json plain_containment() {
    const char* const named = std::getenv("NETRUNNER_BINARY");
    const std::string binary = named != nullptr ? named : "";
    return containment(binary.find(':', binary.rfind('/') + 1) != std::string::npos);
}

}  // namespace support
