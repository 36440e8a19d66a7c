// The shepherd: receives the plan, leaves the caller's reach, makes what only the leader of a session can make, puts
// the guard between itself and the command, and watches over both until nothing is left. netrunner starts it; by hand
// it is of no use.
//
// Its own argv is the command: argv[1]... (argv[1] is the file and argv[2]... the command's argv when the plan says
// so). Its environment and working directory are the command's, its descriptors 0-2 what the command inherits, and
// descriptor 3 is the link. All signals arrive blocked.
#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "shepherd/guard.hpp"
#include "shepherd/link/link.hpp"
#include "shepherd/link/protocol.hpp"
#include "shepherd/start/own_process.hpp"
#include "shepherd/supervise.hpp"
#include "shepherd/system/descriptor.hpp"
#include "shepherd/watch.hpp"

namespace netrunner {
namespace {

using protocol::Stage;

constexpr int exit_not_ours = 125;

bool receive_plan(Link& link, protocol::Plan& plan) {
    protocol::Frame frame;
    std::span<const std::byte> packet;
    return link.receive(frame, packet, true) == Link::Received::frame && protocol::unpack(packet, plan);
}

/// dup2(2) on our way here gave it to us without the flag.
Descriptor handed_over(int number) {
    ::fcntl(number, F_SETFD, FD_CLOEXEC);
    return Descriptor(number);
}

/// What the guard is to have. What failed, or nothing.
struct Failure {
    bool failed = false;
    Stage stage = Stage::protocol;
};
Failure prepare(const protocol::Plan& plan, Start& start) {
    const sigset_t supervised = supervised_signals();
    start.signals = Descriptor(::signalfd(-1, &supervised, SFD_CLOEXEC | SFD_NONBLOCK));
    start.shepherd = Descriptor(open_process(::getpid()));
    start.null = Descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC));
    const bool reserved = start.reserve.take(start.signals.get());
    if (!start.signals || !start.shepherd || !reserved) return {true, Stage::pipe};
    if (plan.pseudo_terminal != 0 && !start.terminal.open(plan)) return {true, Stage::terminal};
    if (plan.has_group != 0 && !start.groups.job.open(handed_over(protocol::group_descriptor))) {
        return {true, Stage::cgroup};
    }
    if (plan.vacated_by != 0) {
        start.groups.vacated = VacatedGroup(handed_over(protocol::vacated_descriptor), plan.vacated_by);
    }
    start.users_terminal = UsersTerminal(plan.runner_group);
    if (plan.guards_input != 0 && !start.users_terminal.open(STDIN_FILENO)) return {true, Stage::pipe};
    return {};
}

int fail_to_start(Link& link, Stage stage, int error) {
    constexpr std::int32_t no_guard = 0;
    link.send(protocol::Failed{stage, error, no_guard, 0});
    return 0;
}

int run(const Words& words) {
    const int socket = handed_over(protocol::link_descriptor).release();
    Link link(socket);
    protocol::Plan plan;
    if (!receive_plan(link, plan) || words.count < (plan.has_argv0 != 0 ? 3 : 2)) {
        fail_to_start(link, Stage::protocol, EPROTO);
        return exit_not_ours;
    }
    take_name("nr-shepherd");
    if (!take_position(plan.new_session != 0)) return fail_to_start(link, Stage::session, errno);
    Start start;
    if (const Failure failure = prepare(plan, start); failure.failed) return fail_to_start(link, failure.stage, errno);

    const bool apart = plan.pid_namespace != 0;
    const pid_t guard = apart ? start.pid_namespace.fork() : ::fork();
    if (guard == 0) return run_guard(link, plan, words, std::move(start));
    if (guard < 0) return fail_to_start(link, apart ? Stage::pid_namespace : Stage::fork, errno);
    // The link is the guard's alone, so that its end is a hang-up; so are both sides of the command's terminal.
    ::close(socket);
    let_go_of_the_users(start.null, words.argv, words.environment);
    Watched watched{.guard = guard,
                    .signals = std::move(start.signals),
                    .reserve = std::move(start.reserve),
                    .groups = std::move(start.groups),
                    .users_terminal = std::move(start.users_terminal)};
    start = {};
    return watch(plan, std::move(watched));
}

}  // namespace
}  // namespace netrunner

// Nothing is buffered or owned beyond the process: it leaves without the library's rites, whose helpers (a leak
// checker's tracer) a signal at that moment could turn into somebody's orphan.
int main(int argc, char** argv, char** environment) { ::_exit(netrunner::run({argc, argv, environment})); }
