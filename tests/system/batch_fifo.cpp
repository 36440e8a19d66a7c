// Jobs of `netrunner batch` whose files are FIFOs: each waits for the other end as a run does, and holds up nothing
// else.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "batch_trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

struct FifoTrial : BatchTrial {
    std::string report = path("report.jsonl");
    std::string fifo = path("fifo");

    FifoTrial() { REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0); }

    // A batch of these records (JSON objects), two jobs at once.
    Process start_jobs(Words options, const Words& records) {
        options.insert(options.begin(), {"-j2", "--report", report, "--jsonl"});
        std::string input;
        for (const std::string& record : records) input += record + "\n";
        return start(batch_of(input, options));
    }
    // A job whose `stream` is the FIFO, with more keys.
    static std::string on_fifo(const std::string& stream, const std::string& command, const std::string& more = "") {
        return R"({"command":["sh","-c",")" + command + R"("],")" + stream + R"(":"fifo")" + more + "}";
    }
    static std::string job(const std::string& command) { return R"({"command":["sh","-c",")" + command + R"("]})"; }
    // A thread of the process waits in open(2) for the other end of a FIFO.
    static bool waits(const Process& process) {
        std::error_code gone;
        const std::string tasks = "/proc/" + std::to_string(process.pid()) + "/task";
        for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
            if (contains(read_text(task.path() / "wchan"), "partner")) return true;
        }
        return false;
    }
    static void await_wait(Process& process) {
        process.wait_for("the wait for a FIFO", [&] { return waits(process); });
    }
    void await_file(Process& process, const std::string& name) {
        process.wait_for(name, [&] { return std::filesystem::exists(path(name)); });
    }
};

}  // namespace

TEST_SUITE_BEGIN("batch_fifo");

TEST_CASE_FIXTURE(FifoTrial, "a job waits for the reader of its output, and the other jobs go on") {
    for (const std::string stream : {"stdout", "stderr"}) {
        CAPTURE(stream);
        std::filesystem::remove(report);
        std::filesystem::remove(path("second"));
        std::filesystem::remove(path("third"));
        auto process = start_jobs({}, {on_fifo(stream, "echo read >&" + std::string(stream == "stdout" ? "1" : "2")),
                                       job("touch second"), job("touch third")});
        await_file(process, "third");
        await_wait(process);
        CHECK(complete(command({"timeout", "20", "cat", fifo})).out == "read\n");
        CHECK(process.finish().ending == exit_code(0));
        CHECK(jobs_reported(report) == 3);
        CHECK(job_in(report, 1).at("reason") == "exited");
        CHECK(job_in(report, 1).at(stream).at("mode") == "fifo");
    }
}

TEST_CASE_FIXTURE(FifoTrial, "a job waits for the writer of its input") {
    auto process = start_jobs({}, {on_fifo("stdin", "read x; echo got $x"), job("touch second")});
    await_file(process, "second");
    await_wait(process);
    complete(command({"sh", "-c", "echo late >fifo"}));
    const auto result = process.finish();
    CHECK(result.ending == exit_code(0));
    CHECK(result.out == "got late\n");
}

TEST_CASE_FIXTURE(FifoTrial, "an option of the batch that names a FIFO holds for each job") {
    auto process = start(batch({"-j1", "--report", report, "--stdin", fifo, "--", "cat", ":::", "-"}));
    await_wait(process);
    complete(command({"sh", "-c", "echo text >fifo"}));
    CHECK(process.finish().out == "text\n");
}

TEST_CASE_FIXTURE(FifoTrial, "a FIFO in the place of a file of --output-mode files is waited for") {
    auto process = start(batch({"-j1", "--report", report, "--output-mode", "files={}", "--", "echo", ":::", "fifo"}));
    await_wait(process);
    CHECK(complete(command({"timeout", "20", "cat", fifo})).out == "fifo\n");
    CHECK(process.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(FifoTrial, "the job's time limit ends the wait, with the status and the reason of a run") {
    auto process = start_jobs({}, {on_fifo("stdout", "echo", R"(,"timeout":"300ms")"), job("sleep 0.1; echo other")});
    const auto result = process.finish();
    CHECK(result.ending == exit_code(1));
    CHECK(result.out == "other\n");
    CHECK_WALL(result, 300ms, 5s);
    const auto job = job_in(report, 1);
    CHECK(job.at("reason") == "timeout");
    CHECK(job.at("status") == 124);
    CHECK(job.at("message") == "sh: timed out after 300ms: no process has opened 'fifo' for reading");
    CHECK(job.at("stop").at("cause") == "timeout");
    CHECK(job.at("error").at("stage") == "open");
    const auto run = run_reported({"--timeout", "300ms", "--stdout", "fifo", "--", "sh", "-c", "echo"});
    for (const char* key : {"reason", "status", "message", "stop", "error"}) CHECK(run.report.at(key) == job.at(key));
}

TEST_CASE_FIXTURE(FifoTrial, "an order to end and --batch-timeout end the wait at once") {
    REQUIRE(::mkfifo(path("other").c_str(), 0600) == 0);
    for (const bool by_signal : {true, false}) {
        CAPTURE(by_signal);
        std::filesystem::remove(report);
        Words options;
        if (!by_signal) options = {"--batch-timeout", "500ms"};
        auto process =
            start_jobs(options, {on_fifo("stdout", "echo"), R"({"command":["cat"],"stdin":"other"})", job("echo")});
        await_wait(process);
        if (by_signal) process.signal(SIGTERM);
        const auto result = process.finish();
        CHECK(result.ending == (by_signal ? killed_by(SIGTERM) : exit_code(124)));
        CHECK(result.wall < scaled(5s));
        CHECK(jobs_reported(report) == 2);
        CHECK(job_in(report, 1).at("reason") == "cancelled");
        CHECK(job_in(report, 1).at("status") == 143);
        CHECK(job_in(report, 1).at("message") == "sh: cancelled by SIGTERM: no process has opened 'fifo' for reading");
        CHECK(job_in(report, 2).at("message") ==
              "cat: cancelled by SIGTERM: no process has opened 'other' for writing");
    }
}

TEST_CASE_FIXTURE(FifoTrial, "SIGUSR1 names a job that waits, and killing netrunner leaves nothing") {
    auto process = start_jobs({}, {on_fifo("stdout", "echo"), job("exec sleep 60")});
    await_wait(process);
    process.signal(SIGUSR1);
    process.wait_for("an answer", [&] { return contains(process.err(), "job 2 "); });
    CHECK(contains(process.err(), "netrunner: 2 running"));
    CHECK(contains(process.err(), "netrunner: job 1 has waited for the other end of a FIFO for "));
    CHECK(contains(process.err(), "netrunner: job 2 has run for "));
    process.signal(SIGKILL);
    process.finish_unread();
    expect_strays();
    CHECK(nothing_left(10s));
}

TEST_CASE_FIXTURE(FifoTrial, "a job of the batch waits in its slot: -j1 starts nothing beside it") {
    auto process = start(batch_of(on_fifo("stdin", "cat >/dev/null") + "\n" + job("touch second") + "\n",
                                  {"-j1", "--report", report, "--jsonl"}));
    await_wait(process);
    CHECK(!std::filesystem::exists(path("second")));
    complete(command({"sh", "-c", ": >fifo"}));
    CHECK(process.finish().ending == exit_code(0));
    CHECK(std::filesystem::exists(path("second")));
}

TEST_CASE_FIXTURE(FifoTrial, "all attempts of a job write to the FIFO that its first attempt has opened") {
    const std::string twice = "echo attempt; [ -e again ] || { touch again; exit 1; }";
    path("again");
    auto process = start_jobs({}, {on_fifo("stdout", twice, R"(,"retries":2,"retry_delay":"0")")});
    await_wait(process);
    CHECK(complete(command({"timeout", "20", "cat", fifo})).out == "attempt\nattempt\n");
    CHECK(process.finish().ending == exit_code(0));
    CHECK(job_in(report, 1).at("attempts").size() == 2);
}

TEST_CASE_FIXTURE(FifoTrial, "many jobs can wait at once") {
    Words records;
    for (int i = 0; i < 40; ++i) records.push_back(on_fifo("stdin", "cat"));
    std::string input;
    for (const std::string& record : records) input += record + "\n";
    auto process = start(batch_of(input, {"-j40", "--report", report, "--jsonl"}));
    await_wait(process);
    process.signal(SIGINT);
    CHECK(process.finish().ending == killed_by(SIGINT));
    CHECK(jobs_reported(report) == 40);
}

TEST_SUITE_END();
