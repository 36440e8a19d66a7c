// fork_bomb WHERE : announces `ready PID`, then all its processes fork without end, each child in a new session. A
// process whose fork fails sleeps briefly: otherwise no other process would run, and on an emulated machine the kernel
// would run out of memory, because it frees the memory of failed forks with a delay. Gives up after 30 s.
#include <ctime>

#include "../../programs/announce.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    ready(argv[1]);
    const std::time_t end = std::time(nullptr) + 30;
    while (std::time(nullptr) < end) {
        const pid_t child = ::fork();
        if (child == 0) ::setsid();
        if (child < 0) ::usleep(100000);
    }
    return 98;
}
