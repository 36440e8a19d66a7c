// The commands that bench/run measures with; the first argument selects one. Small and static, so that their start
// costs little.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

namespace {

constexpr std::size_t line_length = 80;

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::_Exit(1);
}

void write_whole(const char* bytes, std::size_t count) {
    while (count > 0) {
        const ssize_t put = ::write(STDOUT_FILENO, bytes, count);
        if (put < 0) fail("write");
        bytes += put;
        count -= static_cast<std::size_t>(put);
    }
}

/// Writes zeros, in pieces of `piece`.
int produce(long long bytes, std::size_t piece) {
    static std::array<char, 1 << 20> zeros;
    while (bytes > 0) {
        const auto part = std::min<std::size_t>({piece, zeros.size(), static_cast<std::size_t>(bytes)});
        write_whole(zeros.data(), part);
        bytes -= static_cast<long long>(part);
    }
    return 0;
}

/// Writes lines of 80 bytes, 50 in a piece. On a terminal it first sets whether lines end with "\r\n", so that the
/// kernel does the same work under every program that is measured.
int lines(long long count, bool cooked) {
    termios modes{};
    if (::tcgetattr(STDOUT_FILENO, &modes) == 0) {
        modes.c_oflag = cooked ? modes.c_oflag | OPOST | ONLCR : modes.c_oflag & ~static_cast<tcflag_t>(OPOST);
        if (::tcsetattr(STDOUT_FILENO, TCSANOW, &modes) != 0) fail("tcsetattr");
    }
    std::array<char, 50 * line_length> piece{};
    piece.fill('x');
    for (std::size_t i = line_length - 1; i < piece.size(); i += line_length) piece[i] = '\n';
    for (; count >= 50; count -= 50) write_whole(piece.data(), piece.size());
    write_whole(piece.data(), static_cast<std::size_t>(count) * line_length);
    return 0;
}

/// Writes lines that contain the time of their writing (CLOCK_MONOTONIC, ns), with `pause` before each.
int stamps(long long count, timespec pause) {
    for (; count > 0; --count) {
        ::nanosleep(&pause, nullptr);
        std::array<char, line_length + 1> line{};
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        std::snprintf(line.data(), line.size(), "%*lld\n", static_cast<int>(line_length - 1),
                      static_cast<long long>(now.tv_sec) * 1'000'000'000 + now.tv_nsec);
        write_whole(line.data(), line_length);
    }
    return 0;
}

/// Writes a dot and waits until its input ends.
int stay() {
    write_whole(".", 1);
    std::array<char, 64> ignored{};
    while (::read(STDIN_FILENO, ignored.data(), ignored.size()) > 0) continue;
    return 0;
}

/// Three processes, one of them in a new session, that print their process IDs and wait until they are killed.
int tree() {
    for (int child = 0; child < 2; ++child) {
        const pid_t pid = ::fork();
        if (pid < 0) fail("fork");
        if (pid > 0) continue;
        if (child == 0) ::setsid();
        break;
    }
    std::array<char, 32> number{};
    const int length = std::snprintf(number.data(), number.size(), "%d\n", ::getpid());
    write_whole(number.data(), static_cast<std::size_t>(length));
    while (true) ::pause();
}

/// Copies its input to its output.
int echo() {
    std::array<char, 4096> piece{};
    ssize_t got = 0;
    while ((got = ::read(STDIN_FILENO, piece.data(), piece.size())) > 0) {
        write_whole(piece.data(), static_cast<std::size_t>(got));
    }
    return got == 0 ? 0 : 1;
}

/// Sends `count` lines to a command, each after the previous line has come back.
int dialogue(long long count, char** command) {
    std::array<int, 2> question{};
    std::array<int, 2> answer{};
    if (::pipe2(question.data(), O_CLOEXEC) != 0 || ::pipe2(answer.data(), O_CLOEXEC) != 0) fail("pipe2");
    const pid_t pid = ::fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        ::dup2(question[0], STDIN_FILENO);
        ::dup2(answer[1], STDOUT_FILENO);
        ::execvp(command[0], command);
        fail(command[0]);
    }
    ::close(answer[1]);
    ::dup2(question[1], STDOUT_FILENO);
    ::close(question[1]);
    std::array<char, line_length> line{};
    for (; count > 0; --count) {
        write_whole(line.data(), line.size());
        for (std::size_t back = 0; back < line.size();) {
            const ssize_t got = ::read(answer[0], line.data(), line.size() - back);
            if (got <= 0) fail("read");
            back += static_cast<std::size_t>(got);
        }
    }
    ::close(STDOUT_FILENO);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return status == 0 ? 0 : 1;
}

/// The minimum for all programs that pass bytes on: splice(2) and nothing else, between pipes of `size` bytes.
int splice_all(int size) {
    for (const int end : {STDIN_FILENO, STDOUT_FILENO}) {
        if (::fcntl(end, F_SETPIPE_SZ, size) < 0) fail("F_SETPIPE_SZ");
    }
    ssize_t moved = 0;
    do {
        moved = ::splice(STDIN_FILENO, nullptr, STDOUT_FILENO, nullptr, 1 << 20, SPLICE_F_MOVE);
    } while (moved > 0);
    if (moved < 0) fail("splice");
    return 0;
}

/// The minimum for all programs that give a command a terminal: reads the command's output and discards it.
int terminal(char** command) {
    int master = -1;
    const pid_t pid = ::forkpty(&master, nullptr, nullptr, nullptr);
    if (pid < 0) fail("forkpty");
    if (pid == 0) {
        ::execvp(command[0], command);
        fail(command[0]);
    }
    static std::array<char, 64 * 1024> buffer;
    while (::read(master, buffer.data(), buffer.size()) > 0) continue;
    int status = 0;
    ::waitpid(pid, &status, 0);
    return status == 0 ? 0 : 1;
}

/// Runs the command so that the reader's pipe cannot be resized: F_SETPIPE_SZ on descriptor 1 fails.
int fixed_pipe(char** command) {
    constexpr auto low = [](std::size_t argument) {
        return static_cast<__u32>(offsetof(seccomp_data, args) + argument * sizeof(__u64));
    };
    std::array<sock_filter, 8> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fcntl, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low(1)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_SETPIPE_SZ, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low(0)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, STDOUT_FILENO, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),  // EPERM, as if over the user's pipe limit
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
        fail("seccomp");
    }
    ::execvp(command[0], command);
    fail(command[0]);
}

/// Runs `command` with descriptors 0 to 2 only.
int alone(char** command) {
    if (::close_range(STDERR_FILENO + 1, ~0U, 0) != 0) fail("close_range");
    ::execvp(command[0], command);
    fail(command[0]);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view word = argc > 1 ? argv[1] : "";
    const long long count = argc > 2 ? std::atoll(argv[2]) : 0;
    if (word == "produce" && argc > 2) {
        return produce(count, argc > 3 ? static_cast<std::size_t>(std::atoll(argv[3])) : 64 * 1024);
    }
    if (word == "lines" && argc > 3) return lines(count, std::strcmp(argv[3], "cooked") == 0);
    if (word == "stamps" && argc > 2) {
        const long milliseconds = argc > 3 ? std::atol(argv[3]) : 1;
        return stamps(count, {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1'000'000});
    }
    if (word == "pause") return ::pause();
    if (word == "stay") return stay();
    if (word == "tree") return tree();
    if (word == "echo") return echo();
    if (word == "dialogue" && argc > 3) return dialogue(count, argv + 3);
    if (word == "splice" && argc > 2) return splice_all(static_cast<int>(count));
    if (word == "terminal" && argc > 2) return terminal(argv + 2);
    if (word == "alone" && argc > 2) return alone(argv + 2);
    if (word == "fixed-pipe" && argc > 2) return fixed_pipe(argv + 2);
    std::fputs("see bench/workload.cpp\n", stderr);
    return 2;
}
