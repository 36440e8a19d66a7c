// within SECONDS COMMAND... : ends with COMMAND's status; at the limit, sends SIGKILL to its process group and ends
// with 124.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const pid_t child = ::fork();
    if (child == 0) {
        ::setsid();
        ::execvp(argv[2], argv + 2);
        std::_Exit(127);
    }
    static pid_t group = child;
    static volatile std::sig_atomic_t late = 0;
    std::signal(SIGALRM, [](int) {
        late = 1;
        ::kill(-group, SIGKILL);
    });
    ::alarm(static_cast<unsigned>(std::atoi(argv[1])));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
    }
    if (late != 0) return 124;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
