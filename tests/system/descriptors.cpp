// Descriptors: the command has exactly 0, 1 and 2, netrunner changes no shared flag, and closed descriptors are
// harmless.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

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

TEST_CASE_FIXTURE(Trial, "descriptors that netrunner was given are not passed on") {
    const int extra = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    auto setup = runner({"--", program("print_fds")});
    setup.more_descriptors = {{3, extra}, {4, extra}, {7, extra}, {63, extra}};
    CHECK(numbers(complete(setup).out) == "0 1 2 ");
    ::close(extra);
}

TEST_CASE_FIXTURE(Trial, "every combination of closed descriptors runs and gives the command valid ones") {
    for (int combination = 0; combination < 8; ++combination) {
        CAPTURE(combination);
        auto setup = runner({"--", program("print_fds")});
        const auto where = path("fds");
        setup.environment["PRINT_FDS_TO"] = where;
        if ((combination & 1) != 0) setup.in = closed();
        if ((combination & 2) != 0) setup.out = closed();
        if ((combination & 4) != 0) setup.err = closed();
        const auto result = complete(setup);
        CHECK(result.ending == exit_code(7));
        CHECK(numbers(read_text(where)) == "0 1 2 ");
        CHECK(result.out.empty());
        CHECK(result.err.empty());
        std::filesystem::remove(where);
    }
}

TEST_CASE_FIXTURE(Trial, "output to a closed descriptor is discarded and lands nowhere else") {
    for (int combination = 1; combination < 8; ++combination) {
        CAPTURE(combination);
        auto setup = runner({"--", "sh", "-c", "echo out; echo err >&2; exit 5"});
        if ((combination & 1) != 0) setup.in = closed();
        if ((combination & 2) != 0) setup.out = closed();
        if ((combination & 4) != 0) setup.err = closed();
        const auto result = complete(setup);
        CHECK(result.ending == exit_code(5));
        CHECK(result.out == ((combination & 2) != 0 ? "" : "out\n"));
        CHECK(result.err == ((combination & 4) != 0 ? "" : "err\n"));
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

TEST_CASE_FIXTURE(Trial, "too few descriptors give one line and 125, or the run works" * doctest::skip(sanitized)) {
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
