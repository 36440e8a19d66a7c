#include "shepherd/guard.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "shepherd/start/child.hpp"
#include "shepherd/start/own_process.hpp"
#include "shepherd/tree/member.hpp"

namespace netrunner {
namespace {

using protocol::Stage;
using protocol::Wiring;

/// One pipe for each stream that the runner relays: the command's end and the runner's end.
struct Wire {
    Descriptor command;
    Descriptor runner;
};

bool make_wire(Wire& wire, bool command_reads, const protocol::Plan& plan) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    wire.command = Descriptor(ends[command_reads ? 0 : 1]);
    wire.runner = Descriptor(ends[command_reads ? 1 : 0]);
    // The two ends are separate open files, so only the runner's end becomes non-blocking. If the kernel refuses the
    // size, the pipe keeps its default size.
    if (plan.pipe_size != 0) ::fcntl(wire.runner.get(), F_SETPIPE_SZ, static_cast<int>(plan.pipe_size));
    // Let the command open the pipe by its path (/dev/stdout), too. If the kernel refuses, all other uses still work.
    if (plan.has_uid != 0) [[maybe_unused]]
        const int changed = ::fchown(wire.command.get(), plan.uid, static_cast<gid_t>(-1));
    return ::fcntl(wire.runner.get(), F_SETFL, (command_reads ? O_WRONLY : O_RDONLY) | O_NONBLOCK) == 0;
}

struct Wires {
    Wire input;
    Wire output;
    Wire error;
};

bool make_wires(const protocol::Plan& plan, Wires& wires) {
    return (plan.standard_input != Wiring::pipe || make_wire(wires.input, true, plan)) &&
           (plan.standard_output != Wiring::pipe || make_wire(wires.output, false, plan)) &&
           (plan.standard_error != Wiring::pipe || make_wire(wires.error, false, plan));
}

/// The descriptor that becomes one of the command's descriptors 0-2; -1: the command inherits the present one.
int end_for_command(Wiring wiring, const Wire& wire, const PseudoTerminal& terminal) {
    return wiring == Wiring::terminal ? terminal.slave() : wire.command.get();
}

int fail_to_start(Link& link, Stage stage, int error, int detail = 0) {
    link.send(protocol::Failed{stage, error, ::getpid(), detail});
    return exit_reported;
}

}  // namespace

int run_guard(Link link, const protocol::Plan& plan, const Words& words, Start start) noexcept {
    start.shepherd.begin();
    take_name(guard_name);
    if (plan.pid_namespace != 0 && !start.pid_namespace.settle(start.shepherd)) {
        return fail_to_start(link, Stage::pid_namespace, errno);
    }
    // Leave the shepherd's process group, but stay in its session. The kernel discards a terminal's stop signals for an
    // orphaned process group, and the command's group is orphaned if its parent, the guard, is in another session.
    if (!take_position(false)) return fail_to_start(link, Stage::session, errno);
    if (!become_subreaper()) return fail_to_start(link, Stage::session, errno, no_subreaper);
    Wires wires;
    std::array<int, 2> report{};
    if (!make_wires(plan, wires) || ::pipe2(report.data(), O_CLOEXEC) != 0) {
        return fail_to_start(link, Stage::pipe, errno);
    }
    start.report = StartReport(Descriptor(report[0]));
    Descriptor report_end(report[1]);

    char** const command = words.argv + (plan.has_argv0 != 0 ? 2 : 1);
    const JobGroup& group = start.groups.job;
    // If /bin/sh has to run the command, its argv is one word longer than the command's. The word before the command's
    // argv is free for that, and only the child writes to it, so no copy is needed.
    const ChildSetup setup{
        .plan = &plan,
        .standard_input = end_for_command(plan.standard_input, wires.input, start.terminal),
        .standard_output = end_for_command(plan.standard_output, wires.output, start.terminal),
        .standard_error = end_for_command(plan.standard_error, wires.error, start.terminal),
        .report = report_end.get(),
        .foreground_of = plan.foreground != 0 ? start.terminal.slave() : -1,
        .group = group ? group.directory() : -1,
        .group_procs = group ? group.procs() : -1,
        .group_events = group ? group.events() : -1,
        .guard = ::getpid(),
        .file = words.argv[1],
        .argv = command,
        .shell_argv = command - 1,
        .environment = words.environment,
    };
    start.child = start_command(setup);
    if (start.child < 0) return fail_to_start(link, Stage::fork, errno);

    ::setpgid(start.child, start.child);
    report_end.reset();
    start.standard_input = std::move(wires.input.runner);
    start.standard_output = std::move(wires.output.runner);
    start.standard_error = std::move(wires.error.runner);
    wires = {};
    let_go_of_the_users(std::move(start.null), plan, words.argv, words.environment);
    supervise(link, plan, std::move(start));
}

}  // namespace netrunner
