#include "shepherd/ladder.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "shepherd/system/monotonic.hpp"

namespace netrunner {
namespace {

using namespace protocol;

/// How often SIGKILL is repeated while any process is left. The tree is also walked again after every death. The
/// repetition is for a process that was born after the walk and before its parent's death.
constexpr std::int64_t kill_again_ms = 20;
/// The interval grows up to this while processes do not die, because a process that has not died for long does not die
/// sooner if SIGKILL is repeated more often.
constexpr std::int64_t most_kill_again_ms = 1000;
/// The interval is the time since the first SIGKILL divided by this.
constexpr std::int64_t share_of_time = 50;
/// After the command's end, the grace of a rung for the command alone goes on for at most this long, as in the runner.
constexpr std::int64_t moment_after_command_ms = 50;
/// How often the tree is walked for processes outside of the control group while the group is not empty.
constexpr std::int64_t look_again_ms = 250;

/// Room for one walk of the tree, which writes each member that it counts. Raw bytes, because members with initial
/// values would make the file larger by 512 KiB. Pages that are never touched take no memory.
std::span<TreeMember> tree_room() noexcept {
    constexpr std::size_t most = 8192;
    alignas(TreeMember) static std::array<std::byte, most * sizeof(TreeMember)> bytes;
    return {reinterpret_cast<TreeMember*>(bytes.data()), most};
}

void tell_nobody(void* /*context*/, const TreeMember& /*member*/) {}

std::int64_t earlier(std::int64_t a, std::int64_t b) noexcept {
    if (a < 0) return b;
    return b < 0 ? a : std::min(a, b);
}

}  // namespace

void Ladder::tell(TreeVisitor visitor, void* context) noexcept {
    visitor_ = visitor;
    context_ = context;
}

Tree Ladder::tree() const noexcept {
    return {.root = ::getpid(), .group = command_, .leader_unreaped = has_command(), .spare = spare_};
}

/// The command's session is that of this process, the guard or the shepherd.
void Ladder::spare(std::string_view names) noexcept { spare_ = {.names = names, .session = ::getsid(0)}; }

bool Ladder::only_spared_left() noexcept {
    if (!spares()) return false;
    reserve_.lend();
    const auto all = tree_room().first(find_tree(tree(), tree_room()));
    const bool none = std::ranges::all_of(all, [](const TreeMember& member) { return member.spared != Spared::no; }) &&
                      (!group_ || !group_.has_unspared(all, spare_));
    reserve_.take_back();
    return none;
}

void Ladder::visit_spared(TreeVisitor visitor, void* context) noexcept {
    reserve_.lend();
    const std::size_t count = find_tree(tree(), tree_room());
    reserve_.take_back();
    for (const TreeMember& member : tree_room().first(count)) {
        if (member.spared == Spared::by_name) visitor(context, member);
    }
}

void Ladder::deliver(const Kill& kill) noexcept {
    switch (kill.scope) {
        case Scope::command:
            if (!reaped_) send_to_command(kill);
            break;
        case Scope::group: send_to_group(kill.signal); break;
        case Scope::tree: signal_all(kill.signal); break;
        case Scope::command_step: signal_command_alone(kill.signal); break;
    }
}

void Ladder::send_to_group(int signal) noexcept {
    // A nested runner in the group has to learn that INT or QUIT was typed, because it takes them for an order if a
    // process sends them.
    const bool has_two_meanings = signal == SIGINT || signal == SIGQUIT;
    if (!reaped_ && !has_two_meanings) {
        ::kill(-command_, signal);
        return;
    }
    // Once the command is reaped, the kernel may reuse the group's number, unless a process of the tree is still in the
    // group.
    reserve_.lend();
    pass_on_typed(tree(), signal, tree_room());
    reserve_.take_back();
}

void Ladder::send_to_command(const Kill& kill) const noexcept {
    if (kill.has_value != 0) {
        siginfo_t info{};
        info.si_signo = kill.signal;
        info.si_code = SI_QUEUE;
        info.si_pid = ::getpid();
        info.si_uid = ::getuid();
        info.si_value.sival_ptr = reinterpret_cast<void*>(kill.value);
        if (::syscall(SYS_rt_sigqueueinfo, command_, kill.signal, &info) == 0) return;
    }
    ::kill(command_, kill.signal);
}

void Ladder::signal_command_alone(int signal) noexcept {
    if (!has_command()) return;
    last_signal_ = signal;
    reserve_.lend();
    signal_command(tree(), {.signal = signal, .step = ++steps_}, tree_room());
    reserve_.take_back();
}

void Ladder::signal_all(int signal) noexcept {
    last_signal_ = signal;
    reserve_.release();
    if (signal == SIGKILL && kill_again_at_ < 0) {
        killing_since_ = now_ms();
        // Raise this process's priority: a fork bomb forks faster than a process without processor time can kill. The
        // priority stays, because this process exits when the tree is empty.
        ::setpriority(PRIO_PROCESS, 0, -20);
    }
    // Walk the tree before writing cgroup.kill: the visitor is to report every process, and a walk skips dead ones.
    const OuterOrder order{.signal = signal, .step = ++steps_};
    const std::size_t found = signal_tree(tree(), order, tree_room(), visitor_, context_);
    if (group_) {
        group_.signal_others(tree_room().first(found), spare_, order, visitor_ != nullptr ? visitor_ : tell_nobody,
                             context_);
        if (signal == SIGKILL && group_.let_spared_leave(tree(), tree_room())) group_.kill();
    }
    if (signal == SIGKILL) {
        const std::int64_t now = now_ms();
        const std::int64_t pause = (now - killing_since_) / share_of_time;
        kill_again_at_ = now + std::clamp(pause, kill_again_ms, most_kill_again_ms);
    }
}

/// While the control group is not empty, this mostly only writes cgroup.kill. A walk over all processes of a fork bomb
/// after each death would take the processor time that they need to die.
void Ladder::kill_again() noexcept {
    const bool in_group = !spares() && group_ && group_.ends_at_once() && group_.is_populated();
    if (in_group && now_ms() < look_again_at_) {
        group_.kill();
        kill_again_at_ = now_ms() + kill_again_ms;
    } else {
        signal_all(SIGKILL);
        look_again_at_ = now_ms() + look_again_ms;
    }
}

void Ladder::child_reaped() noexcept {
    if (kill_again_at_ >= 0) kill_again();
}

void Ladder::command_reaped() noexcept {
    reaped_ = true;
    spare_.outlived = steps_ == 0;
    const bool waits_for_command =
        climbing_ && next_step_ < plan_.step_count && plan_.steps[next_step_ - 1].to_command != 0;
    if (waits_for_command) next_rung_at_ = earlier(next_rung_at_, now_ms() + moment_after_command_ms);
}

void Ladder::begin() noexcept {
    if (climbing_) return;
    climbing_ = true;
    climb();
}

void Ladder::climb() noexcept {
    while (!has_command() && next_step_ + 1 < plan_.step_count && plan_.steps[next_step_].to_command != 0) ++next_step_;
    const Step& rung = plan_.steps[next_step_++];
    const bool last = next_step_ >= plan_.step_count;
    next_rung_at_ = last || rung.grace_ms < 0 ? -1 : now_ms() + rung.grace_ms;
    if (rung.to_command != 0) {
        signal_command_alone(rung.signal);
    } else {
        signal_all(rung.signal);
    }
}

std::int64_t Ladder::deadline() const noexcept { return earlier(next_rung_at_, kill_again_at_); }

void Ladder::take_deadline() noexcept {
    if (next_rung_at_ >= 0 && now_ms() >= next_rung_at_) climb();
    if (kill_again_at_ >= 0 && now_ms() >= kill_again_at_) kill_again();
}

}  // namespace netrunner
