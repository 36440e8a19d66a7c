// The shepherd: receives the plan, becomes the subreaper of what it starts, leaves the caller's reach, starts the
// command, supervises it and exits when nothing of it is left. netrunner starts it; by hand it is of no use.
//
// Its own argv is the command: argv[1]... (argv[1] is the file and argv[2]... the command's argv when the plan says
// so). Its environment and working directory are the command's, its descriptors 0-2 what the command inherits, and
// descriptor 3 is the link. All signals arrive blocked.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "shepherd/child.hpp"
#include "shepherd/descriptor.hpp"
#include "shepherd/link.hpp"
#include "shepherd/protocol.hpp"
#include "shepherd/pseudo_terminal.hpp"
#include "shepherd/supervise.hpp"

namespace netrunner {
namespace {

using protocol::Stage;
using protocol::Wiring;

constexpr int exit_not_ours = 125;

/// One pipe per stream that goes through the runner: the command's end and the runner's.
struct Wire {
    Descriptor command;
    Descriptor runner;
};

bool make_wire(Wire& wire, bool command_reads, std::uint32_t size) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    wire.command = Descriptor(ends[command_reads ? 0 : 1]);
    wire.runner = Descriptor(ends[command_reads ? 1 : 0]);
    // The two ends are separate open files: only ours becomes non-blocking. The size is a wish.
    if (size != 0) ::fcntl(wire.runner.get(), F_SETPIPE_SZ, static_cast<int>(size));
    return ::fcntl(wire.runner.get(), F_SETFL, (command_reads ? O_WRONLY : O_RDONLY) | O_NONBLOCK) == 0;
}

struct Wires {
    Wire input;
    Wire output;
    Wire error;
};

bool make_wires(const protocol::Plan& plan, Wires& wires) {
    return (plan.standard_input != Wiring::pipe || make_wire(wires.input, true, plan.pipe_size)) &&
           (plan.standard_output != Wiring::pipe || make_wire(wires.output, false, plan.pipe_size)) &&
           (plan.standard_error != Wiring::pipe || make_wire(wires.error, false, plan.pipe_size));
}

bool receive_plan(Link& link, protocol::Plan& plan) {
    protocol::Frame frame;
    std::span<const std::byte> packet;
    return link.receive(frame, packet, true) == Link::Received::frame && protocol::unpack(packet, plan);
}

/// Out of reach of signals for the caller's group, and the place where orphans come to.
bool take_position(const protocol::Plan& plan) {
    ::prctl(PR_SET_NAME, "nr-shepherd", 0, 0, 0);
    struct sigaction action {};
    action.sa_handler = SIG_DFL;  // an ignored SIGCHLD would make every wait fail with ECHILD
    ::sigaction(SIGCHLD, &action, nullptr);
    const bool moved = plan.new_session != 0 ? ::setsid() >= 0 : ::setpgid(0, 0) == 0;
    return moved && ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

/// Where the command's descriptor comes from; -1: it stays as it is.
int end_for_command(Wiring wiring, const Wire& wire, const PseudoTerminal& terminal) {
    return wiring == Wiring::terminal ? terminal.slave() : wire.command.get();
}

/// Nothing of the user's stays open or busy on the shepherd's account, but the terminal it may have to put right.
void let_go_of_the_users() {
    const Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (int standard = 0; standard <= 2; ++standard) {
        if (!null || ::dup2(null.get(), standard) < 0) ::close(standard);
    }
    [[maybe_unused]] const int moved = ::chdir("/");
}

int fail(Link& link, Stage stage, int error) {
    link.send(protocol::Failed{stage, error, 0});
    return 0;
}

int run(int argc, char** argv, char** environment) {
    // dup2(2) on our way here gave it to us without the flag.
    ::fcntl(protocol::link_descriptor, F_SETFD, FD_CLOEXEC);
    Link link(protocol::link_descriptor);
    protocol::Plan plan;
    if (!receive_plan(link, plan) || argc < (plan.has_argv0 != 0 ? 3 : 2)) {
        fail(link, Stage::protocol, EPROTO);
        return exit_not_ours;
    }
    if (!take_position(plan)) return fail(link, Stage::session, errno);

    Start start;
    const sigset_t supervised = supervised_signals();
    start.signals = Descriptor(::signalfd(-1, &supervised, SFD_CLOEXEC | SFD_NONBLOCK));
    Wires wires;
    std::array<int, 2> report{};
    if (!start.signals || !make_wires(plan, wires) || ::pipe2(report.data(), O_CLOEXEC) != 0) {
        return fail(link, Stage::pipe, errno);
    }
    if (plan.pseudo_terminal != 0 && !start.terminal.open(plan)) return fail(link, Stage::terminal, errno);
    if (plan.has_group != 0) {
        ::fcntl(protocol::group_descriptor, F_SETFD, FD_CLOEXEC);
        if (!start.group.open(Descriptor(protocol::group_descriptor))) return fail(link, Stage::cgroup, errno);
    }
    if (plan.vacated_by != 0) {
        ::fcntl(protocol::vacated_descriptor, F_SETFD, FD_CLOEXEC);
        start.vacated = VacatedGroup(Descriptor(protocol::vacated_descriptor), plan.vacated_by);
    }
    if (plan.guards_input != 0) start.users_terminal = Descriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    start.report = Descriptor(report[0]);
    Descriptor report_end(report[1]);

    char** const command = argv + (plan.has_argv0 != 0 ? 2 : 1);
    // The shell's argv needs one word more in front than the command's: our own argv[0] is free for that, and a
    // second copy is not needed, since it is written to in the child only.
    const ChildSetup setup{
        .plan = &plan,
        .standard_input = end_for_command(plan.standard_input, wires.input, start.terminal),
        .standard_output = end_for_command(plan.standard_output, wires.output, start.terminal),
        .standard_error = end_for_command(plan.standard_error, wires.error, start.terminal),
        .report = report_end.get(),
        .foreground_of = plan.foreground != 0 ? start.terminal.slave() : -1,
        .group = start.group ? start.group.directory() : -1,
        .group_procs = start.group ? start.group.procs() : -1,
        .group_events = start.group ? start.group.events() : -1,
        .shepherd = ::getpid(),
        .file = argv[1],
        .argv = command,
        .shell_argv = command - 1,
        .environment = environment,
    };
    start.child = start_command(setup);
    if (start.child < 0) return fail(link, Stage::fork, errno);

    ::setpgid(start.child, start.child);
    report_end.reset();
    start.standard_input = std::move(wires.input.runner);
    start.standard_output = std::move(wires.output.runner);
    start.standard_error = std::move(wires.error.runner);
    wires = {};
    let_go_of_the_users();
    return supervise(link, plan, std::move(start));
}

}  // namespace
}  // namespace netrunner

// Nothing is buffered or owned beyond the process: it leaves without the library's rites, whose helpers (a leak
// checker's tracer) a signal at that moment could turn into somebody's orphan.
int main(int argc, char** argv, char** environment) { ::_exit(netrunner::run(argc, argv, environment)); }
