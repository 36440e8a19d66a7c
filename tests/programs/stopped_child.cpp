// stopped_child WHERE [CODE] : its child stops itself with SIGSTOP. When the child is stopped, announces the child's
// `ready PID`, then waits, or exits with CODE.
#include <sys/wait.h>

#include <csignal>

#include "announce.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const pid_t child = ::fork();
    if (child == 0) {
        std::raise(SIGSTOP);
        live_for_at_most(120);
    }
    ::waitpid(child, nullptr, WUNTRACED);
    announce(argv[1], "ready %d\n", static_cast<int>(child));
    if (argc > 2) return std::atoi(argv[2]);
    live_for_at_most(120);
}
