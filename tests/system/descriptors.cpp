// Descriptors: the command has those that netrunner was given, and no process of netrunner's keeps them; netrunner
// changes no shared flag; what was closed stays closed.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "pattern.hpp"
#include "trial.hpp"

using namespace support;

namespace {

// The descriptor numbers that print_fds printed.
std::string numbers(const std::string& text) {
    std::string found;
    for (const auto& line : lines(text)) found += line.substr(0, line.find(' ')) + " ";
    return found;
}

// Opens `path` at a number that no test passes on: dup2(2) to the same number would leave it close-on-exec.
int open_high(const char* path, int flags) {
    const int low = ::open(path, flags | O_CLOEXEC);
    const int high = ::fcntl(low, F_DUPFD_CLOEXEC, 500);
    ::close(low);
    REQUIRE(high >= 0);
    return high;
}

// Checks that no process but the test has the pipe's write end open once `process` has printed that it runs, and ends
// it. Closes both ends.
template <class Process>
void expect_no_holder(Process& process, const int (&pipe)[2]) {
    ::close(pipe[1]);
    process.wait_for_output("go\n");
    pollfd reader{pipe[0], POLLIN, 0};
    CHECK(wait_until([&] { return ::poll(&reader, 1, 0) == 1 && (reader.revents & POLLHUP) != 0; }, 3s));
    process.signal(SIGTERM);
    process.finish();
    ::close(pipe[0]);
}

}  // namespace

TEST_SUITE_BEGIN("descriptors");

TEST_CASE_FIXTURE(Trial, "the command has exactly descriptors 0, 1 and 2") {
    for (const std::string mode : {"inherit", "null", "pipe"}) {
        CAPTURE(mode);
        const auto result = run({"--stdin", mode, "-o", path("out"), "--", program("print_fds")});
        CHECK(result.ending == exit_code(7));
        CHECK(numbers(result.out) == "0 1 2 ");
    }
}

TEST_CASE_FIXTURE(Trial, "descriptors that netrunner was given reach the command with their numbers") {
    const int extra = open_high("/dev/null", O_RDWR);
    const int folder = open_high("/usr", O_RDONLY | O_DIRECTORY);
    const int path_only = open_high("/etc", O_PATH);
    const std::vector<std::vector<std::string>> ways = {
        {}, {"--stdin", "pipe", "-o", path("out")}, {"--pty"}, {"--pid-namespace"}, {"--", netrunner(), "run"}};
    for (auto words : ways) {
        CAPTURE(words);
        if (words.empty() || words.front() != "--") words.emplace_back("--");
        words.push_back(program("print_fds"));
        auto setup = runner(words);
        setup.more_descriptors = {{3, extra}, {4, extra}, {7, folder}, {63, path_only}, {900, extra}};
        const auto result = complete(setup);
        CHECK(result.ending == exit_code(7));
        CHECK(numbers(result.out) == "0 1 2 3 4 7 63 900 ");
        // In a chroot, a process in another mount namespace sees the path from outside the chroot.
        CHECK(contains(result.out, "/usr\n"));
        CHECK(contains(result.out, "/etc\n"));
        words.insert(words.begin(), "--close-fds");
        setup.argv = runner(words).argv;
        CHECK(numbers(complete(setup).out) == "0 1 2 ");
    }
    for (const int descriptor : {extra, folder, path_only}) ::close(descriptor);
}

TEST_CASE_FIXTURE(Trial, "the highest number that the limit allows is passed on") {
    path("f");
    const auto result = bash("ulimit -n 256; nr -- sh -c 'ulimit -n; echo x >&9' 9>f\ncat f");
    CHECK(result.out == "256\nx\n");
    CHECK(result.err.empty());
    const int extra = open_high("/dev/null", O_RDWR);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const int highest = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 4096)) - 1;
    auto setup = runner({"--", program("print_fds")});
    setup.more_descriptors = {{highest, extra}};
    CHECK(numbers(complete(setup).out) == "0 1 2 " + std::to_string(highest) + " ");
    ::close(extra);
}

TEST_CASE_FIXTURE(Trial, "a full descriptor table gives one line and 125") {
    if (sanitized) return skip(needs_more);
    const auto result =
        bash("ulimit -n 20; for ((i = 3; i < 20; ++i)); do eval \"exec $i</dev/null\"; done; nr -- true");
    CHECK_REFUSED(result, "open files");
}

TEST_CASE_FIXTURE(Trial, "process substitutions, redirections and locks work as without netrunner") {
    for (const char* name : {"seven", "lock"}) path(name);
    const auto result = bash(
        "nr -- diff <(echo a) <(echo b)\n"
        "nr -- sh -c 'echo seven >&7' 7>seven; cat seven\n"
        "(flock 9; nr -- flock -n 9 && ! flock -n lock true && echo held) 9>lock; flock -n lock true && echo free");
    CHECK(result.out == "1c1\n< a\n---\n> b\nseven\nheld\nfree\n");
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "make inside netrunner shares the job server of the make outside") {
    std::ofstream{path("Makefile")} << "all:\n\t+@\"$(NR)\" run -- $(MAKE) --no-print-directory -f inner.mk\n";
    std::ofstream{path("inner.mk")} << "all: a b\na b:\n\t@echo $@ $(filter -j%,$(MAKEFLAGS))\n";
    const auto result = bash("make --no-print-directory -j2 NR=\"$NR\"");
    CHECK(result.ending == exit_code(0));
    CHECK(result.err.empty());  // make warns of an unavailable job server
    CHECK(contains(result.out, "a -j2\n"));
}

TEST_CASE_FIXTURE(Trial, "socket activation names the command where it named netrunner") {
    const auto listen = [&](const std::string& pid, const std::string& options) {
        return bash("export LISTEN_FDS=1 LISTEN_PIDFDID=7; exec 3</dev/null; LISTEN_PID=" + pid + " exec \"$NR\" run " +
                    options + " -- sh -c 'test \"$LISTEN_PID\" = $$; echo $? $LISTEN_FDS $LISTEN_PIDFDID'")
            .out;
    };
    CHECK(listen("$$", "") == "0 1\n");
    CHECK(listen("$$", "--pid-namespace") == "0 1\n");
    CHECK(listen("$$", "-- \"$NR\" run") == "0 1\n");
    CHECK(listen("1", "") == "1 1 7\n");
    CHECK(listen("$$", "--close-fds") == "1 1 7\n");
}

TEST_CASE_FIXTURE(Trial, "once the command runs, no process of netrunner's holds its descriptors") {
    const std::vector<std::vector<std::string>> ways = {
        {}, {"--pty"}, {"--pid-namespace"}, {"--close-fds"}, {"--", netrunner(), "run"}};
    for (auto words : ways) {
        CAPTURE(words);
        int pipes[2];
        REQUIRE(::pipe2(pipes, O_CLOEXEC) == 0);
        if (words.empty() || words.front() != "--") words.emplace_back("--");
        words.insert(words.end(), {"sh", "-c", "exec 9>&-; echo go; sleep 60"});
        auto setup = runner(words);
        setup.more_descriptors = {{9, pipes[1]}};
        auto process = start(setup);
        expect_no_holder(process, pipes);
    }
}

TEST_CASE_FIXTURE(Trial, "nor does one if there are more descriptors than the plan lists") {
    const int extra = open_high("/dev/null", O_RDWR);
    for (const int others : {31, 32, 100}) {
        CAPTURE(others);
        int pipes[2];
        REQUIRE(::pipe2(pipes, O_CLOEXEC) == 0);
        auto setup = runner({"--", "sh", "-c", "exec 9>&-; echo go; sleep 60"});
        for (int i = 0; i < others; ++i) setup.more_descriptors.emplace(20 + i, extra);
        setup.more_descriptors.emplace(9, pipes[1]);
        auto process = start(setup);
        expect_no_holder(process, pipes);
    }
    ::close(extra);
}

TEST_CASE_FIXTURE(Trial, "the reader of a descriptor sees the end also if the command cannot be started") {
    for (const std::string options : {"", "--pty", "-C /nonexistent"}) {
        CAPTURE(options);
        const auto result = bash("nr -q " + options +
                                 " -- /nonexistent 9> >(cat; echo end >end); for ((i = 0; i < 200; ++i)); "
                                 "do [ -s end ] && break; sleep 0.05; done; cat end; rm end");
        CHECK(result.out == "end\n");
    }
}

TEST_CASE_FIXTURE(Trial, "the descriptor of --report-fd is netrunner's alone") {
    path("f");
    const auto result = bash("nr --report-fd 9 -- " + program("print_fds") + " 9>report 8>f");
    CHECK(numbers(result.out) == "0 1 2 8 ");
    CHECK(report_at(path("report"))["exit_code"] == 7);
}

TEST_CASE_FIXTURE(Trial, "the --on-timeout command gets descriptors 0 to 2 only") {
    path("f");
    const auto result = bash("nr -q -t 100ms --on-timeout 'ls /proc/self/fd | tr \"\\n\" \" \"' -- sleep 60 9>f");
    CHECK(result.err == "0 1 2 3 ");  // ls opens 3 itself
}

TEST_CASE_FIXTURE(Trial, "every combination of closed descriptors is closed for the command too") {
    for (int combination = 0; combination < 8; ++combination) {
        CAPTURE(combination);
        auto setup = runner({"--", program("print_fds")});
        const auto where = path("fds");
        setup.environment["PRINT_FDS_TO"] = where;
        std::string expected;
        for (const int number : {0, 1, 2}) {
            if ((combination & 1 << number) == 0) expected += std::to_string(number) + " ";
        }
        if ((combination & 1) != 0) setup.in = closed();
        if ((combination & 2) != 0) setup.out = closed();
        if ((combination & 4) != 0) setup.err = closed();
        const auto result = complete(setup);
        CHECK(result.ending == exit_code(7));
        CHECK(numbers(read_text(where)) == expected);
        CHECK(result.out.empty());
        CHECK(result.err.empty());
        std::filesystem::remove(where);
    }
}

TEST_CASE_FIXTURE(Trial, "a closed descriptor is the same error as without netrunner") {
    const std::vector<std::string> script = {"sh", "-c",
                                             "echo out; echo $? >&2; read x; echo $? >&2; echo err >&2; exit $?"};
    for (int combination = 1; combination < 8; ++combination) {
        CAPTURE(combination);
        std::array<Result, 2> results;
        for (const bool direct : {true, false}) {
            auto words = script;
            if (!direct) words.insert(words.begin(), "--");
            auto setup = direct ? command(words) : runner(words);
            if ((combination & 1) != 0) setup.in = closed();
            if ((combination & 2) != 0) setup.out = closed();
            if ((combination & 4) != 0) setup.err = closed();
            results[direct ? 0 : 1] = complete(setup);
        }
        CHECK(results[0].ending == results[1].ending);
        CHECK(results[0].out == results[1].out);
        CHECK(results[0].err == results[1].err);
    }
}

TEST_CASE_FIXTURE(Trial, "an option that looks at the output sees it also if there is nowhere to pass it on") {
    auto setup = runner({"-o", path("out"), "--", "sh", "-c", "echo out; echo err >&2; exit 5"});
    setup.out = closed();
    const auto result = complete(setup);
    CHECK(result.ending == exit_code(5));
    CHECK(result.err == "err\n");
    CHECK(read_text(path("out")) == "out\nerr\n");
}

TEST_CASE_FIXTURE(Trial, "what netrunner itself prints to a closed descriptor 1 is an error") {
    for (const std::string word : {"--help", "--version", "doctor"}) {
        CAPTURE(word);
        auto setup = command({netrunner(), word});
        setup.out = closed();
        const auto result = complete(setup);
        CHECK_REFUSED(result, "cannot write to standard output");
    }
}

TEST_CASE_FIXTURE(Trial, "status flags of 0, 1 and 2 are the same before, during and after, for every kind") {
    std::ofstream{path("file")} << "text";
    const auto flags_of = [](int descriptor) { return ::fcntl(descriptor, F_GETFL); };
    int pipes[2];
    REQUIRE(::pipe2(pipes, O_CLOEXEC) == 0);
    const int regular = ::open(path("file").c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
    for (const bool non_blocking : {false, true}) {
        for (const int out : {pipes[1], regular}) {
            CAPTURE(non_blocking);
            CAPTURE(out == regular);
            ::fcntl(out, F_SETFL, (flags_of(out) & ~O_NONBLOCK) | (non_blocking ? O_NONBLOCK : 0));
            const int before = flags_of(out);
            auto setup = runner({"--stdin", "pipe", "--", "sh", "-c", "echo some; sleep 60"});
            setup.in = borrowed(pipes[0]);
            setup.out = borrowed(out);
            auto process = start(setup);
            REQUIRE(wait_until([&] { return !descendants_of(process.pid()).empty(); }));
            CHECK(!wait_until([&] { return flags_of(out) != before; }, 300ms));
            expect_strays();
            process.signal(SIGKILL);
            process.finish();
            CHECK(flags_of(out) == before);
            CHECK(nothing_left(8s));
        }
    }
    for (const int descriptor : {pipes[0], pipes[1], regular}) ::close(descriptor);
}

TEST_CASE_FIXTURE(Trial, "non-blocking descriptors of the caller work, also when they are full") {
    int pipes[2];
    REQUIRE(::pipe2(pipes, O_CLOEXEC | O_NONBLOCK) == 0);
    auto setup = runner({"--", program("write_bytes"), "1000000"});
    setup.out = borrowed(pipes[1]);
    auto process = start(setup);
    ::close(pipes[1]);
    std::string seen(1000000, '\0');
    std::size_t got = 0;
    process.wait_for("every byte", [&] {
        const ssize_t more = ::read(pipes[0], seen.data() + got, seen.size() - got);
        if (more > 0) got += static_cast<std::size_t>(more);
        return got == seen.size();
    });
    CHECK(process.finish().ending == exit_code(0));
    CHECK(seen == pattern(1000000));
    ::close(pipes[0]);
}

TEST_CASE_FIXTURE(Trial, "a sibling writer of the same pipe is not disturbed") {
    const auto result = bash("head -c 3000000 /dev/zero > file; (nr -- echo x; cat file) | (sleep 0.5; wc -c)");
    CHECK(read_text(path("file")).size() == 3000000U);
    CHECK(result.out == "3000002\n");
    CHECK(result.err.empty());
}

TEST_CASE_FIXTURE(Trial, "the shepherd keeps none of the user's descriptors open") {
    auto setup = runner({"--", "sh", "-c", "echo go; sleep 60"});
    setup.in = piped();
    auto process = start(setup);
    process.wait_for_output("go\n");
    const pid_t shepherd = child_running(process.pid(), "netrunner-shepherd");
    REQUIRE(shepherd > 0);
    const auto users = descriptors_of(process.pid());
    bool clean = false;
    wait_until(
        [&] {
            clean = true;
            for (const auto& [number, target] : descriptors_of(shepherd)) {
                for (const int user : {0, 1, 2}) {
                    if (target != "/dev/null" && target == users.at(user)) clean = false;
                }
            }
            return clean;
        },
        3s);
    CHECK(clean);
    process.signal(SIGTERM);
    process.finish();
}

TEST_CASE_FIXTURE(Trial, "too few descriptors give one line and 125, or the run works") {
    if (sanitized) return skip(needs_more);
    int refused = 0;
    for (int limit = 4; limit <= 24; ++limit) {
        CAPTURE(limit);
        auto setup = runner({"--", "sh", "-c", "exit 9"});
        setup.argv.insert(setup.argv.begin(), {"/bin/sh", "-c", "ulimit -n $0; exec \"$@\"", std::to_string(limit)});
        const auto result = complete(setup);
        CHECK((result.ending == exit_code(9) || result.ending == exit_code(125)));
        if (result.ending == exit_code(125)) {
            ++refused;
            CHECK(lines(result.err).size() == 1);
            CHECK(begins(result.err, "netrunner: "));
        } else {
            CHECK(result.err.empty());
        }
    }
    CHECK(refused > 0);
}

TEST_CASE_FIXTURE(Trial, "a huge descriptor limit does not slow the start") {
    const auto ten_starts = [&](const std::string& limit) {
        const auto result = bash(limit + "for i in 1 2 3 4 5 6 7 8 9 10; do nr -- true; done");
        CHECK(result.ending == exit_code(0));
        return result.wall;
    };
    const auto usual = ten_starts("ulimit -n 1024\n");
    const auto huge = ten_starts("ulimit -Hn 1000000 2>/dev/null; ulimit -n $(ulimit -Hn)\n");
    // One system call for each possible descriptor would take tens of milliseconds per start.
    CHECK_MESSAGE(huge < 3 * usual + scaled(150ms), huge.count(), " against ", usual.count());
}

TEST_SUITE_END();
