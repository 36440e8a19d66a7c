// cache_server WHERE [close] [stay|CODE] : a client that starts the server of a compiler cache and ends with CODE (0),
// or stays. The server is a daemon of the same executable (double fork, setsid); `close`: it closes all its
// descriptors. It has a worker, and another one whose parent has ended. They announce `ready PID` to WHERE,
// WHERE.worker, WHERE.lost.
#include <sys/wait.h>

#include <csignal>
#include <string>

#include "announce.hpp"

namespace {

[[noreturn]] void stay(const std::string& where) {
    ready(where.c_str());
    live_for_at_most(120);
    std::_Exit(98);
}

[[noreturn]] void serve(const std::string& where, bool closing) {
    ::setsid();
    if (::fork() != 0) std::_Exit(0);
    if (closing) {
        for (int descriptor = 0; descriptor < 1024; ++descriptor) ::close(descriptor);
    }
    if (::fork() == 0) stay(where + ".worker");
    const pid_t parent = ::fork();
    if (parent == 0) {
        if (::fork() == 0) stay(where + ".lost");
        std::_Exit(0);
    }
    ::waitpid(parent, nullptr, 0);
    for (const char* other : {".worker", ".lost"}) {
        while (::access((where + other).c_str(), F_OK) != 0) ::usleep(1000);
    }
    stay(where);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    bool closing = false, staying = false;
    int code = 0;
    for (int i = 2; i < argc; ++i) {
        if (std::strcmp(argv[i], "close") == 0)
            closing = true;
        else if (std::strcmp(argv[i], "stay") == 0)
            staying = true;
        else
            code = std::atoi(argv[i]);
    }
    const pid_t middle = ::fork();
    if (middle == 0) serve(argv[1], closing);
    ::waitpid(middle, nullptr, 0);
    for (int tries = 0; tries < 5000 && ::access(argv[1], F_OK) != 0; ++tries) ::usleep(1000);
    if (staying) live_for_at_most(120);
    return code;
}
