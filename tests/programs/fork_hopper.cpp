// fork_hopper WHERE [setsid] : announces `ready PID`, then forks and exits repeatedly, so that it is always in a new
// process, and with setsid in a new session each time. Gives up after 30 s.
#include <ctime>

#include "announce.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const bool new_session = argc > 2;
    ready(argv[1]);
    const std::time_t end = std::time(nullptr) + 30;
    while (std::time(nullptr) < end) {
        const pid_t child = ::fork();
        if (child > 0) std::_Exit(0);
        if (child < 0) ::usleep(1000);
        if (child == 0 && new_session) ::setsid();
    }
    return 98;
}
