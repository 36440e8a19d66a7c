// Deaths in a batch of many jobs: netrunner alone, netrunner with all shepherds or all guards, one helper of one job,
// and netrunner at random moments with --resume until all is done.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "batch_trial.hpp"
#include "liveness.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

std::mt19937& chance() {
    static std::mt19937 random{std::random_device{}()};
    return random;
}

pid_t parent_of(pid_t pid) { return std::atoi(status_field(pid, "PPid").c_str()); }

struct Job {
    pid_t command = 0, guard = 0, shepherd = 0;
};

constexpr auto grace = 500ms;

struct SurvivalTrial : BatchTrial {
    const int at_once = amount(10, 100);
    const std::string report = path("report.jsonl");

    SurvivalTrial() { expect_strays(); }

    /// A batch of `at_once` jobs. Each has a process in a session of its own, and both ignore TERM. All hold the FIFO.
    Process start_jobs(const Liveness& liveness) {
        std::filesystem::remove_all(path("pids"));
        std::filesystem::remove(report);
        std::filesystem::create_directory(path("pids"));
        Words words{"-j",
                    std::to_string(at_once),
                    "-k",
                    std::to_string(grace.count()) + "ms",
                    "--report",
                    report,
                    "--",
                    "sh",
                    "-c",
                    "exec 9>\"$0\"; trap '' TERM; setsid sleep 300 & echo $$ >pids/$1.new; mv pids/$1.new pids/$1; "
                    "until [ -e go ]; do sleep 0.2; done; kill -9 $!",
                    liveness.path(),
                    ":::"};
        for (int i = 1; i <= at_once; ++i) words.push_back(std::to_string(i));
        return start(batch(words));
    }
    std::vector<Job> jobs_of(Process& process) {
        std::vector<Job> jobs;
        for (int i = 1; i <= at_once; ++i) {
            const std::string file = path("pids") + "/" + std::to_string(i);
            process.wait_for(
                "job " + std::to_string(i), [&] { return std::filesystem::exists(file); }, 60s);
            Job job{.command = std::atoi(read_text(file).c_str())};
            job.guard = parent_of(job.command);
            job.shepherd = parent_of(job.guard);
            REQUIRE(parent_of(job.shepherd) == process.pid());
            jobs.push_back(job);
        }
        return jobs;
    }

    /// Kills all of the first kind (N, S or G), waits for `distance`, and kills all of the second. `stops`: netrunner
    /// is stopped meanwhile, so it sees all deaths at once.
    Millis check_order(const std::string& order, std::chrono::microseconds distance, bool stops = false) {
        CAPTURE(order);
        CAPTURE(distance.count());
        const Liveness liveness(path("fifo"));
        auto process = start_jobs(liveness);
        const auto jobs = jobs_of(process);
        const auto kill_all_of = [&](char who) {
            if (who == 'N') process.signal(SIGKILL);
            for (const Job& job : jobs) {
                if (who != 'N') ::kill(who == 'S' ? job.shepherd : job.guard, SIGKILL);
            }
        };
        if (stops) {
            process.signal(SIGSTOP);
            REQUIRE(wait_until([&] { return state_of(process.pid()) == 'T'; }));
        }
        kill_all_of(order[0]);
        let_pass(distance);
        const auto begun = Clock::now();
        kill_all_of(order[1]);
        if (stops) process.signal(SIGCONT);
        const bool gone = liveness.all_gone(20s);
        const auto took = std::chrono::duration_cast<Millis>(Clock::now() - begun);
        CHECK(gone);
        CHECK_MESSAGE(took < scaled(grace + 1s), took.count(), " ms");
        const auto result = process.finish(60s);
        if (!contains(order, "N")) CHECK(result.ending == exit_code(125));
        CHECK(nothing_left(5s));
        reap_strays();
        std::filesystem::remove(path("fifo"));
        return took;
    }
};

}  // namespace

TEST_SUITE_BEGIN("batch_survival");

TEST_CASE_FIXTURE(SurvivalTrial, "netrunner dies, alone, with all shepherds or with all guards: nothing is left") {
    Millis longest{0};
    for (int round = 0; round < amount(1, 20); ++round) {
        for (const std::string who : {"netrunner", "shepherds", "guards"}) {
            CAPTURE(who);
            CAPTURE(round);
            const Liveness liveness(path("fifo"));
            auto process = start_jobs(liveness);
            std::vector<pid_t> victims{process.pid()};
            for (const Job& job : jobs_of(process)) {
                if (who == "shepherds") victims.push_back(job.shepherd);
                if (who == "guards") victims.push_back(job.guard);
            }
            // They die at the same time: netrunner does not see the others die before it.
            if (round % 2 == 1) std::ranges::reverse(victims);
            process.signal(SIGSTOP);
            REQUIRE(wait_until([&] { return state_of(process.pid()) == 'T'; }));
            const auto begun = Clock::now();
            for (const pid_t victim : victims) ::kill(victim, SIGKILL);
            const bool gone = liveness.all_gone(20s);
            const auto took = std::chrono::duration_cast<Millis>(Clock::now() - begun);
            longest = std::max(longest, took);
            CHECK(gone);
            CHECK_MESSAGE(took < scaled(grace + 1s), took.count(), " ms");
            process.finish();
            CHECK(nothing_left(5s));
            reap_strays();
            std::filesystem::remove(path("fifo"));
        }
    }
    MESSAGE(at_once, " jobs, grace ", grace.count(), " ms: gone after at most ", longest.count(), " ms");
}

TEST_CASE_FIXTURE(
    SurvivalTrial,
    "netrunner, all shepherds and all guards: two of the three die one after the other: nothing is left") {
    for (int round = 0; round < amount(1, 10); ++round) {
        for (const std::string order : {"GN", "GS", "NG", "NS", "SG", "SN"}) {
            CAPTURE(round);
            check_order(order, std::chrono::microseconds{chance()() % 50'000});
        }
    }
}

TEST_CASE_FIXTURE(SurvivalTrial, "all guards die, then all shepherds: each process is ended by one job, and soon") {
    Millis longest{0};
    for (int round = 0; round < amount(1, 10); ++round) {
        for (const auto& [distance, stops] : {std::pair{0ms, false}, {5ms, false}, {50ms, false}, {5ms, true}}) {
            CAPTURE(round);
            longest = std::max(longest, check_order("GS", distance, stops));
            // Without one owner for each process, all jobs walked, signalled and reported the processes of all others.
            std::map<int, int> reports_of;
            for (const auto& job : reported(report, "job")) {
                CHECK(job.at("reason") == "lost");
                for (const auto& orphan : job.at("orphans")) ++reports_of[orphan.at("pid").get<int>()];
            }
            CHECK(reports_of.size() >= static_cast<std::size_t>(at_once));
            for (const auto& [pid, count] : reports_of) CHECK_MESSAGE(count == 1, "process ", pid, ": ", count);
        }
    }
    MESSAGE(at_once, " jobs, grace ", grace.count(), " ms: gone after at most ", longest.count(), " ms");
}

TEST_CASE_FIXTURE(SurvivalTrial, "one guard or one shepherd dies: exactly that job is lost, and the others go on") {
    for (int round = 0; round < amount(1, 20); ++round) {
        for (const bool of_guard : {true, false}) {
            CAPTURE(of_guard);
            CAPTURE(round);
            std::filesystem::remove(path("go"));
            const Liveness liveness(path("fifo"));
            auto process = start_jobs(liveness);
            const auto jobs = jobs_of(process);
            const auto index = chance()() % jobs.size();
            const Job& job = jobs[index];
            ::kill(of_guard ? job.guard : job.shepherd, SIGKILL);
            process.wait_for("the lost job", [&] { return jobs_reported(report) == 1; });
            CHECK(!is_running(job.command));
            for (const Job& other : jobs) CHECK((&other == &job || is_running(other.command)));
            let_go();
            const auto result = process.finish(60s);
            CHECK(result.ending == exit_code(125));
            CHECK(result.left.empty());
            CHECK(!liveness.somebody_lives());
            int lost = 0;
            for (const auto& each : reported(report, "job")) {
                if (each.at("reason") != "lost") continue;
                ++lost;
                CHECK(each.at("number") == index + 1);
            }
            CHECK(lost == 1);
            CHECK(jobs_reported(report) == static_cast<std::size_t>(at_once));
            reap_strays();
            std::filesystem::remove(path("fifo"));
        }
    }
}

TEST_CASE_FIXTURE(SurvivalTrial,
                  "SIGKILL at random moments with --resume: each job succeeds once, never two trees of it") {
    const int kills = amount(5, 50);
    const int jobs = amount(120, 1500);
    // The lock lives as long as any process of the job's tree.
    write("job.sh",
          "exec 9>>lock.$1; flock -n 9 || { echo double $1 >>log; exit 0; }\n"
          "echo start $1 >>log; setsid sleep 0.05 & trap '' TERM; sleep 0.0$(($1 % 5)); echo end $1 >>log; wait\n");
    Words words{"-j8", "-k", "300ms", "--resume", report, "--", "sh", "job.sh", ":::"};
    for (int i = 1; i <= jobs; ++i) {
        words.push_back(std::to_string(i));
        path("lock." + std::to_string(i));
    }
    const auto starts = [&] {
        std::map<std::string, int> found;
        for (const std::string& line : lines(text_of("log"))) {
            if (begins(line, "start ")) ++found[line.substr(6)];
        }
        return found;
    };
    std::map<std::string, int> starts_of_done;
    const auto note_done = [&] {
        const auto now = starts();
        std::map<std::string, int> successes;
        for (const auto& job : reported(report, "job")) {
            const std::string name = job.at("record").at(0);
            if (job.at("status") == 0) ++successes[name];
        }
        for (const auto& [name, count] : successes) {
            CHECK_MESSAGE(count == 1, "job ", name, " succeeded ", count, " times");
            const auto noted = starts_of_done.emplace(name, now.at(name)).first;
            CHECK_MESSAGE(noted->second == now.at(name), "job ", name, " ran again after its success");
        }
        return static_cast<int>(successes.size());
    };
    int killed = 0;
    for (int i = 0; i < kills; ++i) {
        auto process = start(batch(words));
        let_pass(std::chrono::microseconds{chance()() % 400'000});
        if (!process.running()) break;
        process.signal(SIGKILL);
        killed += process.finish().ending == killed_by(SIGKILL) ? 1 : 0;
        note_done();
        reap_strays();
    }
    auto last = start(batch(words));
    const auto result = last.finish(120s);
    CHECK(result.ending == exit_code(0));
    CHECK(note_done() == jobs);
    CHECK(!contains(text_of("log"), "double"));
    const auto in_log = starts();
    CHECK(in_log.size() == static_cast<std::size_t>(jobs));
    long all = 0;
    for (const auto& [name, count] : in_log) all += count;
    MESSAGE(killed, " kills, ", jobs, " jobs, ", all, " starts");
    CHECK(killed == kills);
}

TEST_SUITE_END();
