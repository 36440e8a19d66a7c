// log_signals WHERE [EXIT_SIGNAL [CODE]] : appends the number of every catchable signal as a line to WHERE, in the
// order of arrival; exits with CODE (0) on EXIT_SIGNAL.
#include <csignal>

#include "announce.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const int last = argc > 2 ? std::atoi(argv[2]) : 0;
    const int code = argc > 3 ? std::atoi(argv[3]) : 0;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    ready(argv[1]);
    const timespec limit{.tv_sec = 120, .tv_nsec = 0};
    for (;;) {
        const int number = sigtimedwait(&all, nullptr, &limit);
        if (number < 0) return 98;
        announce(argv[1], "%d\n", number);
        if (number == last) return code;
    }
}
