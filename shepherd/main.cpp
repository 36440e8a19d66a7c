// Entry point of netrunner-shepherd. The runner starts it, never the user. It receives the plan, opens the command's
// pseudo-terminal, forks the guard and then watches it; the guard, not the shepherd, starts and reaps the command.
// Its argv is the command: argv[1]... (if the plan has argv0: argv[1] is the file, argv[2]... the command's argv). Its
// environment and working directory are the command's, and the command inherits its descriptors, but not the link and
// the control groups' directories. argv[0] names the link. The runner starts it with all signals blocked.
#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

#include "shepherd/guard.hpp"
#include "shepherd/link/link.hpp"
#include "shepherd/link/protocol.hpp"
#include "shepherd/start/own_process.hpp"
#include "shepherd/supervise.hpp"
#include "shepherd/system/descriptor.hpp"
#include "shepherd/tree/member.hpp"
#include "shepherd/watch.hpp"

namespace netrunner {
namespace {

using protocol::Stage;

constexpr int exit_not_ours = 125;

/// Pages that are never touched take no memory, and most runs spare no program.
protocol::Spare spare;

bool receive_plan(Link& link, protocol::Plan& plan) {
    protocol::Frame frame;
    std::span<const std::byte> packet;
    const auto receive = [&](auto& value) {
        return link.receive(frame, packet, true) == Link::Received::frame && protocol::unpack(packet, value);
    };
    return receive(plan) && (plan.spares == 0 || receive(spare));
}

/// The names in the Spare frame, without the rest of its room.
std::string_view spared_names() {
    std::size_t end = spare.names.size();
    while (end > 1 && spare.names[end - 2] == '\0') --end;
    return {spare.names.data(), end};
}

/// Takes ownership of a descriptor that the runner left open at `number` for this process alone: sets FD_CLOEXEC.
Descriptor handed_over(int number) {
    ::fcntl(number, F_SETFD, FD_CLOEXEC);
    return Descriptor(number);
}

struct Failure {
    bool failed = false;
    Stage stage = Stage::protocol;
};

/// Opens everything that the guard inherits. Returns the stage that failed, if one did; errno is set.
Failure prepare(const protocol::Plan& plan, char** environment, Start& start) {
    const sigset_t supervised = supervised_signals();
    start.null = Descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC));
    start.signals = Descriptor(::signalfd(-1, &supervised, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!start.signals) return {true, Stage::shepherd};
    if (!start.reserve.take(start.signals.get()) || !start.shepherd.open()) return {true, Stage::shepherd};
    if (plan.pseudo_terminal != 0) {
        if (!start.terminal.open(plan)) return {true, Stage::terminal};
        start.terminal.complete_name(environment);
    }
    if (plan.group_descriptor >= 0 && !start.groups.job.open(handed_over(plan.group_descriptor))) {
        return {true, Stage::cgroup};
    }
    if (plan.home_descriptor >= 0) start.groups.job.set_home(handed_over(plan.home_descriptor));
    if (plan.vacated_descriptor >= 0) {
        start.groups.vacated = VacatedGroup(handed_over(plan.vacated_descriptor), plan.vacated_by);
    }
    // Kept by both helpers until they exit; the command closes it on exec.
    if (plan.lock_descriptor >= 0) [[maybe_unused]]
        const int kept = handed_over(plan.lock_descriptor).release();
    start.users_terminal = UsersTerminal(plan.runner_group);
    if (plan.record_descriptor >= 0 &&
        !start.users_terminal.open(STDIN_FILENO, handed_over(plan.record_descriptor).get())) {
        return {true, Stage::shepherd};
    }
    return {};
}

int fail_to_start(Link& link, Stage stage, int error, int detail = 0) {
    constexpr std::int32_t no_guard = 0;
    link.send(protocol::Failed{stage, error, no_guard, detail});
    return 0;
}

/// The number in argv[0]; -1 if there is none.
int link_number(std::string_view word) {
    int number = -1;
    if (!word.starts_with(protocol::link_word)) return number;
    std::from_chars(word.data() + protocol::link_word.size(), word.data() + word.size(), number);
    return number;
}

int run(const Words& words) {
    const int socket = handed_over(words.count > 0 ? link_number(words.argv[0]) : -1).release();
    Link link(socket);
    protocol::Plan plan;
    if (!receive_plan(link, plan) || words.count < (plan.has_argv0 != 0 ? 3 : 2)) {
        fail_to_start(link, Stage::protocol, EPROTO);
        return exit_not_ours;
    }
    take_name(shepherd_name);
    if (!take_position(plan.new_session != 0)) return fail_to_start(link, Stage::session, errno);
    if (!become_subreaper()) return fail_to_start(link, Stage::session, errno, no_subreaper);
    Start start;
    if (plan.spares != 0) start.spare = spared_names();
    if (const Failure failure = prepare(plan, words.environment, start); failure.failed)
        return fail_to_start(link, failure.stage, errno);

    const bool apart = plan.pid_namespace != 0;
    const pid_t guard = apart ? start.pid_namespace.fork() : ::fork();
    if (guard == 0) return run_guard(link, plan, words, std::move(start));
    if (guard < 0) return fail_to_start(link, apart ? Stage::pid_namespace : Stage::fork, errno);
    // Only the guard keeps the link, so that the runner sees a hang-up when the guard dies. Only the guard keeps the
    // command's terminal, too; `start = {}` below closes both sides of it here.
    ::close(socket);
    let_go_of_the_users(std::move(start.null), plan, words.argv, words.environment);
    Watched watched{.guard = guard,
                    .signals = std::move(start.signals),
                    .sign_of_life = start.shepherd.take_sign_of_life(),
                    .reserve = std::move(start.reserve),
                    .groups = std::move(start.groups),
                    .spare = start.spare,
                    .users_terminal = std::move(start.users_terminal)};
    start = {};
    watch(plan, std::move(watched));
}

}  // namespace
}  // namespace netrunner

// Call _exit, not exit: nothing is buffered, and an exit handler may start a process (LeakSanitizer starts a tracer)
// that becomes an orphan if a signal ends the shepherd at that moment.
int main(int argc, char** argv, char** environment) { ::_exit(netrunner::run({argc, argv, environment})); }
