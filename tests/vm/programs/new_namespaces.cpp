// new_namespaces COMMAND... : runs COMMAND in a new control group namespace and a new mount namespace.
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
