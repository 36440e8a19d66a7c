#include "src/session/timeout_command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <vector>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX requires the program to declare it

namespace netrunner {
namespace {

[[noreturn]] void fail(int error, const char* what) { throw std::system_error(error, std::generic_category(), what); }

struct OutputPipe {
    Descriptor reader;
    Descriptor writer;
};

OutputPipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(errno, "cannot create a pipe for the --on-timeout command");
    OutputPipe made{Descriptor(ends[0]), Descriptor(ends[1])};
    ::fcntl(made.reader.get(), F_SETFL, O_NONBLOCK);
    return made;
}

/// Starts netrunner with the argv `words` in a session without a terminal: no key reaches it, and SIGTTIN and SIGTTOU
/// do not stop it. Its standard output and error go to `output`.
pid_t spawn(std::vector<std::string> words, const Descriptor& output) {
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output.get(), STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, argv.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) fail(error, "cannot start the --on-timeout command");
    return pid;
}

std::string contents(int file) {
    std::string text(TimeoutCommand::most_output, '\0');
    const ssize_t length = ::pread(file, text.data(), text.size(), 0);
    text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return text;
}

}  // namespace

TimeoutCommand::TimeoutCommand(const Request& request, Pump& pump, Owner owner, const RelayDuties& duties)
    : pump_(pump),
      owner_(owner),
      begun_(std::chrono::steady_clock::now()),
      kept_(::memfd_create("on-timeout", MFD_CLOEXEC)),
      error_(duplicate(STDERR_FILENO)) {
    if (!kept_) fail(errno, "cannot create a memory file for the --on-timeout command");
    OutputPipe output = make_pipe();
    relay_.emplace(Source::owning(std::move(output.reader)), Sink::borrowing(error_.get()),
                   Sink::owning(duplicate(kept_.get())), &budget_, std::size_t{0}, duties);
    pid_ = spawn({"netrunner", "run",
                  "--quiet",   "--die-with-parent",
                  "--timeout", fmt::format("{}", time_limit.count()),
                  "--stop",    "KILL",
                  "--stdout",  "inherit",
                  "--stderr",  "inherit",
                  "--setenv",  fmt::format("NETRUNNER_PID={}", request.command),
                  "--setenv",  fmt::format("NETRUNNER_REASON={}", request.reason),
                  "--",        "/bin/sh",
                  "-c",        request.text},
                 output.writer);
    try {
        handle_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
        if (!handle_) fail(errno, "cannot watch the --on-timeout command");
        pump_.add(*relay_, owner_);
        pump_.watch(handle_.get(), owner_);
    } catch (const std::system_error&) {
        end();
        throw;
    }
}

bool TimeoutCommand::is_meant(const Wake& wake) const {
    if (wake.kind == Wake::Kind::relay) return relay_ && wake.relay == &*relay_;
    return wake.kind == Wake::Kind::readable && handle_ && wake.descriptor == handle_.get();
}

void TimeoutCommand::attend(const Wake& wake) {
    if (wake.kind != Wake::Kind::readable) return;
    reap();
    // The nested run has ended its tree, so a process that still holds the pipe has escaped it and is not waited for:
    // drain only what is in the pipe now.
    relay_->begin_drain();
    pump_.nudge(*relay_);
}

bool TimeoutCommand::is_over() const { return status_ && (!relay_ || relay_->drained()); }

void TimeoutCommand::reap() {
    if (status_) return;
    int status = 0;
    const pid_t reaped = ::waitpid(pid_, &status, 0);
    constexpr int signal_base = 128;
    if (reaped == pid_ && WIFEXITED(status)) {
        status_ = WEXITSTATUS(status);
    } else {
        status_ = signal_base + (reaped == pid_ ? WTERMSIG(status) : SIGKILL);
    }
    duration_ = std::chrono::steady_clock::now() - begun_;
    if (handle_) pump_.unwatch(handle_.get());
    handle_.reset();
}

void TimeoutCommand::end() {
    if (!status_) {
        // SIGTERM makes the nested netrunner send SIGTERM to its tree. If the tree does not end in time, SIGKILL ends
        // the nested netrunner, and its guard then sends SIGKILL to the tree, as `--stop KILL` says.
        ::kill(pid_, SIGTERM);
        pollfd gone{handle_.get(), POLLIN, 0};
        constexpr int most_ms = 3000;
        if (!handle_ || ::poll(&gone, 1, most_ms) <= 0) ::kill(pid_, SIGKILL);
        reap();
    }
    if (!relay_) return;
    relay_->move();
    pump_.remove(*relay_);
    relay_->abandon();
}

TimeoutCommandRecord TimeoutCommand::record() const {
    return {.status = status_.value_or(0),
            .output = contents(kept_.get()),
            .truncated = budget_.exceeded || relay_->lost(),
            .duration = duration_};
}

}  // namespace netrunner
