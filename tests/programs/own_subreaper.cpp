// own_subreaper WHERE : becomes a subreaper, adopts two orphans that ignore TERM, ignores TERM, announces `ready PID`,
// then waits.
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>

#include "announce.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    std::signal(SIGTERM, SIG_IGN);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    for (int i = 0; i < 2; ++i) {
        const pid_t middle = ::fork();
        if (middle == 0) {
            ::setsid();
            if (::fork() != 0) std::_Exit(0);
            live_for_at_most(120);
        }
        ::waitpid(middle, nullptr, 0);
    }
    ready(argv[1]);
    live_for_at_most(120);
}
