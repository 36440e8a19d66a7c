#include "src/link/shepherd_link.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "shepherd/tree/children.hpp"
#include "shepherd/tree/tree.hpp"
#include "src/cgroup/shortage.hpp"
#include "src/link/shepherd_program.hpp"
#include "src/system/child_end.hpp"
#include "src/system/setup_failure.hpp"

namespace netrunner {
namespace {

constexpr std::chrono::milliseconds retry_interval{5};

}  // namespace

const char* frame_name(protocol::FrameType type) {
    using protocol::FrameType;
    switch (type) {
        case FrameType::plan: return "Plan";
        case FrameType::kill: return "Kill";
        case FrameType::close_stdin: return "CloseStdin";
        case FrameType::finish: return "Finish";
        case FrameType::set_winsize: return "SetWinsize";
        case FrameType::set_foreground: return "SetForeground";
        case FrameType::terminal_restored: return "TerminalRestored";
        case FrameType::spare: return "Spare";
        case FrameType::child_started: return "ChildStarted";
        case FrameType::child_stopped: return "ChildStopped";
        case FrameType::child_continued: return "ChildContinued";
        case FrameType::child_exited: return "ChildExited";
        case FrameType::orphan_found: return "OrphanFound";
        case FrameType::tree_empty: return "TreeEmpty";
        case FrameType::stop_requested: return "StopRequested";
        case FrameType::failed: return "Failed";
        case FrameType::orphan_spared: return "OrphanSpared";
    }
    return "unknown";
}

ShepherdLink::ShepherdLink(const LaunchPlan& plan, const StandardFiles& files, const Cgroup* group, Narrator narrate)
    : plan_(plan.shepherd), narrate_(std::move(narrate)) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw SetupFailure("shepherd", errno, "cannot create a socket pair" + describe_limit_met(errno));
    socket_ = Descriptor(ends[0]);
    const int wanted = 1;
    if (plan_.pid_namespace != 0) ::setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &wanted, sizeof wanted);
    const Descriptor shepherd_end(ends[1]);
    plan_.runner = ::getpid();
    if (group != nullptr) {
        plan_.group_descriptor = group->directory();
        plan_.home_descriptor = group->home();
        plan_.keeps_group = group->adopted() ? 1 : 0;
        plan_.group_parents = group->made_parents();
        plan_.limits_memory = group->limits().contains("memory.max") ? 1 : 0;
    }
    if (group != nullptr && group->vacated()) {
        plan_.vacated_by = group->vacated().owner();
        plan_.vacated_descriptor = group->vacated().directory();
    }
    const Descriptor record = plan.terminal && plan.terminal->typed ? make_terminal_record() : Descriptor();
    if (record) plan_.record_descriptor = record.get();
    // Send the plan before the shepherd exists: it waits in the socket.
    send(plan_);
    if (!plan.spare.empty()) {
        protocol::Spare spare;
        plan.spare.copy(spare.names.data(), spare.names.size());
        send(spare);
    }
    if (!backlog_.empty()) throw SetupFailure("shepherd", ENOBUFS, "cannot send the plan to the shepherd");
    const ShepherdStart started = start_shepherd(plan, files,
                                                 {.link = shepherd_end.get(),
                                                  .group = plan_.group_descriptor,
                                                  .home = plan_.home_descriptor,
                                                  .vacated = plan_.vacated_descriptor,
                                                  .lock = plan_.lock_descriptor,
                                                  .record = plan_.record_descriptor});
    pid_ = started.pid;
    launch_error_ = started.error;
}

/// Empty where memfd_create(2) is refused: then the terminal is not restored if this process is killed.
Descriptor ShepherdLink::make_terminal_record() {
    Descriptor file(::memfd_create("terminal", MFD_CLOEXEC));
    const bool made = file && ::ftruncate(file.get(), static_cast<off_t>(TerminalRecord::size())) == 0;
    if (!made || !terminal_record_.map(file.get())) return {};
    return file;
}

void ShepherdLink::flush() {
    retry_at_.reset();
    while (!backlog_.empty()) {
        const std::vector<std::byte>& packet = backlog_.front();
        if (::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
                retry_at_ = std::chrono::steady_clock::now() + retry_interval;
                return;
            }
            // The other side has gone, or the link no longer works. Shut it down, so that both sides see a hang-up.
            ::shutdown(socket_.get(), SHUT_RDWR);
            backlog_.clear();
            return;
        }
        backlog_.pop_front();
    }
}

std::optional<ShepherdEvent> ShepherdLink::receive() {
    protocol::Frame frame;
    iovec part{frame.data(), frame.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(protocol::max_descriptors * sizeof(int)) + CMSG_SPACE(sizeof(ucred))>
        control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t length = 0;
    do {
        length = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        // ECONNRESET: the other side has closed the link without reading every order. The kernel reports that once,
        // before the frames that the other side sent last, so read on.
    } while (length < 0 && (errno == EINTR || errno == ECONNRESET));
    if (length < 0 && errno == EAGAIN) return std::nullopt;
    if (length <= 0) {
        narrate_(2, std::string("link: received ") + frame_name(HangUp{}));
        return HangUp{};
    }

    std::vector<Descriptor> descriptors;
    ucred about{};
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET) continue;
        if (header->cmsg_type == SCM_CREDENTIALS) std::memcpy(&about, CMSG_DATA(header), sizeof about);
        if (header->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
            descriptors.emplace_back(fd);
        }
    }
    if ((message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) != 0) return HangUp{};
    ShepherdEvent event =
        interpret({frame.data(), static_cast<std::size_t>(length)}, std::move(descriptors), about.pid);
    std::visit([&](const auto& sent) { narrate_(2, std::string("link: received ") + frame_name(sent)); }, event);
    return event;
}

ShepherdEvent ShepherdLink::interpret(std::span<const std::byte> packet, std::vector<Descriptor> descriptors,
                                      pid_t about) {
    using namespace protocol;
    const auto as = [&]<class Value>(Value value) -> ShepherdEvent {
        // A malformed frame does not come from netrunner's shepherd. Treat it as a hang-up.
        if (!unpack(packet, value) || !descriptors.empty()) return HangUp{};
        return value;
    };
    switch (type_of(packet)) {
        case FrameType::child_started: {
            ChildStarted started;
            const auto piped = {plan_.standard_input, plan_.standard_output, plan_.standard_error};
            const bool terminal = plan_.pseudo_terminal != 0;
            const auto expected =
                static_cast<std::size_t>(std::ranges::count(piped, Wiring::pipe)) + (terminal ? 1 : 0);
            if (!unpack(packet, started) || descriptors.size() != expected) return HangUp{};
            CommandStarted event;
            if (plan_.pid_namespace != 0) {
                // The pids in the frame are those of the namespace. The kernel has translated the command's pid in the
                // credentials; its parent is the guard, or unknown (-1) if the command has been reaped.
                TreeMember command;
                started.pid = about;
                started.guard = read_member(about, command) ? command.parent : -1;
            }
            event.pid = started.pid;
            event.guard = started.guard;
            know_guard(started.guard);
            std::size_t next = 0;
            if (plan_.standard_input == Wiring::pipe) event.standard_input = std::move(descriptors[next++]);
            if (plan_.standard_output == Wiring::pipe) event.standard_output = std::move(descriptors[next++]);
            if (plan_.standard_error == Wiring::pipe) event.standard_error = std::move(descriptors[next++]);
            if (terminal) event.terminal = std::move(descriptors[next++]);
            return event;
        }
        case FrameType::child_stopped: return as(ChildStopped{});
        case FrameType::child_continued: return as(ChildContinued{});
        case FrameType::child_exited: return as(ChildExited{});
        case FrameType::orphan_found: {
            ShepherdEvent event = as(OrphanFound{});
            if (auto* orphan = std::get_if<OrphanFound>(&event); orphan != nullptr && plan_.pid_namespace != 0) {
                orphan->pid = about;
            }
            return event;
        }
        case FrameType::orphan_spared: return as(OrphanSpared{});
        case FrameType::tree_empty: return as(TreeEmpty{});
        case FrameType::stop_requested: return as(StopRequested{});
        case FrameType::failed: {
            ShepherdEvent event = as(Failed{});
            if (const auto* failed = std::get_if<Failed>(&event); failed != nullptr && failed->guard > 0) {
                know_guard(plan_.pid_namespace != 0 ? about : failed->guard);
            }
            return event;
        }
        case FrameType::plan:
        case FrameType::kill:
        case FrameType::close_stdin:
        case FrameType::finish:
        case FrameType::set_winsize:
        case FrameType::set_foreground:
        case FrameType::terminal_restored:
        case FrameType::spare: break;
    }
    return HangUp{};
}

void ShepherdLink::know_guard(pid_t guard) {
    guard_ = guard;
    if (shepherd_lost_ && pid_ < 0) pid_ = guard_;
}

bool ShepherdLink::look_after_shepherd() {
    siginfo_t change{};
    const auto pid = static_cast<id_t>(pid_);
    if (pid_ > 0 && ::waitid(P_PID, pid, &change, WSTOPPED | WNOHANG | __WALL) == 0 && change.si_pid == pid_) {
        ::kill(pid_, SIGCONT);
    }
    change = {};
    const bool ended = pid_ > 0 && !shepherd_lost_ &&
                       ::waitid(P_PID, pid, &change, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 &&
                       change.si_pid == pid_ && change.si_code != CLD_EXITED;
    if (!ended) return false;
    ::waitpid(pid_, nullptr, __WALL);
    shepherd_lost_ = true;
    pid_ = guard_;
    return true;
}

bool ShepherdLink::child_reaped(pid_t pid, bool killed) {
    if (pid != pid_ || pid < 0) return false;
    if (!killed || shepherd_lost_) {
        if (shepherd_lost_) guard_ = -1;
        pid_ = -1;
        return false;
    }
    shepherd_lost_ = true;
    pid_ = guard_;
    return true;
}

bool ShepherdLink::was_shepherd_killed(std::chrono::milliseconds moment) const {
    // A process that is killed closes its descriptors shortly before its status can be read.
    return was_shepherd_killed_within(static_cast<int>(moment.count()));
}

void ShepherdLink::lose_guard() const {
    if (pid_ > 0 && pid_ != guard_) {
        siginfo_t word{};
        word.si_signo = protocol::passed_on_signal;
        word.si_code = SI_QUEUE;
        word.si_pid = ::getpid();
        word.si_uid = ::getuid();
        word.si_value.sival_int = protocol::runner_ends_tree;
        ::syscall(SYS_rt_sigqueueinfo, pid_, protocol::passed_on_signal, &word);
    }
    TreeMember guard;
    // Its parent proves that the pid still is the guard's.
    const bool lives = guard_ > 0 && read_member(guard_, guard) && (guard.parent == pid_ || guard.parent == ::getpid());
    if (lives) signal_process(guard, {.signal = SIGKILL, .step = 1});
}

bool ShepherdLink::has_handed_over() const {
    if (pid_ <= 0) return true;
    if (pid_ == guard_) {
        siginfo_t unused{};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &unused, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0;  // ECHILD
    }
    if (is_shepherd_dying()) return false;
    TreeMember guard;
    // A helper that is the shepherd's child is the guard, or the command before its exec.
    if (guard_ > 0) {
        return read_member(guard_, guard) ? guard.parent != pid_ || guard.is_dead() : ::kill(guard_, 0) != 0;
    }
    bool dying = false;
    each_child(pid_, [&](pid_t child) {
        dying = dying || (read_member(child, guard) && guard.name == OwnName::helper && !guard.is_dead());
    });
    return !dying;
}

void ShepherdLink::forget_guard() {
    if (pid_ == guard_) pid_ = -1;
    guard_ = -1;
}

void ShepherdLink::reap_ended() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG | __WALL) != 0) pid_ = -1;
}

bool ShepherdLink::is_shepherd_dying() const {
    TreeMember shepherd;
    return pid_ > 0 && read_member(pid_, shepherd) && (shepherd.exiting || shepherd.is_dead());
}

void ShepherdLink::kill_shepherd() const {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
}

bool ShepherdLink::is_shepherd_being_killed() const {
    // An exiting process waits for nothing but a processor, which can take long on a busy machine.
    constexpr int patience_ms = 1000;
    return is_shepherd_dying() && was_shepherd_killed_within(patience_ms);
}

bool ShepherdLink::was_shepherd_killed_within(int milliseconds) const {
    if (shepherd_lost_) return true;
    siginfo_t end{};
    return pid_ > 0 && await_end(pid_, milliseconds) &&
           ::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 &&
           end.si_pid == pid_ && end.si_code != CLD_EXITED;
}

std::optional<int> ShepherdLink::foreign_exit() const {
    siginfo_t end{};
    const bool exited = pid_ > 0 &&
                        ::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 &&
                        end.si_pid == pid_ && end.si_code == CLD_EXITED && end.si_status != 0;
    return exited ? std::optional(end.si_status) : std::nullopt;
}

void ShepherdLink::reap(bool force) {
    constexpr int moment_ms = 1000;
    constexpr int patience_ms = 3000;
    // First the shepherd, then the guard, which is a child of this process only if the shepherd was killed.
    for (; pid_ > 0; pid_ = std::exchange(guard_, -1)) {
        if (pid_ == guard_) guard_ = -1;
        if (::waitpid(pid_, nullptr, WNOHANG | __WALL) != 0) continue;
        if (force || !await_end(pid_, moment_ms)) {
            ::kill(pid_, SIGKILL);
            // Do not wait forever: the first process of a PID namespace ends only after all others in it, and one of
            // these may be in an uninterruptible wait.
            await_end(pid_, patience_ms);
        }
        ::waitpid(pid_, nullptr, WNOHANG | __WALL);
    }
}

}  // namespace netrunner
