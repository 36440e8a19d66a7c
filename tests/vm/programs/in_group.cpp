// in_group DIRECTORY UID COMMAND... : moves itself into that control group, becomes that user, and execs COMMAND.
#include <fcntl.h>
#include <grp.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const int procs = ::open((std::string(argv[1]) + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
    const auto id = static_cast<uid_t>(std::atoi(argv[2]));
    if (::write(procs, "0", 1) != 1) return 97;
    if (::setgroups(0, nullptr) != 0 || ::setgid(id) != 0 || ::setuid(id) != 0) return 96;
    ::execvp(argv[3], argv + 3);
    return 127;
}
