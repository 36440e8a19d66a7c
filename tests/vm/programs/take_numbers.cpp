// take_numbers WHERE : takes every process number there is, announces `ready PID`, and takes each again that is given
// back, until SIGTERM or for 60 s. Nothing of it is left then.
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
    std::signal(SIGCHLD, SIG_IGN);  // nobody's number is kept by who has ended
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
