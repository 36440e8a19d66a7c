// daemonize WHERE [close] [ignore] [clear] [stay|CODE] : double fork with setsid. As asked, the daemon closes all its
// descriptors, ignores every signal and clears its environment; then it announces `ready PID` and waits. The first
// process then waits too, or exits with CODE (0).
#include <sys/wait.h>

#include <csignal>

#include "announce.hpp"

namespace {

// /proc/PID/environ shows the environment at the top of the stack.
void clear_environment(char** environment) {
    for (char** entry = environment; *entry != nullptr; ++entry) std::memset(*entry, 0, std::strlen(*entry));
}

[[noreturn]] void be_daemon(const char* where, bool closing, bool ignoring, bool clearing, char** environment) {
    ::setsid();
    if (::fork() != 0) std::_Exit(0);
    if (ignoring) {
        for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_IGN);
    }
    if (clearing) clear_environment(environment);
    if (closing) {
        for (int descriptor = 0; descriptor < 1024; ++descriptor) ::close(descriptor);
    }
    ready(where);
    live_for_at_most(120);
    std::_Exit(98);
}

bool announced(const char* where) { return ::access(where, F_OK) == 0; }

}  // namespace

int main(int argc, char** argv, char** environment) {
    if (argc < 2) return 2;
    bool closing = false, ignoring = false, clearing = false, staying = false;
    int code = 0;
    for (int i = 2; i < argc; ++i) {
        if (std::strcmp(argv[i], "close") == 0)
            closing = true;
        else if (std::strcmp(argv[i], "ignore") == 0)
            ignoring = true;
        else if (std::strcmp(argv[i], "clear") == 0)
            clearing = true;
        else if (std::strcmp(argv[i], "stay") == 0)
            staying = true;
        else
            code = std::atoi(argv[i]);
    }
    const pid_t middle = ::fork();
    if (middle == 0) be_daemon(argv[1], closing, ignoring, clearing, environment);
    ::waitpid(middle, nullptr, 0);
    for (int tries = 0; tries < 5000 && !announced(argv[1]); ++tries) ::usleep(1000);
    if (staying) live_for_at_most(120);
    return code;
}
