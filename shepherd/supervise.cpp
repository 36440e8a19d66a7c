#include "shepherd/supervise.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "shepherd/ladder.hpp"
#include "shepherd/phases.hpp"
#include "shepherd/system/monotonic.hpp"
#include "shepherd/tree/tree.hpp"
#include "shepherd/usage_sum.hpp"

namespace netrunner {
namespace {

using namespace protocol;

/// After the shepherd's death the guard waits this long for the runner's order before it ends the tree itself. The
/// runner sees that death too and knows the reason, and two processes that end one tree disagree (docs/decisions/0017).
constexpr std::int64_t first_word_ms = 200;
/// How often the guard looks whether only spared processes are left: a process may become one by its exec, and nothing
/// tells the guard. The interval grows with the time since the command's end.
constexpr std::int64_t shortest_look_ms = 20;
constexpr std::int64_t longest_look_ms = 500;
constexpr std::int64_t share_of_time = 4;

class Supervisor {
  public:
    Supervisor(Link link, const Plan& plan, Start start) noexcept
        : link_(link), plan_(plan), start_(std::move(start)), ladder_(plan, start_.groups.job, start_.reserve) {
        ladder_.set_command(start_.child);
        if (!start_.spare.empty()) ladder_.spare(start_.spare);
        ladder_.tell(&Supervisor::about_to_signal, this);
    }

    int run() noexcept {
        while (!finished_ && (phase_ != Phase::over || has_duties())) wait();
        if (!runner_gone_) return exit_reported;
        start_.groups.clear_job(plan_);
        if (shepherd_gone_) {
            start_.groups.leave_leaf();
        } else {
            // Continue the shepherd, because a stopped shepherd would never exit.
            start_.shepherd.send(SIGCONT);
        }
        return exit_alone;
    }

  private:
    /// True while the user's terminal may have to be restored or the control group may have to be removed. The guard
    /// stays until then, because the runner may be killed before it does either.
    [[nodiscard]] bool has_duties() const noexcept {
        return start_.users_terminal.is_guarded() || (start_.groups.job && !runner_gone_);
    }

    // -- waiting

    void wait() noexcept {
        const bool awaits_group = phase_ == Phase::leftover && start_.groups.job;
        std::array<pollfd, 5> watched{{
            {start_.signals.get(), POLLIN, 0},
            {runner_gone_ ? -1 : link_.get(), POLLIN, 0},
            {start_.report.descriptor(), POLLIN, 0},
            {awaits_group ? start_.groups.job.events() : -1, POLLPRI, 0},
            {shepherd_gone_ ? -1 : start_.shepherd.descriptor(), POLLIN, 0},
        }};
        const std::int64_t patience = next_deadline();
        const int timeout =
            patience < 0 ? -1 : static_cast<int>(std::clamp<std::int64_t>(patience - now_ms(), 0, 60'000));
        if (::poll(watched.data(), watched.size(), timeout) < 0) return;
        if (watched[2].revents != 0) settle_start();
        // The shepherd's death comes before the runner's order, which answers it: the order ends the wait for it.
        if (watched[4].revents != 0) shepherd_left();
        if (watched[1].revents != 0) take_orders();
        if (finished_) return;  // the other events may be effects of the runner's exit
        if (watched[0].revents != 0) take_signals();
        if (watched[3].revents != 0 && phase_ == Phase::leftover) reap();
        take_deadline();
    }

    void step(Event event) noexcept {
        const Transition transition = advance(phase_, event);
        phase_ = transition.next;
        switch (transition.action) {
            case Action::none: break;
            case Action::tell_started: tell_started(); break;
            case Action::tell_failed:
                link_.send(Failed{failure_.stage, failure_.error, ::getpid(), failure_.detail});
                break;
            case Action::tell_exited: link_.send(ChildExited{wait_status_, 0, usage_}); break;
            case Action::tell_exited_and_empty: link_.send(ChildExited{wait_status_, 1, usage_}); break;
            case Action::tell_empty: link_.send(TreeEmpty{usage_}); break;
        }
        if (phase_ == Phase::over) {
            close_terminal();
            ladder_.end();
        }
    }

    void close_terminal() noexcept {
        if (!start_.terminal) return;
        // When the session's leader, the shepherd, exits, the kernel sends SIGHUP to the foreground group. Make that
        // the guard's own group, so that no spared process gets the signal.
        if (ladder_.spares()) start_.terminal.set_foreground(Foreground::shepherd, start_.child);
        start_.terminal.close();
    }

    // -- the start

    void settle_start() noexcept {
        if (!start_.report.is_open()) return;
        const bool may_lack_memory = plan_.limits_memory != 0 && ladder_.last_signal() == 0;
        const auto failure = start_.report.settle(start_.child, may_lack_memory);
        if (!failure) {
            step(Event::exec_succeeded);
            return;
        }
        failure_ = *failure;
        while (::waitpid(start_.child, nullptr, 0) < 0 && errno == EINTR) {
        }
        ladder_.command_reaped();
        step(Event::exec_failed);
    }

    void tell_started() noexcept {
        std::array<int, 4> descriptors{};
        std::size_t count = 0;
        for (const Descriptor* end : {&start_.standard_input, &start_.standard_output, &start_.standard_error}) {
            if (*end) descriptors[count++] = end->get();
        }
        if (start_.terminal) descriptors[count++] = start_.terminal.master();
        link_.send_about(as_sent(start_.child), ChildStarted{start_.child, ::getpid()}, {descriptors.data(), count});
        start_.standard_output.reset();
        start_.standard_error.reset();
        start_.terminal.forget_master();
        // Keep stdin's write end open: if the runner is killed, the command must not read end-of-file and take its
        // input for complete (docs/decisions/0002).
    }

    /// The pid to send as SCM_CREDENTIALS beside a frame; 0: none. Only a PID namespace needs it: the pid in the frame
    /// means nothing to the runner there, and the kernel translates the credentials.
    [[nodiscard]] pid_t as_sent(pid_t pid) const noexcept { return plan_.pid_namespace != 0 ? pid : 0; }

    // -- orders

    void take_orders() noexcept {
        Frame frame;
        std::span<const std::byte> packet;
        while (!runner_gone_ && !finished_) {
            switch (link_.receive(frame, packet, false)) {
                case Link::Received::nothing: return;
                case Link::Received::hang_up: runner_left(); return;
                case Link::Received::frame: obey(packet); break;
            }
        }
    }

    void obey(std::span<const std::byte> packet) noexcept {
        Kill kill;
        CloseStdin close_stdin;
        SetWinsize size;
        SetForeground foreground;
        TerminalRestored restored;
        Finish finish;
        if (unpack(packet, kill)) {
            if (kill.scope == Scope::tree || kill.scope == Scope::command_step) act_alone_at_ = -1;
            orphan_frames_left_ = max_orphan_frames;
            ladder_.deliver(kill);
            if (look_at_ >= 0) look_at_ = now_ms();  // perhaps there was nothing to signal
        } else if (unpack(packet, close_stdin)) {
            start_.standard_input.reset();
        } else if (unpack(packet, size)) {
            if (start_.terminal) start_.terminal.set_size(size.columns, size.rows);
        } else if (unpack(packet, foreground)) {
            if (start_.terminal) start_.terminal.set_foreground(foreground.whose, start_.child);
        } else if (unpack(packet, restored)) {
            // The record says it already; the frame only wakes this process.
        } else if (unpack(packet, finish)) {
            finished_ = true;
            // When the session's leader, the shepherd, exits, the kernel sends SIGHUP to the terminal's foreground
            // group. Make that the guard's own group, so that no process that may live on gets the signal.
            if (start_.terminal) start_.terminal.set_foreground(Foreground::shepherd, start_.child);
        } else {
            // An invalid frame: treat the runner as gone and end the tree.
            runner_left();
        }
    }

    void runner_left() noexcept {
        if (runner_gone_) return;
        runner_gone_ = true;
        // Restore the terminal first: the user's shell is about to read its modes, too.
        start_.users_terminal.restore(start_.child);
        begin_ladder();
    }

    /// Leaves it to the runner to order the ladder. The runner may be stopped or about to die, so the guard begins the
    /// ladder by itself after first_word_ms.
    void shepherd_left() noexcept {
        shepherd_gone_ = true;
        act_alone_at_ = now_ms() + first_word_ms;
    }

    void begin_ladder() noexcept {
        act_alone_at_ = -1;
        orphan_frames_left_ = max_orphan_frames;
        ladder_.begin();
    }

    static void about_to_signal(void* context, const TreeMember& member) noexcept {
        auto& self = *static_cast<Supervisor*>(context);
        if (self.phase_ != Phase::leftover || self.runner_gone_ || self.orphan_frames_left_ == 0) return;
        // Another process, or the kernel for want of memory, has already ended this one.
        if (member.is_dying()) return;
        --self.orphan_frames_left_;
        OrphanFound orphan;
        orphan.pid = member.pid;
        orphan.signal = self.ladder_.last_signal();
        describe_process(member.pid, orphan.name, orphan.command);
        self.link_.offer(orphan, self.as_sent(member.pid));
    }

    // -- signals to the guard

    void take_signals() noexcept {
        signalfd_siginfo info{};
        bool reap_needed = false;
        while (::read(start_.signals.get(), &info, sizeof info) == sizeof info) {
            const int signal = static_cast<int>(info.ssi_signo);
            if (signal == SIGCHLD) {
                reap_needed = true;
            } else if (signal == passed_on_signal && is_from_shepherd(info)) {
                take_order(info.ssi_int, Receiver::shepherd);
            } else {
                take_order(signal, Receiver::guard);
            }
        }
        if (reap_needed) reap();
    }

    /// Any process of the user may send the same signal. In a PID namespace, the kernel gives 0 for both pids.
    static bool is_from_shepherd(const signalfd_siginfo& info) noexcept {
        return info.ssi_code == SI_QUEUE && static_cast<pid_t>(info.ssi_pid) == ::getppid();
    }

    void take_order(int signal, Receiver receiver) noexcept {
        if (runner_gone_ || !link_.offer(StopRequested{signal, receiver})) begin_ladder();
    }

    void reap() noexcept {
        bool command_ended = false;
        while (true) {
            int status = 0;
            rusage usage{};
            const pid_t pid = ::wait4(-1, &status, WNOHANG | WUNTRACED | WCONTINUED | __WALL, &usage);
            if (pid < 0 && errno == EINTR) continue;
            if (pid <= 0) {
                // The control group may hold a process that is no child of the guard, because it was moved into the
                // group or has left the tree. Read cgroup.events in any case: poll(2) reports only later changes.
                const bool has_others = start_.groups.job && start_.groups.job.is_populated();
                const bool may_be_over = command_ended || phase_ == Phase::leftover;
                const bool none_left = (pid < 0 && !has_others) || (may_be_over && only_spared_left());
                if (command_ended || (none_left && phase_ == Phase::leftover)) {
                    step(none_left ? Event::tree_ended : Event::command_ended);
                }
                break;
            }
            if (WIFSTOPPED(status) || WIFCONTINUED(status)) {
                if (pid == start_.child) tell_job_control(status);
                continue;
            }
            add_usage(usage_, usage);
            if (pid != start_.child) continue;
            settle_start();
            if (phase_ == Phase::over) return;
            ladder_.command_reaped();
            command_ended = true;
            wait_status_ = status;
        }
        if (phase_ != Phase::over) ladder_.child_reaped();
    }

    /// One walk can miss a process whose parent dies meanwhile. So two walks in a row have to find nothing, and no
    /// child may have ended meanwhile; if one has, its SIGCHLD is still to be read.
    bool only_spared_left() noexcept {
        if (!ladder_.spares()) return false;
        const std::int64_t now = now_ms();
        if (left_since_ < 0) left_since_ = now;
        look_at_ = now + std::clamp((now - left_since_) / share_of_time, shortest_look_ms, longest_look_ms);
        if (!ladder_.only_spared_left() || !ladder_.only_spared_left()) return false;
        siginfo_t ended{};
        if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 && ended.si_pid != 0) return false;
        look_at_ = -1;
        spared_frames_left_ = max_spared_frames;
        if (!runner_gone_) ladder_.visit_spared(&Supervisor::tell_spared, this);
        return true;
    }

    static void tell_spared(void* context, const TreeMember& member) noexcept {
        auto& self = *static_cast<Supervisor*>(context);
        if (self.spared_frames_left_ == 0) return;
        --self.spared_frames_left_;
        OrphanSpared spared;
        spared.pid = member.pid;
        describe_process(member.pid, spared.name, spared.command);
        self.link_.send(spared);
    }

    void tell_job_control(int status) noexcept {
        if (WIFSTOPPED(status)) {
            link_.offer(ChildStopped{WSTOPSIG(status)});
        } else {
            link_.offer(ChildContinued{});
        }
    }

    // -- time

    [[nodiscard]] std::int64_t next_deadline() const noexcept {
        return earlier(earlier(ladder_.deadline(), act_alone_at_), look_at_);
    }

    static std::int64_t earlier(std::int64_t a, std::int64_t b) noexcept {
        if (a < 0) return b;
        return b < 0 ? a : std::min(a, b);
    }

    void take_deadline() noexcept {
        if (phase_ == Phase::over) {
            act_alone_at_ = look_at_ = -1;
            return;
        }
        if (act_alone_at_ >= 0 && now_ms() >= act_alone_at_) begin_ladder();
        ladder_.take_deadline();
        if (look_at_ >= 0 && now_ms() >= look_at_) reap();
    }

    Link link_;
    const Plan& plan_;
    Start start_;
    Ladder ladder_;
    Phase phase_ = Phase::starting;
    bool runner_gone_ = false;
    bool shepherd_gone_ = false;
    bool finished_ = false;
    int wait_status_ = 0;
    ChildFailure failure_;
    Usage usage_;
    std::int64_t act_alone_at_ = -1;  ///< when to end the tree if the runner has not ordered it; -1: never
    std::uint32_t orphan_frames_left_ = 0;
    std::int64_t left_since_ = -1;  ///< since when the command has ended; only if processes may be spared
    std::int64_t look_at_ = -1;     ///< when to look whether only spared processes are left; -1: never
    std::uint32_t spared_frames_left_ = 0;
};

}  // namespace

sigset_t supervised_signals() noexcept {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, passed_on_signal}) ::sigaddset(&set, signal);
    return set;
}

void supervise(Link link, const protocol::Plan& plan, Start start) noexcept {
    Supervisor supervisor(link, plan, std::move(start));
    ::_exit(supervisor.run());
}

}  // namespace netrunner
