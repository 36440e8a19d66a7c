#include "src/session/second_layer.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <span>
#include <utility>

#include "src/outcome/process_description.hpp"

namespace netrunner {
namespace {

constexpr std::size_t most_members = 8192;
constexpr std::chrono::milliseconds check_interval{10};
// Many runs may be lost at once. Processes that do not fit are found by a later walk.
constexpr std::size_t most_shared_members = 1024;
constexpr std::chrono::milliseconds shared_check_interval{50};

/// Lends the reserve to one walk.
class Loan {
  public:
    explicit Loan(ReserveDescriptors* reserve) : reserve_(reserve) {
        if (reserve_ != nullptr) reserve_->lend();
    }
    ~Loan() {
        if (reserve_ != nullptr) reserve_->take_back();
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

  private:
    ReserveDescriptors* reserve_;
};

}  // namespace

SecondLayer::SecondLayer(std::vector<pid_t> strangers) : strangers_(std::move(strangers)) {}

void SecondLayer::take_over(pid_t command, pid_t shepherd, const SpareRule& spare, TimePoint now) {
    spare_ = spare;
    reserve_.release();
    active_ = true;
    command_ = command;
    shepherd_ = shepherd;
    room_.resize(lent_ == nullptr ? most_members : most_shared_members);
    if (is_below_shepherd()) find();
    check_at_ = now;
}

void SecondLayer::inherit(TimePoint now) {
    shepherd_ = -1;
    seen_nothing_ = false;
    check_at_ = now;
    // The shepherd may have reaped the command since the last walk, and its pid may be another process's now.
    TreeMember command;
    const bool is_child = has_command() && read_member(command_, command) && command.parent == ::getpid();
    command_reaped_ = !is_child;
}

void SecondLayer::set_children(std::vector<pid_t> children, bool others_maybe) {
    children_ = std::move(children);
    others_maybe_ = others_maybe;
}

void SecondLayer::child_reaped(pid_t pid) {
    child_reaped_ = true;
    if (pid == command_) command_reaped_ = true;
}

void SecondLayer::claim(pid_t root, pid_t command) {
    command_ = command;
    room_.resize(most_shared_members);
    const Loan loan(lent_);
    claimed_ = find_tree({.root = root}, room_);
}

Tree SecondLayer::tree() const {
    Tree tree{.root = is_below_shepherd() ? shepherd_ : ::getpid(),
              .group = command_,
              .leader_unreaped = has_command() && !is_below_shepherd(),
              .strangers = strangers_,
              .spare = spare_};
    if (lent_ != nullptr && !is_below_shepherd()) tree.children = children_;
    return tree;
}

void SecondLayer::signal(OuterOrder order, JobGroup* group, const OrphanSignalled& signalled) {
    struct Context {
        pid_t command;
        int signal;
        const OrphanSignalled& signalled;
    } context{command_, order.signal, signalled};
    const TreeVisitor tell = [](void* opaque, const TreeMember& member) {
        const auto& asked = *static_cast<const Context*>(opaque);
        if (member.pid == asked.command || member.is_dying()) return;
        const ProcessDescription seen(member.pid);
        asked.signalled(
            {.pid = member.pid, .name = seen.name.data(), .command = seen.command.data(), .ended_by = asked.signal});
    };
    const Loan loan(lent_);
    const std::size_t count = signal_tree(tree(), order, room_, tell, &context);
    claim_walked(count);
    if (group == nullptr) return;
    group->signal_others(std::span(room_).first(count), spare_, order, tell, &context);
    if (order.signal == SIGKILL && group->let_spared_leave(tree(), room_)) group->kill();
}

void SecondLayer::signal_command(OuterOrder order) {
    if (!has_command()) return;
    const Loan loan(lent_);
    netrunner::signal_command(tree(), order, room_);
}

bool SecondLayer::check(TimePoint now, JobGroup* group, bool kill_again, const OrphanSignalled& signalled) {
    if (reap() && (group == nullptr || is_done(*group))) {
        check_at_.reset();
        return true;
    }
    check_at_ = now + (lent_ == nullptr ? check_interval : shared_check_interval);
    if (kill_again) signal({.signal = SIGKILL, .step = 1}, group, signalled);
    return false;
}

bool SecondLayer::is_done(const JobGroup& group) {
    if (!spare_) return !group.is_populated();
    return !group.has_unspared(std::span(room_).first(find_tree(tree(), room_)), spare_);
}

std::vector<Orphan> SecondLayer::find_spared() {
    std::vector<Orphan> spared;
    if (!spare_) return spared;
    find();
    for (const TreeMember& member : claimed()) {
        if (member.spared != Spared::by_name) continue;
        const ProcessDescription seen(member.pid);
        spared.push_back({.pid = member.pid, .name = seen.name.data(), .command = seen.command.data()});
    }
    return spared;
}

bool SecondLayer::reap() {
    pid_t pid = 0;
    bool reaped = std::exchange(child_reaped_, false);
    const bool reaps = lent_ == nullptr && !is_below_shepherd();
    while (reaps && (pid = ::waitpid(-1, nullptr, WNOHANG | __WALL)) > 0) {
        reaped = true;
        if (pid == command_) command_reaped_ = true;
    }
    // Only ECHILD proves that no child is left: a walk can miss a process whose parent dies during the walk.
    if (pid < 0 && errno == ECHILD) return true;
    // While other processes are among the children, ECHILD never comes, and below the shepherd that one reaps. Then two
    // walks in a row have to find nothing, and no child may have been reaped between them.
    const bool has_others = lent_ != nullptr || !strangers_.empty() || spare_ || is_below_shepherd();
    const bool is_shared_out = !others_maybe_ || is_below_shepherd();
    // One process that is known to live saves the walk.
    const bool seen_nothing = !reaped && has_others && is_shared_out && !is_claim_alive() && find() == 0;
    return std::exchange(seen_nothing_, seen_nothing) && seen_nothing;
}

bool SecondLayer::has_unspared_claim() const {
    return std::ranges::find(claimed(), Spared::no, &TreeMember::spared) != claimed().end();
}

bool SecondLayer::is_claim_alive() const {
    const auto first = std::ranges::find(claimed(), Spared::no, &TreeMember::spared);
    TreeMember now;
    return first != claimed().end() && first->is_readable() && read_member(first->pid, now) &&
           now.started == first->started && !now.is_dead();
}

std::size_t SecondLayer::find() {
    const Loan loan(lent_);
    claim_walked(find_tree(tree(), room_));
    const auto left = [](const TreeMember& member) { return member.spared == Spared::no; };
    return static_cast<std::size_t>(std::ranges::count_if(claimed(), left));
}

void SecondLayer::claim_walked(std::size_t count) {
    claimed_ = count;
    if (!is_below_shepherd()) return;
    command_reaped_ = std::ranges::find(claimed(), command_, &TreeMember::pid) == claimed().end();
}

}  // namespace netrunner
