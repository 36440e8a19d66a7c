// The report of a batch, and batches that are resumed from it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "batch_trial.hpp"
#include "chain.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

struct ReportTrial : BatchTrial {
    std::string report = path("report.jsonl");

    Words with(const std::string& option, Words rest) const {
        rest.insert(rest.begin(), {option, report});
        return rest;
    }
    // The lines that jobs have appended to the file `ran`, sorted and joined. The file is emptied.
    std::string ran() {
        auto all = lines(text_of("ran"));
        std::ranges::sort(all);
        std::string joined;
        for (const std::string& line : all) joined += (joined.empty() ? "" : " ") + line;
        write("ran", "");
        return joined;
    }
};

// Jobs that note their record, and fail if there is a file of its name.
const Words noting{"-j2", "--", "sh", "-c", "echo $1 >>ran; ! [ -e fail.$1 ]", "sh", ":::"};

Words noting_of(Words records) {
    records.insert(records.begin(), noting.begin(), noting.end());
    return records;
}

}  // namespace

TEST_SUITE_BEGIN("batch_resume");

TEST_CASE_FIXTURE(ReportTrial, "a report has a header, an object for each job and a trailer") {
    write("records", "1\n2\n3\n");
    const auto result = run_batch(
        with("--report", {"-j2", "-a", path("records"), "--", "sh", "-c", "echo out; exit $(($1 / 3))", "sh"}));
    CHECK(result.ending == exit_code(1));
    const auto all = lines(read_text(report));
    REQUIRE(all.size() == 5);
    const auto header = nlohmann::json::parse(all.front());
    CHECK(header.at("type") == "header");
    CHECK(header.at("schema").is_number());
    CHECK(header.at("version").is_string());
    CHECK(header.at("argv").at(1) == "batch");
    CHECK(header.at("argv").back() == "sh");
    CHECK(header.contains("input_digest"));
    CHECK(header.at("shard").is_null());
    const auto trailer = nlohmann::json::parse(all.back());
    CHECK(trailer.at("type") == "trailer");
    CHECK(trailer.at("status") == 1);
    CHECK(trailer.at("counts") ==
          nlohmann::json({{"succeeded", 2}, {"failed", 1}, {"skipped", 0}, {"not_started", 0}}));
    for (int number = 1; number <= 3; ++number) {
        const auto job = job_in(report, number);
        CHECK(job.at("type") == "job");
        CHECK(job.at("id").is_null());
        CHECK(job.at("record") == nlohmann::json::array({std::to_string(number)}));
        CHECK(job.at("reason") == "exited");
        CHECK(job.at("status") == number / 3);
        CHECK(job.at("stdout").at("bytes") == 4);
        CHECK(job.at("command").at(0) == "sh");
    }
}

TEST_CASE_FIXTURE(ReportTrial, "the object of a job has every member of the report of run") {
    const auto by_run = run_reported({"--", "true"}).report;
    run_batch(with("--report", {"--", "true", ":::", "x"}));
    const auto job = job_in(report, 1);
    for (const auto& [name, value] : by_run.items()) {
        CAPTURE(name);
        REQUIRE(job.contains(name));
        CHECK(job.at(name).type() == value.type());
    }
}

TEST_CASE_FIXTURE(ReportTrial, "the object of a job is written at its end, whole, while the batch goes on") {
    auto process =
        start(batch(with("--report", {"-j2", "--", "sh", "-c", "[ $1 = 1 ] || until [ -e go ]; do sleep 0.02; done",
                                      "sh", ":::", "1", "2"})));
    process.wait_for("the first object", [&] { return jobs_reported(report) == 1; });
    CHECK(job_in(report, 1).at("status") == 0);
    CHECK(reported(report, "trailer").empty());
    CHECK(read_text(report).back() == '\n');
    let_go();
    CHECK(process.finish().ending == exit_code(0));
    CHECK(jobs_reported(report) == 2);
}

TEST_CASE_FIXTURE(ReportTrial, "a job's object is written after its whole tree has gone and its output is delivered") {
    auto setup =
        batch(with("--report", {"-j1", "--orphans", "wait", "--", "sh", "-c",
                                "(until [ -e go ]; do sleep 0.02; done; echo late) & exit 0", "sh", ":::", "1"}));
    auto process = start(setup);
    process.wait_for("the job", [&] { return std::filesystem::exists(report); });
    settles([&] { return static_cast<long>(jobs_reported(report)); }, 300ms);
    CHECK(jobs_reported(report) == 0);
    let_go();
    const auto result = process.finish();
    CHECK(result.out == "late\n");
    CHECK(job_in(report, 1).at("stdout").at("bytes") == 5);
}

TEST_CASE_FIXTURE(ReportTrial, "a report that exists or cannot be made is refused before anything starts") {
    write("report.jsonl", "mine\n");
    CHECK_REFUSED(run_batch(with("--report", noting_of({"1"}))), "report.jsonl");
    CHECK(text_of("report.jsonl") == "mine\n");
    CHECK_REFUSED(run_batch({"--report", directory() + "/none/report", "--", "touch", "ran", ":::", "1"}),
                  "none/report");
    CHECK(!std::filesystem::exists(path("ran")));
}

TEST_CASE_FIXTURE(ReportTrial, "--resume runs what has not succeeded, and appends to the same file") {
    write("fail.2", "");
    write("fail.4", "");
    CHECK(run_batch(with("--report", noting_of({"1", "2", "3", "4"}))).ending == exit_code(1));
    CHECK(ran() == "1 2 3 4");
    std::filesystem::remove(path("fail.2"));
    auto result = run_batch(with("--resume", noting_of({"1", "2", "3", "4"})));
    CHECK(result.ending == exit_code(1));
    CHECK(ran() == "2 4");
    CHECK(contains(result.err, "2 skipped"));
    std::filesystem::remove(path("fail.4"));
    CHECK(run_batch(with("--resume", noting_of({"1", "2", "3", "4"}))).ending == exit_code(0));
    CHECK(ran() == "4");
    result = run_batch(with("--resume", noting_of({"1", "2", "3", "4"})));
    CHECK(result.ending == exit_code(0));
    CHECK(ran().empty());
    CHECK(contains(result.err, "4 skipped"));
    CHECK(jobs_reported(report) == 7);
    CHECK(reported(report, "header").size() == 4);
    REQUIRE(reported(report, "trailer").size() == 4);
    CHECK(reported(report, "trailer").back().at("counts").at("skipped") == 4);
}

TEST_CASE_FIXTURE(ReportTrial, "the key of a job is what it does, and never its position") {
    CHECK(run_batch(with("--report", noting_of({"a", "b", "c"}))).ending == exit_code(0));
    ran();
    run_batch(with("--resume", noting_of({"new", "c", "a", "b"})));
    CHECK(ran() == "new");
    // Another directory, another environment and another standard input make another job.
    write("input", "");
    const std::vector<Words> changes{
        {"-C", directory() + "/."}, {"-E", "X=1"}, {"-u", "HOME"}, {"--stdin", path("input")}};
    for (const Words& change : changes) {
        CAPTURE(change.back());
        Words words = with("--resume", change);
        const Words records = noting_of({"a"});
        words.insert(words.end(), records.begin(), records.end());
        CHECK(run_batch(words).ending == exit_code(0));
        CHECK(ran() == "a");
        CHECK(run_batch(words).ending == exit_code(0));
        CHECK(ran().empty());
    }
    // What does not change what the job does makes no other job.
    Words words = with("--resume", {"-t", "60", "-k", "1", "--tag"});
    const Words records = noting_of({"a"});
    words.insert(words.end(), records.begin(), records.end());
    run_batch(words);
    CHECK(ran().empty());
}

TEST_CASE_FIXTURE(ReportTrial, "equal jobs are told apart by their occurrence") {
    CHECK(run_batch(with("--report", noting_of({"a", "a"}))).ending == exit_code(0));
    CHECK(ran() == "a a");
    run_batch(with("--resume", noting_of({"a", "a", "a", "b"})));
    CHECK(ran() == "a b");
}

TEST_CASE_FIXTURE(ReportTrial, "an id is the key of its job, whatever its command") {
    const auto record = [](const std::string& id, const std::string& script) {
        return nlohmann::json{{"id", id}, {"command", {"sh", "-c", script}}}.dump() + "\n";
    };
    run_batch_of(record("x", "echo x >>ran") + record("y", "echo y >>ran; exit 1"), with("--report", {"--jsonl"}));
    CHECK(ran() == "x y");
    run_batch_of(record("y", "echo y2 >>ran") + record("z", "echo z >>ran") + record("x", "echo other >>ran"),
                 with("--resume", {"--jsonl"}));
    CHECK(ran() == "y2 z");
}

TEST_CASE_FIXTURE(ReportTrial, "--resume on a missing or empty file starts afresh") {
    CHECK(run_batch(with("--resume", noting_of({"1", "2"}))).ending == exit_code(0));
    CHECK(ran() == "1 2");
    CHECK(jobs_reported(report) == 2);
    write("report.jsonl", "");
    CHECK(run_batch(with("--resume", noting_of({"1", "2"}))).ending == exit_code(0));
    CHECK(ran() == "1 2");
    CHECK(reported(report, "header").size() == 1);
}

TEST_CASE_FIXTURE(ReportTrial,
                  "--resume on a file that is no report of a batch is refused, and leaves the file as it was") {
    const auto by_run = command({netrunner(), "run", "--report", path("of-run"), "--", "true"});
    CHECK(complete(by_run).ending == exit_code(0));
    write("ran", "");
    for (const std::string& text : {std::string("some text\n"), std::string("{\"type\":\"x\"}\n"),
                                    std::string("{}\n{}\n"), std::string("no newline"), std::string(200'000, 'x'),
                                    text_of("of-run"), std::string("\n\n"), std::string("\0\0\0\n", 4)}) {
        CAPTURE(text.substr(0, 30));
        write("report.jsonl", text);
        CHECK_REFUSED(run_batch(with("--resume", noting_of({"1"}))), "report.jsonl");
        CHECK((text_of("report.jsonl") == text));
        CHECK(ran().empty());
    }
    CHECK_REFUSED(run_batch({"--resume", directory(), "--", "true", ":::", "1"}), directory());
}

TEST_CASE_FIXTURE(ReportTrial, "--resume on the report of another batch runs what has not succeeded there") {
    CHECK(run_batch(with("--report", noting_of({"1", "2"}))).ending == exit_code(0));
    ran();
    CHECK(run_batch(with("--resume", noting_of({"2", "3"}))).ending == exit_code(0));
    CHECK(ran() == "3");
    CHECK(run_batch(with("--resume", {"--", "true", ":::", "1"})).ending == exit_code(0));
    CHECK(jobs_reported(report) == 4);
}

TEST_CASE_FIXTURE(ReportTrial, "a last line that is torn is cut off, wherever it is torn, and netrunner says so") {
    CHECK(run_batch(with("--report", noting_of({"1", "2"}))).ending == exit_code(0));
    ran();
    const std::string whole = read_text(report);
    const auto start_of_last_job = whole.rfind("\n{\"type\":\"job\"") + 1;
    const auto end_of_last_job = whole.find('\n', start_of_last_job);
    const auto last = nlohmann::json::parse(whole.substr(start_of_last_job, end_of_last_job - start_of_last_job));
    for (const auto size : {start_of_last_job + 1, start_of_last_job + 200, end_of_last_job}) {
        write("report.jsonl", whole.substr(0, size));
        const auto result = run_batch(with("--resume", noting_of({"1", "2"})));
        CHECK(result.ending == exit_code(0));
        CHECK(contains(result.err, "cut"));
        CHECK(last.at("record").at(0) == ran());
        for (const auto& line : lines(read_text(report))) CHECK(nlohmann::json::accept(line));
        CHECK(jobs_reported(report) == 2);
    }
    // A file whose first line is torn may be any file.
    write("report.jsonl", whole.substr(0, 40));
    CHECK_REFUSED(run_batch(with("--resume", noting_of({"1", "2"}))), "report.jsonl");
    CHECK(text_of("report.jsonl") == whole.substr(0, 40));
}

TEST_CASE_FIXTURE(ReportTrial, "bytes after a crash of the machine, such as NULs, are not taken for a job") {
    CHECK(run_batch(with("--report", noting_of({"1"}))).ending == exit_code(0));
    ran();
    const std::string whole = read_text(report);
    write("report.jsonl", whole + std::string(300, '\0'));
    const auto result = run_batch(with("--resume", noting_of({"1", "2"})));
    CHECK(result.ending == exit_code(0));
    CHECK(ran() == "2");
    for (const auto& line : lines(read_text(report))) CHECK(nlohmann::json::accept(line));
}

TEST_CASE_FIXTURE(ReportTrial, "a record that cannot be a job is tried again by --resume") {
    const std::string good = R"({"command":["sh","-c","echo 1 >>ran"]})";
    run_batch_of(good + "\n{bad\n", with("--report", {"--jsonl"}));
    const auto result = run_batch_of(good + "\n{bad\n", with("--resume", {"--jsonl"}));
    CHECK(result.ending == exit_code(1));
    CHECK(counts_in(result.err) == "0 succeeded, 1 failed");
    CHECK(ran() == "1");
}

TEST_CASE_FIXTURE(ReportTrial, "a resume waits for the last tree of a killed batch") {
    expect_strays();
    const Words jobs{"-k",
                     "2",
                     "-j1",
                     "--",
                     "sh",
                     "-c",
                     "trap '' TERM; echo start >>ran; until [ -e go ]; do sleep 0.02; done; echo end >>ran",
                     "sh",
                     ":::",
                     "1"};
    auto first = start(batch(with("--report", jobs)));
    first.wait_for("the job", [&] { return contains(text_of("ran"), "start\n"); });
    first.signal(SIGKILL);
    first.finish();
    // The guard gives the tree 2 s, in which the second batch must not start it again.
    auto second = start(batch(with("--resume", jobs)));
    second.wait_for("the word that it waits", [&] { return contains(second.err(), "waiting"); });
    CHECK(text_of("ran") == "start\n");
    second.wait_for("the second start", [&] { return contains(text_of("ran"), "start\nstart\n"); });
    CHECK(processes_with_environment(first.tag()).empty());
    let_go();
    CHECK(second.finish().ending == exit_code(0));
}

TEST_CASE_FIXTURE(ReportTrial, "two batches do not write one report at the same time") {
    const Words jobs{"-j1", "--",  "sh", "-c", "echo $1 >>ran; until [ -e go ]; do sleep 0.02; done",
                     "sh",  ":::", "1",  "2"};
    auto first = start(batch(with("--report", jobs)));
    first.wait_for("a job", [&] { return text_of("ran") == "1\n"; });
    auto second = start(batch(with("--resume", jobs)));
    second.wait_for("the word that it waits", [&] { return contains(second.err(), "waiting"); });
    let_go();
    CHECK(first.finish().ending == exit_code(0));
    const auto result = second.finish();
    CHECK(result.ending == exit_code(0));
    CHECK(contains(result.err, "2 skipped"));
    CHECK(ran() == "1 2");
}

TEST_CASE_FIXTURE(ReportTrial, "a signal ends a resume that waits") {
    REQUIRE(run_batch(with("--report", {"--", "true", ":::", "1"})).ending == exit_code(0));
    const int held = ::open(report.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(::flock(held, LOCK_EX) == 0);
    auto process = start(batch(with("--resume", {"--", "true", ":::", "1"})));
    process.wait_for("the word that it waits", [&] { return contains(process.err(), "waiting"); });
    process.signal(SIGTERM);
    CHECK(process.finish().ending == killed_by(SIGTERM));
    ::close(held);
}

TEST_CASE_FIXTURE(ReportTrial, "on a full disk no more jobs start, and what the report lacks is said") {
    if (::getuid() != 0) return skip("mounting a small file system needs root");
    const std::string disk = path("disk");
    std::filesystem::create_directory(disk);
    if (::mount("none", disk.c_str(), "tmpfs", 0, "size=64k") != 0) return skip("mounting is not permitted here");
    for (const Words& more : {Words{}, Words{"-q"}}) {
        CAPTURE(more.size());
        const std::string file = disk + "/report.jsonl";
        std::filesystem::remove(file);
        write("ran", "");
        Words words{"--report", file, "-j3"};
        words.insert(words.end(), more.begin(), more.end());
        words.insert(words.end(), {"--", "sh", "-c", "echo $1 >>ran", "sh", ":::"});
        for (int i = 1; i <= 200; ++i) words.push_back(std::to_string(i));
        const auto result = run_batch(words);
        CHECK(result.ending == exit_code(125));
        std::size_t said = 0;
        for (const std::string& line : lines(result.err)) {
            if (contains(line, "\"type\":\"job\"")) ++said;
        }
        CHECK(contains(result.err, "o space left"));
        const auto started = lines(text_of("ran")).size();
        CHECK(started < 200);
        CHECK(started > 3);
        CHECK(started == jobs_reported(file) + said);
        for (const std::string& line : lines(read_text(file))) CHECK(nlohmann::json::accept(line));
    }
    ::umount(disk.c_str());
}

TEST_CASE_FIXTURE(ReportTrial, "a disk that fills up while jobs run does not lose their objects") {
    if (::getuid() != 0) return skip("mounting a small file system needs root");
    const std::string disk = path("disk");
    std::filesystem::create_directory(disk);
    if (::mount("none", disk.c_str(), "tmpfs", 0, "size=256k") != 0) return skip("mounting is not permitted here");
    const std::string file = disk + "/report.jsonl";
    Words words{"--report", file, "-j3", "--", "sh", "-c", "echo $1 >>ran; until [ -e go ]; do sleep 0.02; done",
                "sh",       ":::"};
    for (int i = 1; i <= 40; ++i) words.push_back(std::to_string(i));
    auto process = start(batch(words));
    process.wait_for("three jobs", [&] { return lines(text_of("ran")).size() == 3; });
    complete(command({"sh", "-c", "cat /dev/zero >disk/filler; :"}));
    let_go();
    const auto result = process.finish();
    const auto started = lines(text_of("ran")).size();
    std::size_t said = 0;
    for (const std::string& line : lines(result.err)) {
        if (contains(line, "\"type\":\"job\"")) ++said;
    }
    CHECK(result.ending == exit_code(125));
    CHECK(said == 0);  // their room was reserved
    CHECK(jobs_reported(file) == started);
    ::umount(disk.c_str());
}

TEST_CASE_FIXTURE(ReportTrial, "--report and --resume together are refused") {
    CHECK_REFUSED(run_batch({"--report", path("a"), "--resume", path("b"), "--", "true"}), "--resume");
}

TEST_CASE_FIXTURE(ReportTrial, "the last lines on standard error say how to resume, and that command line works") {
    write("fail.it's 2", "");
    Words words = with("--report", noting);
    words[4] = "--";
    words = with("--report",
                 {"-j2", "--", "sh", "-c", "echo \"$1\" >>ran; ! [ -e \"fail.$1\" ]", "sh", ":::", "1", "it's 2"});
    const auto result = run_batch(words);
    CHECK(result.ending == exit_code(1));
    CHECK(ran() == "1 it's 2");
    std::string line;
    for (const std::string& each : lines(result.err)) {
        if (contains(each, "to resume: ")) line = each.substr(each.find("to resume: ") + 11);
    }
    REQUIRE(!line.empty());
    std::filesystem::remove(path("fail.it's 2"));
    CHECK(complete(command({"sh", "-c", line})).ending == exit_code(0));
    CHECK(ran() == "it's 2");
    // A record with a newline does not break the line, and is one word of it.
    const std::string record = "a\nb'\\\t";
    write("status", "1");
    std::filesystem::remove(report);
    const auto failed = run_batch(
        with("--report", {"--", "sh", "-c", "printf %s \"$1\" >word; exit $(cat status)", "sh", ":::", record}));
    CHECK(failed.ending == exit_code(1));
    write("status", "0");
    write("word", "");
    line = lines(failed.err).back();
    REQUIRE(contains(line, "to resume: "));
    CHECK(complete(command({"bash", "-c", line.substr(line.find("to resume: ") + 11)})).ending == exit_code(0));
    CHECK(text_of("word") == record);
    path("status"), path("word");
    // The records of a pipe have to come again.
    std::filesystem::remove(report);
    const auto piped = run_batch_of("x\n", with("--report", {"--", "false"}));
    CHECK(contains(piped.err, "netrunner: to resume, with the same input: "));
}

TEST_SUITE_END();
