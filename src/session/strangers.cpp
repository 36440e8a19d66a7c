#include "src/session/strangers.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "shepherd/tree/tree.hpp"

namespace netrunner {

std::vector<pid_t> find_strangers() {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return {};  // almost always ECHILD: there are none
    std::vector<TreeMember> room(1024);
    room.resize(find_tree({.root = ::getpid()}, room));
    std::vector<pid_t> strangers;
    for (const TreeMember& member : room) {
        if (member.parent == ::getpid()) strangers.push_back(member.pid);
    }
    return strangers;
}

}  // namespace netrunner
