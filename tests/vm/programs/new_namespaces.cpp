// new_namespaces COMMAND... : COMMAND in a control group namespace and a mount namespace of its own.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    if (::unshare(CLONE_NEWCGROUP | CLONE_NEWNS) != 0) return 97;
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 96;
    ::execvp(argv[1], argv + 1);
    return 127;
}
