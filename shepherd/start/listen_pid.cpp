#include "shepherd/start/listen_pid.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

namespace netrunner {
namespace {

constexpr std::string_view listener = "LISTEN_PID=";
constexpr std::string_view identity = "LISTEN_PIDFDID=";

bool names(std::string_view entry, pid_t process) noexcept {
    if (!entry.starts_with(listener)) return false;
    pid_t pid = 0;
    const char* const end = entry.data() + entry.size();
    const auto read = std::from_chars(entry.data() + listener.size(), end, pid);
    return read.ptr == end && pid == process;
}

}  // namespace

void take_over_listening(char** environment, pid_t runner) noexcept {
    char** at = environment;
    while (*at != nullptr && !names(*at, runner)) ++at;
    if (*at == nullptr) return;
    static std::array<char, 32> entry{};
    std::memcpy(entry.data(), listener.data(), listener.size());
    std::to_chars(entry.data() + listener.size(), entry.data() + entry.size() - 1, ::getpid());
    *at = entry.data();

    char** kept = environment;
    for (at = environment; *at != nullptr; ++at) {
        if (!std::string_view(*at).starts_with(identity)) *kept++ = *at;
    }
    *kept = nullptr;
}

}  // namespace netrunner
