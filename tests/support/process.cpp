#include "process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ostream>
#include <stdexcept>
#include <system_error>

extern char** environ;

namespace support {
namespace {

constexpr int first_private_descriptor = 100;  // above the numbers that tests give to the program

[[noreturn]] void fail(const std::string& what) { throw std::system_error{errno, std::generic_category(), what}; }

void close_if_open(int& descriptor) {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
}

int lifted(int descriptor) {
    const int high = ::fcntl(descriptor, F_DUPFD_CLOEXEC, first_private_descriptor);
    if (high < 0) fail("cannot move a descriptor");
    ::close(descriptor);
    return high;
}

struct Ends {
    int ours = -1;
    int theirs = -1;
};

Ends open_stream(const Stream& stream, int number, int stdout_end) {
    std::array<int, 2> pair{-1, -1};
    switch (stream.kind) {
        case Stream::Kind::closed: return {};
        case Stream::Kind::null: return {.ours = -1, .theirs = lifted(::open("/dev/null", O_RDWR | O_CLOEXEC))};
        case Stream::Kind::file: {
            const int opened = ::open(stream.path.c_str(), stream.flags | O_CLOEXEC, 0666);
            if (opened < 0) fail("cannot open " + stream.path);
            return {.ours = -1, .theirs = lifted(opened)};
        }
        case Stream::Kind::borrowed:
            return {.ours = -1, .theirs = ::fcntl(stream.descriptor, F_DUPFD_CLOEXEC, first_private_descriptor)};
        case Stream::Kind::same_as_stdout:
            return {.ours = -1, .theirs = ::fcntl(stdout_end, F_DUPFD_CLOEXEC, first_private_descriptor)};
        case Stream::Kind::pipe:
            if (::pipe2(pair.data(), O_CLOEXEC) != 0) fail("pipe2");
            if (number == 0) std::swap(pair[0], pair[1]);
            break;
        case Stream::Kind::socket:
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) fail("socketpair");
            break;
    }
    const Ends ends{.ours = lifted(pair[0]), .theirs = lifted(pair[1])};
    ::fcntl(ends.ours, F_SETFL, ::fcntl(ends.ours, F_GETFL) | O_NONBLOCK);
    return ends;
}

std::vector<std::string> environment_of(const Setup& setup, const std::string& tag) {
    std::map<std::string, std::string> variables;
    if (!setup.clean_environment) {
        for (char** entry = environ; *entry != nullptr; ++entry) {
            const std::string text = *entry;
            variables[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
        }
    }
    for (const auto& [name, value] : setup.environment) {
        if (value)
            variables[name] = *value;
        else
            variables.erase(name);
    }
    std::vector<std::string> entries{tag};
    for (const auto& [name, value] : variables) entries.push_back(name + "=" + value);
    return entries;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (auto& text : strings) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

void set_signals(const Setup& setup) {
    // A direct system call: glibc refuses signals 32 and 33, and some parents leave them ignored.
    struct {
        void* handler = nullptr;
        unsigned long flags = 0;
        void* restorer = nullptr;
        unsigned long mask = 0;
    } by_default;
    for (int number = 1; number < NSIG; ++number) {
        ::syscall(SYS_rt_sigaction, number, &by_default, nullptr, sizeof by_default.mask);
    }
    for (const int number : setup.ignored) ::signal(number, SIG_IGN);
    sigset_t mask;
    ::sigemptyset(&mask);
    for (const int number : setup.blocked) ::sigaddset(&mask, number);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
}

void read_all(int& descriptor, std::string& into) {
    std::array<char, 65536> buffer;
    for (;;) {
        const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
        if (got > 0) {
            into.append(buffer.data(), static_cast<std::size_t>(got));
        } else if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        } else {
            close_if_open(descriptor);
            return;
        }
    }
}

int as_poll_timeout(Clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<Millis>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<Millis::rep>(left + 1, 0, 1000));
}

}  // namespace

Stream piped() { return {}; }
Stream socketed() { return {.kind = Stream::Kind::socket}; }
Stream null_device() { return {.kind = Stream::Kind::null}; }
Stream closed() { return {.kind = Stream::Kind::closed}; }
Stream file(std::string path, int flags) {
    return {.kind = Stream::Kind::file, .path = std::move(path), .flags = flags};
}
Stream borrowed(int descriptor) { return {.kind = Stream::Kind::borrowed, .descriptor = descriptor}; }
Stream merged() { return {.kind = Stream::Kind::same_as_stdout}; }

std::ostream& operator<<(std::ostream& out, const Ending& ending) {
    if (ending.exited) return out << "exit code " << ending.number;
    return out << "killed by signal " << ending.number;
}
Ending exit_code(int code) { return {.exited = true, .number = code}; }
Ending killed_by(int signal) { return {.exited = false, .number = signal}; }

Process::Process(const Setup& setup, std::string tag, std::string default_directory)
    : hold_input_{setup.hold_input}, tag_{std::move(tag)}, input_{setup.input} {
    auto arguments = setup.argv;
    auto entries = environment_of(setup, tag_);
    const auto argv = pointers(arguments);
    const auto envp = pointers(entries);
    const std::string directory = setup.directory.empty() ? std::move(default_directory) : setup.directory;
    for (const auto& word : setup.argv) words_.append(words_.empty() ? "" : " ").append(word, 0, 200);

    const Ends in = open_stream(setup.in, 0, -1);
    const Ends out = open_stream(setup.out, 1, -1);
    const Ends err = open_stream(setup.err, 2, out.theirs);
    const std::array<int, 3> wanted{in.theirs, out.theirs, err.theirs};
    std::array<int, 2> trouble{-1, -1};
    if (::pipe2(trouble.data(), O_CLOEXEC) != 0) fail("pipe2");
    trouble[1] = lifted(trouble[1]);

    started_ = Clock::now();
    pid_ = ::fork();
    if (pid_ < 0) fail("fork");
    if (pid_ == 0) {
        ::setsid();
        ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
        for (int number = 0; number < 3; ++number) {
            const int source = wanted[static_cast<std::size_t>(number)];
            if (source < 0)
                ::close(number);
            else
                ::dup2(source, number);
        }
        for (const auto& [theirs, ours] : setup.more_descriptors) ::dup2(ours, theirs);
        set_signals(setup);
        if (::chdir(directory.c_str()) == 0) ::execvpe(argv[0], argv.data(), envp.data());
        const int error = errno;
        (void)!::write(trouble[1], &error, sizeof error);
        ::_exit(127);
    }
    pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    for (const int end : wanted) {
        if (end >= 0) ::close(end);
    }
    in_fd_ = in.ours;
    out_fd_ = out.ours;
    err_fd_ = err.ours;
    ::close(trouble[1]);
    int error = 0;
    const bool failed = ::read(trouble[0], &error, sizeof error) == static_cast<ssize_t>(sizeof error);
    ::close(trouble[0]);
    if (failed) {
        ::waitpid(pid_, nullptr, 0);
        throw std::system_error{error, std::generic_category(), "cannot start " + words_};
    }
}

Process::Process(Process&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)},
      pidfd_{std::exchange(other.pidfd_, -1)},
      in_fd_{std::exchange(other.in_fd_, -1)},
      out_fd_{std::exchange(other.out_fd_, -1)},
      err_fd_{std::exchange(other.err_fd_, -1)},
      hold_input_{other.hold_input_},
      read_output_{other.read_output_},
      reaped_{std::exchange(other.reaped_, true)},
      tag_{std::move(other.tag_)},
      input_{std::move(other.input_)},
      out_{std::move(other.out_)},
      err_{std::move(other.err_)},
      words_{std::move(other.words_)},
      fed_{other.fed_},
      started_{other.started_} {}

Process::~Process() {
    if (pid_ > 0 && !reaped_) {
        ::kill(pid_, SIGKILL);  // our own unreaped child: its PID cannot have been reused
        ::waitpid(pid_, nullptr, 0);
    }
    close_if_open(in_fd_);
    close_if_open(out_fd_);
    close_if_open(err_fd_);
    close_if_open(pidfd_);
}

bool Process::running() {
    pollfd ended{.fd = pidfd_, .events = POLLIN, .revents = 0};
    return ::poll(&ended, 1, 0) == 0;
}

void Process::signal(int number) const {
    if (::syscall(SYS_pidfd_send_signal, pidfd_, number, nullptr, 0) != 0) fail("cannot signal " + words_);
}

void Process::stop_reading_output() { close_if_open(out_fd_); }

void Process::exchange(Millis limit) {
    const bool more_input = fed_ < input_.size();
    if (in_fd_ >= 0 && !more_input && !hold_input_) close_if_open(in_fd_);
    std::array<pollfd, 4> waits{{{.fd = pidfd_, .events = POLLIN, .revents = 0},
                                 {.fd = read_output_ ? out_fd_ : -1, .events = POLLIN, .revents = 0},
                                 {.fd = err_fd_, .events = POLLIN, .revents = 0},
                                 {.fd = more_input ? in_fd_ : -1, .events = POLLOUT, .revents = 0}}};
    ::poll(waits.data(), waits.size(), static_cast<int>(limit.count()));
    if (waits[1].revents != 0) read_all(out_fd_, out_);
    if (waits[2].revents != 0) read_all(err_fd_, err_);
    if (waits[3].revents != 0) {
        const ssize_t put = ::send(in_fd_, input_.data() + fed_, input_.size() - fed_, MSG_NOSIGNAL);
        const ssize_t written =
            put >= 0 || errno != ENOTSOCK ? put : ::write(in_fd_, input_.data() + fed_, input_.size() - fed_);
        if (written >= 0)
            fed_ += static_cast<std::size_t>(written);
        else if (errno != EAGAIN && errno != EINTR)
            close_if_open(in_fd_);
    }
}

void Process::wait_for(const std::string& what, const std::function<bool()>& condition, Millis limit) {
    auto deadline = Clock::now() + scaled(limit);
    bool ended = false;
    while (!condition()) {
        if (Clock::now() >= deadline) {
            FAIL("timed out waiting for " << what << " of: " << words_ << "\n  stdout: " << out_.substr(0, 400)
                                          << "\n  stderr: " << err_.substr(0, 2000));
        }
        exchange(2ms);
        if (running()) continue;
        if (!ended) deadline = std::min(deadline, Clock::now() + scaled(1s));  // it can produce nothing more
        ended = true;
        let_pass(1ms);  // its pidfd is readable now, so poll no longer waits
    }
}

void Process::wait_for_output(const std::string& bytes) {
    wait_for("output '" + bytes + "'", [&] { return out_.find(bytes) != std::string::npos; });
}

Result Process::collect() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0) {
        if (errno != EINTR) fail("waitpid");
    }
    reaped_ = true;
    const auto wall = std::chrono::duration_cast<Millis>(Clock::now() - started_);
    auto left = processes_with_environment(tag_);
    if (out_fd_ >= 0 && read_output_) read_all(out_fd_, out_);
    if (err_fd_ >= 0) read_all(err_fd_, err_);
    const Ending ending = WIFEXITED(status) ? exit_code(WEXITSTATUS(status)) : killed_by(WTERMSIG(status));
    return {.ending = ending, .out = std::move(out_), .err = std::move(err_), .wall = wall, .left = std::move(left)};
}

Result Process::finish(Millis limit) {
    const auto deadline = Clock::now() + scaled(limit);
    while (running()) {
        if (Clock::now() >= deadline) {
            FAIL("did not end within its limit: " << words_ << "\n  stdout: " << out_.substr(0, 400)
                                                  << "\n  stderr: " << err_.substr(0, 2000));
        }
        exchange(Millis{as_poll_timeout(deadline)});
    }
    return collect();
}

Result Process::finish_unread(Millis limit) {
    skip_output();
    return finish(limit);
}

}  // namespace support
