#include "src/ctl/ctl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <optional>
#include <stdexcept>

#include "src/ctl/control_session.hpp"
#include "src/ctl/held_run.hpp"
#include "src/ctl/run_connection.hpp"

namespace netrunner {
namespace {

using Command = CtlOptions::Command;

/// Nothing if the text is a path. A number that is too large for a pid is 0, which is no process.
std::optional<pid_t> pid_in(const std::string& text) {
    if (!std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    return error == std::errc() ? pid : 0;
}

/// The path at which this process finds what the run calls `control`, also if the run has another root directory.
std::string path_from_here(pid_t pid, const std::string& control) {
    return fmt::format("/proc/{}/{}/{}", pid, control.starts_with('/') ? "root" : "cwd", control);
}

CtlResult signal_plainly(const HeldRun& held, const CtlOptions& options) {
    if (options.command == Command::stop) {
        held.stop();
    } else {
        held.signal_command(options.signal);
    }
    return {};
}

CtlResult order_by_pid(pid_t pid, const CtlOptions& options, const CtlStreams& streams) {
    const HeldRun held(pid);
    const bool is_plain = options.command == Command::stop || options.command == Command::signal;
    const std::optional<std::string>& control = held.run().control;
    if (held.run().jobs && !is_plain)
        throw std::runtime_error(fmt::format("{} is a batch, which has no control: only 'stop' works for it", pid));
    if (!control && !is_plain)
        throw std::runtime_error(
            fmt::format("run {} was started without --control (start it with --control PATH)", pid));
    if (!control) return signal_plainly(held, options);
    if (pid_in(*control)) {
        if (is_plain) return signal_plainly(held, options);
        throw std::runtime_error(fmt::format(
            "run {} is controlled through its descriptor {}, by the process that started it", pid, *control));
    }
    std::optional<RunConnection> socket;
    try {
        socket.emplace(path_from_here(pid, *control), *control, pid);
    } catch (const NoListener&) {
        // Its file has been removed or replaced. A signal still reaches the run.
        if (!is_plain) throw;
        return signal_plainly(held, options);
    }
    CtlResult result = ControlSession(*socket, streams).carry_out(options);
    if (result.not_heard && is_plain) return signal_plainly(held, options);
    return result;
}

}  // namespace

CtlResult give_order(const CtlOptions& options, const CtlStreams& streams) {
    constexpr int shell_base = 128;
    try {
        if (const auto pid = pid_in(options.target)) return order_by_pid(*pid, options, streams);
        RunConnection socket(options.target, options.target, 0);
        return ControlSession(socket, streams).carry_out(options);
    } catch (const ReaderGone&) {
        return {.status = shell_base + SIGPIPE};
    }
}

}  // namespace netrunner
