#include "src/session/second_layer.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "src/outcome/process_description.hpp"

namespace netrunner {
namespace {

constexpr std::size_t most_members = 8192;

}  // namespace

SecondLayer::SecondLayer(pid_t command, std::vector<pid_t> strangers)
    : command_(command), strangers_(std::move(strangers)), room_(most_members) {}

Tree SecondLayer::tree() const {
    return {.root = ::getpid(),
            .group = command_,
            .leader_unreaped = command_ > 0 && !command_reaped_,
            .strangers = strangers_};
}

void SecondLayer::signal(int signal, const JobGroup* group, const std::function<void(Orphan)>& found) {
    struct Context {
        pid_t command;
        int signal;
        const std::function<void(Orphan)>& found;
    } context{command_, signal, found};
    const TreeVisitor tell = [](void* opaque, const TreeMember& member) {
        const auto& asked = *static_cast<const Context*>(opaque);
        if (member.pid == asked.command) return;
        const ProcessDescription seen(member.pid);
        asked.found(
            {.pid = member.pid, .name = seen.name.data(), .command = seen.command.data(), .ended_by = asked.signal});
    };
    const std::size_t count = signal_tree(tree(), signal, room_, tell, &context);
    if (group != nullptr) group->signal_others(std::span(room_).first(count), signal, tell, &context);
}

bool SecondLayer::reap() {
    pid_t pid = 0;
    bool reaped = false;
    while ((pid = ::waitpid(-1, nullptr, WNOHANG | __WALL)) > 0) {
        reaped = true;
        if (pid == command_) command_reaped_ = true;
    }
    // ECHILD is the one sure sign: a walk can miss a process whose parent dies while it is being looked at.
    if (pid < 0 && errno == ECHILD) return true;
    // With strangers among our children it never comes; then two walks in a row have to agree, and nobody died between.
    const bool seen_nothing = !reaped && !strangers_.empty() && find_tree(tree(), room_) == 0;
    return std::exchange(seen_nothing_, seen_nothing) && seen_nothing;
}

}  // namespace netrunner
