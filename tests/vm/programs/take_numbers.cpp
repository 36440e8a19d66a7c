// take_numbers WHERE : forks until every process number is taken, announces `ready PID`, and takes numbers that become
// free again, until SIGTERM or for 60 s. All its children end with it.
#include <sys/prctl.h>

#include <csignal>
#include <ctime>

#include "../../programs/announce.hpp"

namespace {

volatile std::sig_atomic_t told_to_end = 0;

bool take_one() {
    const pid_t child = ::fork();
    if (child != 0) return child > 0;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::signal(SIGTERM, SIG_DFL);
    live_for_at_most(60);
    std::_Exit(98);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    std::signal(SIGCHLD, SIG_IGN);  // exited children are reaped automatically and keep no number
    std::signal(SIGTERM, [](int) { told_to_end = 1; });
    const std::time_t end = std::time(nullptr) + 60;
    while (take_one()) {
    }
    ready(argv[1]);
    while (told_to_end == 0 && std::time(nullptr) < end) {
        ::usleep(5000);
        while (take_one()) {
        }
    }
}
