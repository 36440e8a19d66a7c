#include "shepherd/supervise.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "shepherd/child.hpp"
#include "shepherd/terminal_modes.hpp"
#include "shepherd/tree.hpp"

namespace netrunner {
namespace {

using namespace protocol;

// ---- the table -------------------------------------------------------------------------------------------------

enum class Phase : std::uint8_t {
    starting,  ///< forked; exec has not been seen to succeed or fail
    running,   ///< the command runs
    leftover,  ///< it has ended, others of the tree have not
    over,      ///< nothing is left
};
enum class Event : std::uint8_t {
    exec_succeeded,
    exec_failed,
    command_ended,  ///< and something is left
    tree_ended,     ///< waitpid says that no child is left
};
enum class Action : std::uint8_t {
    none,
    tell_started,
    tell_failed,
    tell_exited,
    tell_exited_and_empty,
    tell_empty,
};
struct Transition {
    Phase next;
    Action action;
};

constexpr std::size_t phases = 4;
constexpr std::size_t events = 4;
// The end of the start is always settled before an exit is looked at, so `starting` sees no exit of the command.
// clang-format off
constexpr std::array<std::array<Transition, events>, phases> table{{
    //  exec_succeeded                          exec_failed                         command_ended                           tree_ended
    {{{Phase::running, Action::tell_started}, {Phase::over, Action::tell_failed}, {Phase::starting, Action::none},        {Phase::starting, Action::none}}},
    {{{Phase::running, Action::none},         {Phase::running, Action::none},     {Phase::leftover, Action::tell_exited}, {Phase::over, Action::tell_exited_and_empty}}},
    {{{Phase::leftover, Action::none},        {Phase::leftover, Action::none},    {Phase::leftover, Action::none},        {Phase::over, Action::tell_empty}}},
    {{{Phase::over, Action::none},            {Phase::over, Action::none},        {Phase::over, Action::none},            {Phase::over, Action::none}}},
}};
// clang-format on

// ---- small mechanisms ------------------------------------------------------------------------------------------

/// How often SIGKILL is repeated while anything is left: the tree is looked at again after every death too, this is
/// for a process that was born between the look and the death of the one that looked after it.
constexpr std::int64_t kill_again_ms = 20;
/// And how often those outside of a group that is not empty are looked for meanwhile.
constexpr std::int64_t look_again_ms = 250;

std::int64_t now_ms() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

std::int64_t microseconds(const timeval& time) noexcept {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_usec;
}

void add_usage(Usage& sum, const rusage& one) noexcept {
    sum.user_us += microseconds(one.ru_utime);
    sum.system_us += microseconds(one.ru_stime);
    sum.max_rss = std::max(sum.max_rss, static_cast<std::int64_t>(one.ru_maxrss) * 1024);
    sum.minor_faults += one.ru_minflt;
    sum.major_faults += one.ru_majflt;
    sum.voluntary_switches += one.ru_nvcsw;
    sum.involuntary_switches += one.ru_nivcsw;
    sum.blocks_in += one.ru_inblock;
    sum.blocks_out += one.ru_oublock;
}

/// Room for one look at the tree; untouched pages of it cost nothing.
std::array<TreeMember, 8192> tree_room;

// ---- the supervisor --------------------------------------------------------------------------------------------

class Supervisor {
  public:
    Supervisor(Link link, const Plan& plan, Start start) noexcept
        : link_(link), plan_(plan), start_(std::move(start)) {}

    int run() noexcept {
        while (!finished_ && (phase_ != Phase::over || has_duties())) {
            wait();
        }
        if (runner_gone_) clear_groups();
        return 0;
    }

  private:
    /// While the user's terminal is not as it was, or the group not removed, whoever could see to it stays.
    [[nodiscard]] bool has_duties() const noexcept { return guard_ || (start_.group && !runner_gone_); }

    void clear_groups() noexcept {
        if (start_.group) {
            plan_.keeps_group != 0 ? start_.group.remove_inside() : start_.group.remove(plan_.group_parents);
        }
        if (start_.vacated) start_.vacated.move_back();
    }

    // -- waiting

    void wait() noexcept {
        const bool awaits_group = phase_ == Phase::leftover && start_.group;
        std::array<pollfd, 4> watched{{
            {start_.signals.get(), POLLIN, 0},
            {runner_gone_ ? -1 : link_.get(), POLLIN, 0},
            {start_.report.get(), POLLIN, 0},
            {awaits_group ? start_.group.events() : -1, POLLPRI, 0},
        }};
        const std::int64_t patience = next_deadline();
        const int timeout =
            patience < 0 ? -1 : static_cast<int>(std::clamp<std::int64_t>(patience - now_ms(), 0, 60'000));
        if (::poll(watched.data(), watched.size(), timeout) < 0) return;
        if (watched[2].revents != 0) settle_start();
        if (watched[1].revents != 0) take_orders();
        if (finished_) return;  // what comes of the runner's leaving is no reason to act
        if (watched[0].revents != 0) take_signals();
        if (watched[3].revents != 0 && phase_ == Phase::leftover) reap();
        take_deadline();
    }

    void step(Event event) noexcept {
        const Transition transition = table[static_cast<std::size_t>(phase_)][static_cast<std::size_t>(event)];
        phase_ = transition.next;
        switch (transition.action) {
            case Action::none: break;
            case Action::tell_started: tell_started(); break;
            case Action::tell_failed: link_.send(Failed{failure_.stage, failure_.error, failure_.detail}); break;
            case Action::tell_exited: link_.send(ChildExited{wait_status_, 0, usage_}); break;
            case Action::tell_exited_and_empty: link_.send(ChildExited{wait_status_, 1, usage_}); break;
            case Action::tell_empty: link_.send(TreeEmpty{usage_}); break;
        }
        if (phase_ == Phase::over) {
            start_.terminal.close();
            ladder_at_ = kill_again_at_ = -1;
        }
    }

    // -- the start

    /// Reads the child's report: end of file means that exec succeeded (or that the child was killed before, which
    /// the exit will tell).
    void settle_start() noexcept {
        if (!start_.report) return;
        ssize_t got = 0;
        do {
            got = ::read(start_.report.get(), &failure_, sizeof failure_);
        } while (got < 0 && errno == EINTR);
        start_.report.reset();
        if (got != sizeof failure_ && died_before_exec()) {
            failure_ = {Stage::cgroup, ENOMEM, 0};
            got = sizeof failure_;
        }
        if (got == sizeof failure_) {
            while (::waitpid(start_.child, nullptr, 0) < 0 && errno == EINTR) {
            }
            child_reaped_ = true;
            step(Event::exec_failed);
        } else {
            step(Event::exec_succeeded);
        }
    }

    /// In a group with too little memory the kernel kills it before it is anybody: it still has our name then. Between
    /// the end of its report and its death, or its new name, there may be a moment.
    [[nodiscard]] bool died_before_exec() const noexcept {
        if (plan_.limits_memory == 0 || signalling_ != 0) return false;
        constexpr int moments = 50;
        for (int i = 0; i < moments && is_named_as_we_are(start_.child); ++i) {
            siginfo_t death{};
            if (::waitid(P_PID, static_cast<id_t>(start_.child), &death, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                death.si_pid == start_.child) {
                return death.si_code == CLD_KILLED && death.si_status == SIGKILL && is_named_as_we_are(start_.child);
            }
            ::poll(nullptr, 0, 1);
        }
        return false;
    }

    [[nodiscard]] static bool is_named_as_we_are(pid_t pid) noexcept {
        std::array<char, 16> ours{};
        std::array<char, 16> name{};
        std::array<char, 1> command{};
        describe_process(::getpid(), ours, command);
        describe_process(pid, name, command);
        return name == ours;
    }

    void tell_started() noexcept {
        std::array<int, 4> descriptors{};
        std::size_t count = 0;
        for (const Descriptor* one : {&start_.standard_input, &start_.standard_output, &start_.standard_error}) {
            if (*one) descriptors[count++] = one->get();
        }
        if (start_.terminal) descriptors[count++] = start_.terminal.master();
        link_.send(ChildStarted{start_.child}, {descriptors.data(), count});
        start_.standard_output.reset();
        start_.standard_error.reset();
        start_.terminal.forget_master();
        // stdin's write end stays open here: if the runner is killed, the command must not take that for the end of its
        // input.
    }

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
        GuardTerminal guard;
        Finish finish;
        if (unpack(packet, kill)) {
            deliver(kill);
        } else if (unpack(packet, close_stdin)) {
            start_.standard_input.reset();
        } else if (unpack(packet, size)) {
            if (start_.terminal) start_.terminal.set_size(size.columns, size.rows);
        } else if (unpack(packet, foreground)) {
            if (start_.terminal) start_.terminal.set_foreground(foreground.whose, start_.child);
        } else if (unpack(packet, guard)) {
            guard_.reset();
            if (start_.users_terminal && guard.needed != 0) guard_ = guard;
        } else if (unpack(packet, finish)) {
            finished_ = true;
            // The end of the session's leader hangs up its terminal's foreground: let that be nobody who may live on.
            if (start_.terminal) start_.terminal.set_foreground(Foreground::shepherd, start_.child);
        } else {
            // Not our runner any more, whatever it is: the tree is all that counts.
            runner_left();
        }
    }

    void runner_left() noexcept {
        if (runner_gone_) return;
        runner_gone_ = true;
        put_users_terminal_right();
        begin_ladder();
    }

    /// First of all: the shell is about to look at its terminal, too.
    void put_users_terminal_right() noexcept {
        if (guard_) restore_modes(start_.users_terminal.get(), guard_->changed, guard_->original);
        guard_.reset();
        start_.users_terminal.reset();
        if (plan_.runner_group <= 0) return;
        const Descriptor tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
        const pid_t foreground = tty ? ::tcgetpgrp(tty.get()) : -1;
        if (foreground == start_.child || is_dead_group(foreground)) ::tcsetpgrp(tty.get(), plan_.runner_group);
    }

    // -- signalling the tree

    [[nodiscard]] Tree tree() const noexcept {
        return {.root = ::getpid(), .group = start_.child, .leader_unreaped = !child_reaped_};
    }

    void deliver(const Kill& kill) noexcept {
        switch (kill.scope) {
            case Scope::command:
                if (!child_reaped_) send_to_command(kill);
                break;
            case Scope::group:
                // Without its leader the group's number is only ours while somebody of the tree is in it.
                if (!child_reaped_ || group_has_members()) ::kill(-start_.child, kill.signal);
                break;
            case Scope::tree: signal_all(kill.signal); break;
        }
    }

    [[nodiscard]] bool group_has_members() const noexcept {
        const auto members = std::span(tree_room).first(find_tree(tree(), tree_room));
        return std::ranges::any_of(members, [&](const TreeMember& member) { return member.group == start_.child; });
    }

    void send_to_command(const Kill& kill) noexcept {
        if (kill.has_value != 0) {
            siginfo_t info{};
            info.si_signo = kill.signal;
            info.si_code = SI_QUEUE;
            info.si_pid = ::getpid();
            info.si_uid = ::getuid();
            info.si_value.sival_ptr = reinterpret_cast<void*>(kill.value);
            if (::syscall(SYS_rt_sigqueueinfo, start_.child, kill.signal, &info) == 0) return;
        }
        ::kill(start_.child, kill.signal);
    }

    void signal_all(int signal) noexcept {
        signalling_ = signal;
        orphan_frames_left_ = max_orphan_frames;
        if (signal == SIGKILL && kill_again_at_ < 0) {
            // A fork bomb wins against a killer that gets no processor time. Never lowered again: the end is near.
            ::setpriority(PRIO_PROCESS, 0, -20);
        }
        // First those that are to be told of by name: the dead have none any more.
        const std::size_t found = signal_tree(tree(), signal, tree_room, &Supervisor::about_to_signal, this);
        if (start_.group) {
            start_.group.signal_others(std::span(tree_room).first(found), signal, &Supervisor::about_to_signal, this);
            if (signal == SIGKILL) start_.group.kill();
        }
        if (signal == SIGKILL) kill_again_at_ = now_ms() + kill_again_ms;
    }

    /// As long as somebody is in the group mostly the kernel alone is asked: looking at each of a fork bomb's members,
    /// again with every one that dies, would take the processor that they need to die on.
    void kill_again() noexcept {
        const bool in_group = start_.group && start_.group.ends_at_once() && start_.group.is_populated();
        if (in_group && now_ms() < look_again_at_) {
            start_.group.kill();
            kill_again_at_ = now_ms() + kill_again_ms;
        } else {
            signal_all(SIGKILL);
            look_again_at_ = now_ms() + look_again_ms;
        }
    }

    static void about_to_signal(void* context, const TreeMember& member) noexcept {
        auto& self = *static_cast<Supervisor*>(context);
        if (self.phase_ != Phase::leftover || self.runner_gone_ || self.orphan_frames_left_ == 0) return;
        --self.orphan_frames_left_;
        OrphanFound orphan;
        orphan.pid = member.pid;
        orphan.signal = self.signalling_;
        describe_process(member.pid, orphan.name, orphan.command);
        self.link_.offer(orphan);
    }

    // -- signals of our own

    void take_signals() noexcept {
        signalfd_siginfo info{};
        bool reap_needed = false;
        while (::read(start_.signals.get(), &info, sizeof info) == sizeof info) {
            const int signal = static_cast<int>(info.ssi_signo);
            if (signal == SIGCHLD) {
                reap_needed = true;
            } else if (runner_gone_ || !link_.offer(StopRequested{signal})) {
                begin_ladder();
            }
        }
        if (reap_needed) reap();
    }

    void reap() noexcept {
        bool command_ended = false;
        while (true) {
            int status = 0;
            rusage usage{};
            const pid_t pid = ::wait4(-1, &status, WNOHANG | WUNTRACED | WCONTINUED | __WALL, &usage);
            if (pid < 0 && errno == EINTR) continue;
            if (pid <= 0) {
                // In the group there may be somebody who is no child of ours: moved into it, or sent away by a child.
                // Asked in any case: poll(2) then waits for the next change.
                const bool has_others = start_.group && start_.group.is_populated();
                const bool none_left = pid < 0 && !has_others;
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
            child_reaped_ = true;
            command_ended = true;
            wait_status_ = status;
        }
        // Whoever died may have handed us a child that no earlier look could see.
        if (kill_again_at_ >= 0 && phase_ != Phase::over) kill_again();
    }

    void tell_job_control(int status) noexcept {
        if (WIFSTOPPED(status)) {
            link_.offer(ChildStopped{WSTOPSIG(status)});
        } else {
            link_.offer(ChildContinued{});
        }
    }

    // -- the ladder, climbed here only when the runner cannot

    void begin_ladder() noexcept {
        if (climbing_) return;
        climbing_ = true;
        climb();
    }

    void climb() noexcept {
        const Step& rung = plan_.steps[next_step_++];
        const bool last = next_step_ >= plan_.step_count;
        ladder_at_ = last || rung.grace_ms < 0 ? -1 : now_ms() + rung.grace_ms;
        signal_all(rung.signal);
    }

    [[nodiscard]] std::int64_t next_deadline() const noexcept {
        if (ladder_at_ < 0) return kill_again_at_;
        return kill_again_at_ < 0 ? ladder_at_ : std::min(ladder_at_, kill_again_at_);
    }

    void take_deadline() noexcept {
        if (phase_ == Phase::over) return;
        if (ladder_at_ >= 0 && now_ms() >= ladder_at_) climb();
        if (kill_again_at_ >= 0 && now_ms() >= kill_again_at_) kill_again();
    }

    Link link_;
    const Plan& plan_;
    Start start_;
    Phase phase_ = Phase::starting;
    bool runner_gone_ = false;
    std::optional<GuardTerminal> guard_;  ///< what to undo on the user's terminal
    bool finished_ = false;
    bool child_reaped_ = false;
    int wait_status_ = 0;
    ChildFailure failure_;
    Usage usage_;
    bool climbing_ = false;
    std::uint32_t next_step_ = 0;
    std::int64_t ladder_at_ = -1;      ///< when the next rung is due; -1: never
    std::int64_t kill_again_at_ = -1;  ///< -1 until SIGKILL has been ordered
    std::int64_t look_again_at_ = 0;   ///< when the next of its repetitions looks at the tree, too
    int signalling_ = 0;
    std::uint32_t orphan_frames_left_ = 0;
};

}  // namespace

sigset_t supervised_signals() noexcept {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT}) ::sigaddset(&set, signal);
    return set;
}

int supervise(Link link, const protocol::Plan& plan, Start start) noexcept {
    return Supervisor(link, plan, std::move(start)).run();
}

}  // namespace netrunner
