#include "shepherd/watch.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "shepherd/ladder.hpp"
#include "shepherd/start/runner_watch.hpp"
#include "shepherd/supervise.hpp"
#include "shepherd/system/monotonic.hpp"

namespace netrunner {
namespace {

using protocol::passed_on_signal;
using protocol::runner_ends_tree;

/// After the guard's death the shepherd waits this long for the runner before it ends the tree itself. The runner sees
/// that death too and knows the reason; it tells the shepherd that it ends the tree (docs/decisions/0061).
constexpr std::int64_t first_word_ms = 200;
/// How long the guard may take beyond the ladder's own time before the shepherd checks whether the guard can act.
constexpr std::int64_t killing_ms = 3000;
/// How often the shepherd looks whether only spared processes are left of a tree that it ends.
constexpr std::int64_t look_ms = 50;
constexpr std::int64_t never = -1;

/// The time until the ladder's last rung should have acted; never: a grace has no end.
std::int64_t ladder_ms(const protocol::Plan& plan) noexcept {
    std::int64_t sum = killing_ms;
    for (std::uint32_t i = 0; i + 1 < plan.step_count; ++i) {
        if (plan.steps[i].grace_ms < 0) return never;
        sum += plan.steps[i].grace_ms;
    }
    return sum;
}

class Watch {
  public:
    Watch(const protocol::Plan& plan, Watched watched) noexcept
        : plan_(plan),
          watched_(std::move(watched)),
          ladder_(plan, watched_.groups.job, watched_.reserve),
          runner_(plan.runner) {
        if (!watched_.spare.empty()) ladder_.spare(watched_.spare);
        if (runner_.descriptor() < 0) runner_left();
    }

    int run() noexcept {
        while (!guard_ended()) {
            wait(runner_.descriptor(), guard_due_at_);
        }
        const bool reported = WIFEXITED(guard_status_) && WEXITSTATUS(guard_status_) == exit_reported;
        if (reported) return 0;
        if (!WIFEXITED(guard_status_) || WEXITSTATUS(guard_status_) != exit_alone) {
            replace_guard_until_tree_ends();
            settle();
        }
        watched_.groups.leave_leaf();
        return 0;
    }

  private:
    /// Waits for a signal, for the end of the runner (`runner`: what shows it; -1: do not look), or until `until`;
    /// while the shepherd ends the tree, also for a change of the control group.
    void wait(int runner, std::int64_t until) noexcept {
        const int group = taking_over_ && watched_.groups.job ? watched_.groups.job.events() : -1;
        std::array<pollfd, 3> fds{{{watched_.signals.get(), POLLIN, 0}, {runner, POLLIN, 0}, {group, POLLPRI, 0}}};
        const int timeout = until < 0 ? -1 : static_cast<int>(std::clamp<std::int64_t>(until - now_ms(), 0, 60'000));
        if (::poll(fds.data(), fds.size(), timeout) < 0) return;
        if (fds[1].revents != 0 && runner_.has_ended(0)) runner_left();
        if (fds[0].revents != 0) take_signals();
        if (guard_due_at_ >= 0 && now_ms() >= guard_due_at_) replace_guard();
    }

    /// The guard sees the runner's death too and ends the tree. The shepherd only notes when that should be done.
    void runner_left() noexcept {
        const std::int64_t time = ladder_ms(plan_);
        if (time >= 0 && !taking_over_) guard_due_at_ = now_ms() + time;
    }

    void take_signals() noexcept {
        signalfd_siginfo info{};
        while (::read(watched_.signals.get(), &info, sizeof info) == sizeof info) {
            const int signal = static_cast<int>(info.ssi_signo);
            if (signal == passed_on_signal && info.ssi_code == SI_QUEUE) {
                const auto sender = static_cast<pid_t>(info.ssi_pid);
                runner_acts_ = runner_acts_ || (sender == plan_.runner && info.ssi_int == runner_ends_tree);
            } else if (signal != SIGCHLD && !taking_over_) {
                pass_on(signal);
            }
        }
    }

    void pass_on(int signal) const noexcept {
        siginfo_t order{};
        order.si_signo = passed_on_signal;
        order.si_code = SI_QUEUE;
        order.si_pid = ::getpid();
        order.si_uid = ::getuid();
        order.si_value.sival_int = signal;
        ::syscall(SYS_rt_sigqueueinfo, watched_.guard, passed_on_signal, &order);
    }

    bool guard_ended() noexcept {
        int status = 0;
        pid_t pid = 0;
        while ((pid = ::waitpid(watched_.guard, &status, WNOHANG | WUNTRACED | __WALL)) != 0) {
            if (pid < 0 && errno == EINTR) continue;
            if (pid > 0 && WIFSTOPPED(status)) {
                ::kill(watched_.guard, SIGCONT);
                continue;
            }
            guard_status_ = pid > 0 ? status : SIGKILL;
            return true;
        }
        return false;
    }

    /// Kills the guard if it is stopped or held by a debugger, because it cannot end the tree then. The tree is then
    /// reparented to the shepherd, which can.
    void replace_guard() noexcept {
        TreeMember guard;
        const bool held = read_member(watched_.guard, guard) && (guard.state == 'T' || guard.state == 't');
        if (held) ::kill(watched_.guard, SIGKILL);
        guard_due_at_ = held ? never : now_ms() + killing_ms;
    }

    // -- without the guard

    /// Reaps until nothing is left of the tree, which has been reparented to this process. The runner ends the tree if
    /// it says so; if it says nothing in time or dies before nothing is left, the shepherd does.
    void replace_guard_until_tree_ends() noexcept {
        taking_over_ = true;
        guard_due_at_ = never;
        act_alone_at_ = now_ms() + first_word_ms;
        follow_runner();
        while (!reap()) {
            wait(runner_.descriptor(), next_look());
            follow_runner();
            ladder_.take_deadline();
        }
    }

    void follow_runner() noexcept {
        const bool gone = runner_.has_ended(0);
        if (gone) {
            // Restore the terminal first: the user's shell is about to read its modes, too.
            restore_terminal();
            ladder_.begin();
        } else if (runner_acts_) {
            ladder_.rest();
        } else if (act_alone_at_ >= 0 && now_ms() >= act_alone_at_) {
            ladder_.begin();  // the runner may be stopped
        }
        if (gone || runner_acts_ || ladder_.is_climbing()) act_alone_at_ = never;
    }

    void restore_terminal() noexcept {
        if (!std::exchange(terminal_restored_, true)) watched_.users_terminal.restore(0);
    }

    [[nodiscard]] std::int64_t next_look() const noexcept {
        const std::int64_t due = earlier(ladder_.deadline(), act_alone_at_);
        return ladder_.spares() ? earlier(due, now_ms() + look_ms) : due;
    }

    static std::int64_t earlier(std::int64_t a, std::int64_t b) noexcept {
        if (a < 0) return b;
        return b < 0 ? a : std::min(a, b);
    }

    /// Restores the terminal and removes the control group if the runner is gone. If there is anything to do and the
    /// runner is alive (it may be stopped), waits for its end: a runner that goes on does both itself, and it ends this
    /// process first.
    void settle() noexcept {
        const bool has_duties = watched_.groups.job || watched_.groups.vacated || watched_.users_terminal.is_guarded();
        if (!runner_.has_ended(has_duties ? RunnerWatch::forever : 0)) return;
        restore_terminal();
        if (watched_.groups.job) watched_.groups.clear_job(plan_);
    }

    /// True when no process of the tree or of the control group is left but spared ones. Two walks in a row have to
    /// find nothing, because one can miss a process whose parent dies meanwhile.
    bool reap() noexcept {
        pid_t pid = 0;
        bool reaped = false;
        while ((pid = ::waitpid(-1, nullptr, WNOHANG | __WALL)) != 0) {
            if (pid < 0 && errno != EINTR) break;
            reaped = reaped || pid > 0;
        }
        const bool in_group = watched_.groups.job && watched_.groups.job.is_populated();
        if (pid < 0 && !in_group) return true;
        if (reaped) ladder_.child_reaped();
        return !reaped && ladder_.only_spared_left() && ladder_.only_spared_left();
    }

    const protocol::Plan& plan_;
    Watched watched_;
    Ladder ladder_;
    RunnerWatch runner_;
    int guard_status_ = 0;
    std::int64_t guard_due_at_ = never;  ///< when to call replace_guard if the guard is still there
    bool taking_over_ = false;           ///< the guard is dead
    bool runner_acts_ = false;           ///< the runner ends the tree for as long as it lives
    bool terminal_restored_ = false;
    std::int64_t act_alone_at_ = never;  ///< when to end the tree if the runner has said nothing
};

}  // namespace

void watch(const protocol::Plan& plan, Watched watched) noexcept {
    Watch shepherd(plan, std::move(watched));
    ::_exit(shepherd.run());
}

}  // namespace netrunner
