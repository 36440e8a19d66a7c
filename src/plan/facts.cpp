#include "src/plan/facts.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "shepherd/terminal/terminal_modes.hpp"
#include "src/cgroup/place.hpp"
#include "src/system/fd.hpp"
#include "src/system/real_path.hpp"
#include "src/system/terminal.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX requires the program to declare it

namespace netrunner {
namespace {

/// The command's processes are found in /proc, so it must be mounted. If it shows another PID namespace, its process
/// numbers belong to other processes.
void require_own_proc() {
    std::array<char, 16> text{};
    const ssize_t length = ::readlink("/proc/self", text.data(), text.size());
    if (length < 0)
        throw std::runtime_error("cannot use /proc: it is not mounted (netrunner finds the command's processes there)");
    if (std::string_view(text.data(), static_cast<std::size_t>(length)) != std::to_string(::getpid())) {
        throw std::runtime_error("cannot use /proc: it shows another PID namespace (with unshare, use --mount-proc)");
    }
}

TerminalFacts look_at_terminal() {
    const auto users = Terminal::of_user();
    TerminalFacts facts{.window = window_of_environment()};
    if (!users) return facts;
    facts.found = true;
    facts.is_input = ::isatty(STDIN_FILENO) == 1;
    facts.is_output = same_file(facts.is_input ? STDIN_FILENO : users->descriptor(), STDOUT_FILENO);
    facts.foreground = users->is_ours();
    facts.modes = read_modes(users->descriptor());
    if (const auto window = users->window()) facts.window = window;
    return facts;
}

void look_at_outputs(Facts& facts) {
    struct stat output {};
    struct stat error {};
    // isatty(3) is a system call more, so ask it of devices only.
    const bool has_output = !facts.closed[STDOUT_FILENO] && ::fstat(STDOUT_FILENO, &output) == 0;
    const bool has_error = !facts.closed[STDERR_FILENO] && ::fstat(STDERR_FILENO, &error) == 0;
    facts.outputs_are_one = has_output && has_error && same_file(output, error);
    facts.output_is_terminal = S_ISCHR(output.st_mode) && ::isatty(STDOUT_FILENO) == 1;
    facts.error_is_terminal = S_ISCHR(error.st_mode) && ::isatty(STDERR_FILENO) == 1;
}

/// The kernel tells a process's executable by its real path. A file that does not exist yet keeps its name.
std::vector<std::string> resolve_programs(std::vector<std::string> programs) {
    for (std::string& program : programs) {
        if (program.find('/') == std::string::npos) continue;
        std::error_code unknown;
        const auto path = real_path_so_far(std::filesystem::absolute(program, unknown), unknown);
        if (!path.empty()) program = path.string();
    }
    return programs;
}

}  // namespace

Facts gather_facts(const Options& options, const SignalState& found, const std::array<bool, 3>& closed,
                   std::vector<int> passed) {
    Facts facts;
    facts.signals = found;
    require_own_proc();
    facts.identity = resolve_identity(options.user, options.group, options.groups);
    if (options.pty || options.ignore_environment || !options.set.empty() || !options.unset.empty()) {
        for (char** entry = environ; *entry != nullptr; ++entry) facts.environment.emplace_back(*entry);
    }
    facts.has_terminal = Terminal::controlling().has_value();
    facts.closed = closed;
    facts.passed = std::move(passed);
    look_at_outputs(facts);
    facts.group = ::getpgrp();
    facts.spare = resolve_programs(options.spare);
    facts.cgroup_base = base_of_environment();
    if (options.pty) facts.terminal = look_at_terminal();
    return facts;
}

}  // namespace netrunner
