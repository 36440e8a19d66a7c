// fork_bomb WHERE : every process of it forks without an end, each child in a session of its own; announces
// `ready PID` first. Where there is no room for more it waits a little: nobody else would get a turn, and the kernel,
// which gives a refused fork's memory back only later, would run out of it on an emulated machine. Gives up after 30 s.
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
