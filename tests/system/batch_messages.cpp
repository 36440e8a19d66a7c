// netrunner's own lines during a batch, when nobody reads standard error: they wait, and hold up nothing.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "batch_trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

// A pipe that is full, and whose reader does not read yet.
class FullPipe {
  public:
    FullPipe() {
        REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
        REQUIRE(::fcntl(ends_[1], F_SETPIPE_SZ, 4096) == 4096);
        const std::string fill(4096, '\n');
        REQUIRE(::write(ends_[1], fill.data(), fill.size()) == 4096);
    }
    FullPipe(const FullPipe&) = delete;
    FullPipe& operator=(const FullPipe&) = delete;
    ~FullPipe() {
        close_writer();
        ::close(ends_[0]);
    }
    int writer() const { return ends_[1]; }
    void close_writer() {
        if (ends_[1] >= 0) ::close(ends_[1]);
        ends_[1] = -1;
    }
    // What comes from now on until `is_enough`, or until no process can write any more.
    std::string read_until(const std::function<bool(const std::string&)>& is_enough) const {
        std::string text;
        std::array<char, 4096> block{};
        while (!is_enough(text)) {
            const ssize_t got = ::read(ends_[0], block.data(), block.size());
            if (got <= 0) break;
            text.append(block.data(), static_cast<std::size_t>(got));
        }
        return text;
    }

    std::string read_all() const {
        return read_until([](const std::string&) { return false; });
    }

  private:
    std::array<int, 2> ends_{-1, -1};
};

struct MessageTrial : BatchTrial {
    FullPipe pipe;
    std::string report = path("report.jsonl");

    Process start_unread(Words words) {
        words.insert(words.begin(), {"--report", report});
        auto setup = batch(words);
        setup.err = borrowed(pipe.writer());
        auto process = start(setup);
        pipe.close_writer();
        return process;
    }
    static void await_file(Process& process, const std::string& name) {
        process.wait_for(name, [&] { return std::filesystem::exists(name); });
    }
};

}  // namespace

TEST_SUITE_BEGIN("batch_messages");

TEST_CASE_FIXTURE(MessageTrial, "answers to SIGUSR1 that are not read hold up no limit and no other job") {
    auto process =
        start_unread({"-j2", "--timeout", "1s", "-k", "200ms", "--", "sh", "-c",
                      "touch started$1; [ $1 = 1 ] || exit 0; exec sleep 60", "sh", ":::", "1", "2", "3", "4"});
    for (const char* name : {"started2", "started3", "started4"}) path(name);
    await_file(process, path("started1"));
    for (int i = 0; i < 4; ++i) {
        process.signal(SIGUSR1);
        ::usleep(20'000);
    }
    process.wait_for("the end of the job", [&] { return jobs_reported(report) == 4; });
    CHECK(job_in(report, 1).at("time").at("wall").get<double>() < 2.0 * slowness());
    const std::string said = pipe.read_all();
    CHECK(contains(said, "netrunner: 3 succeeded, 1 failed"));
    CHECK(process.finish().ending == exit_code(1));
}

TEST_CASE_FIXTURE(MessageTrial, "a line that was not read at once comes whole when it is read") {
    auto process = start_unread({"-j1", "--", "sh", "-c", "touch started; until [ -e go ]; do sleep 0.02; done", "sh",
                                 ":::", std::string(3000, 'x')});
    await_file(process, path("started"));
    for (int i = 0; i < 4; ++i) {
        process.signal(SIGUSR1);
        ::usleep(20'000);
    }
    const std::string answer = "netrunner: job 1 has run for ";
    const auto count = [&](const std::string& text) {
        std::size_t found = 0;
        for (const std::string& line : lines(text)) {
            if (begins(line, answer) && line.ends_with(std::string(3000, 'x'))) ++found;
        }
        return found;
    };
    const std::string said = pipe.read_until([&](const std::string& text) { return count(text) == 4; });
    CHECK(count(said) == 4);
    let_go();
    pipe.read_all();
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(MessageTrial,
                  "an order to end that follows messages is obeyed at once, and the end waits for one second in all") {
    // Nine lines at the end, none of which is read.
    auto process =
        start_unread({"-j1", "-k", "200ms", "--", "sh", "-c",
                      "touch started; [ $1 = 1 ] && { seq 8 >&2; exit 1; }; exec sleep 60", "sh", ":::", "1", "2"});
    await_file(process, path("started"));
    for (int i = 0; i < 5; ++i) process.signal(SIGUSR1);
    process.signal(SIGTERM);
    const auto result = process.finish_unread();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK(result.wall < scaled(4s));
}

TEST_SUITE_END();
