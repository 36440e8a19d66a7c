#include "src/session/stop_command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <vector>

#include "shepherd/system/pidfd.hpp"
#include "src/system/child_end.hpp"
#include "src/system/spawn.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX requires the program to declare it

namespace netrunner {
namespace {

constexpr int signal_base = 128;

[[noreturn]] void fail(int error, const char* what, const StopHook& hook) {
    throw std::system_error(error, std::generic_category(), fmt::format("{} the {} command", what, hook.option));
}

struct OutputPipe {
    Descriptor reader;
    Descriptor writer;
};

OutputPipe make_pipe(const StopHook& hook) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(errno, "cannot create a pipe for", hook);
    OutputPipe made{Descriptor(ends[0]), Descriptor(ends[1])};
    ::fcntl(made.reader.get(), F_SETFL, O_NONBLOCK);
    return made;
}

/// Starts netrunner with the argv `words` in a session without a terminal: no key reaches it, and SIGTTIN and SIGTTOU
/// do not stop it. Its standard output and error go to `output`.
pid_t start(std::vector<std::string> words, const Descriptor& output, const StopHook& hook) {
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const Descriptor null = open_file("/dev/null", O_RDONLY);
    const std::array placed{SpawnRequest::Placed{.from = null.get(), .to = STDIN_FILENO},
                            SpawnRequest::Placed{.from = output.get(), .to = STDOUT_FILENO},
                            SpawnRequest::Placed{.from = output.get(), .to = STDERR_FILENO}};
    const auto [pid, error] = spawn({.program = "/proc/self/exe",
                                     .argv = argv.data(),
                                     .environment = environ,
                                     .placed = placed,
                                     .new_session = true});
    if (error != 0) fail(error, "cannot start", hook);
    return pid;
}

std::string contents(int file) {
    std::string text(StopCommand::most_output, '\0');
    const ssize_t length = ::pread(file, text.data(), text.size(), 0);
    text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return text;
}

}  // namespace

std::optional<StopHook> hook_for(StopCause cause, const LaunchPlan& plan) {
    // The command has ended, or nothing may delay the end of the tree.
    if (cause == StopCause::orphans || cause == StopCause::lost) return std::nullopt;
    const bool timed_out = cause == StopCause::timeout || cause == StopCause::idle_timeout;
    if (timed_out && plan.on_timeout) return StopHook{"--on-timeout", *plan.on_timeout};
    if (plan.on_stop) return StopHook{"--on-stop", *plan.on_stop};
    return std::nullopt;
}

StopCommand::StopCommand(const Request& request, Pump& pump, Owner owner, const RelayDuties& duties)
    : pump_(pump),
      owner_(owner),
      begun_(std::chrono::steady_clock::now()),
      kept_(::memfd_create("on-stop", MFD_CLOEXEC)),
      error_(duplicate(STDERR_FILENO)) {
    if (!kept_) fail(errno, "cannot create a memory file for", request.hook);
    OutputPipe output = make_pipe(request.hook);
    relay_.emplace(Source::owning(std::move(output.reader)), Sink::borrowing(error_.get()),
                   Sink::owning(duplicate(kept_.get())), &budget_, std::size_t{0}, duties);
    pid_ = start({"netrunner",    "run",
                  "--quiet",      "--die-with-parent",
                  "--timeout",    fmt::format("{}", time_limit.count()),
                  "--signal",     "KILL",
                  "--kill-after", "0",
                  "--stdout",     "inherit",
                  "--stderr",     "inherit",
                  "--setenv",     fmt::format("NETRUNNER_PID={}", request.command),
                  "--setenv",     fmt::format("NETRUNNER_REASON={}", request.reason),
                  "--",           "/bin/sh",
                  "-c",           request.hook.text},
                 output.writer, request.hook);
    try {
        handle_ = open_pidfd(pid_);
        if (!handle_ && errno != ENOSYS) fail(errno, "cannot watch", request.hook);
        pump_.add(*relay_, owner_);
        if (handle_) pump_.watch(handle_.get(), owner_);
    } catch (const std::system_error&) {
        end();
        throw;
    }
}

bool StopCommand::is_meant(const Wake& wake) const {
    if (wake.kind == Wake::Kind::relay) return relay_ && wake.relay == &*relay_;
    return wake.kind == Wake::Kind::readable && handle_ && wake.descriptor == handle_.get();
}

void StopCommand::attend(const Wake& wake) {
    if (wake.kind == Wake::Kind::readable) take_end();
}

void StopCommand::child_ended() {
    if (!handle_ && !status_ && has_ended(pid_)) take_end();
}

void StopCommand::take_end() {
    reap();
    // The nested run has ended its tree, so a process that still holds the pipe has escaped it and is not waited for:
    // drain only what is in the pipe now.
    relay_->begin_drain();
    pump_.nudge(*relay_);
}

bool StopCommand::is_over() const { return status_ && (!relay_ || relay_->drained()); }

void StopCommand::note_end(int status, bool killed) {
    noted_ = killed ? signal_base + status : status;
    if (!handle_ && !status_) take_end();
}

void StopCommand::reap() {
    if (status_) return;
    int status = 0;
    const pid_t reaped = noted_ ? -1 : ::waitpid(pid_, &status, 0);
    if (noted_) {
        status_ = noted_;
    } else if (reaped == pid_ && WIFEXITED(status)) {
        status_ = WEXITSTATUS(status);
    } else {
        status_ = signal_base + (reaped == pid_ ? WTERMSIG(status) : SIGKILL);
    }
    duration_ = std::chrono::steady_clock::now() - begun_;
    if (handle_) pump_.unwatch(handle_.get());
    handle_.reset();
}

void StopCommand::end(std::chrono::milliseconds longest) {
    if (!status_ && !noted_) {
        // SIGTERM makes the nested netrunner send SIGTERM and at once SIGKILL to its tree. If the tree does not end in
        // time, SIGKILL ends the nested netrunner, and its guard then sends SIGKILL to the tree.
        ::kill(pid_, SIGTERM);
        if (longest.count() == 0) return;
        if (!await_end(pid_, static_cast<int>(longest.count()))) ::kill(pid_, SIGKILL);
    }
    reap();
    if (!relay_) return;
    relay_->move();
    pump_.remove(*relay_);
    relay_->abandon();
}

StopCommandRecord StopCommand::record() const {
    return {.status = status_.value_or(0),
            .output = contents(kept_.get()),
            .truncated = budget_.exceeded || relay_->lost(),
            .duration = duration_};
}

}  // namespace netrunner
