// Where the kernel does not have a newer system call, or a seccomp filter of an older container engine refuses it, a
// run keeps its promises and says what is weaker (docs/decisions/0054). Each call alone and all together, with both
// errors; system.refused.EPERM and system.refused.ENOSYS run other suites with all of them refused.
#include <doctest/doctest.h>
#include <fcntl.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "cgroup_dir.hpp"
#include "containment.hpp"
#include "liveness.hpp"
#include "trial.hpp"

using namespace support;
using nlohmann::json;

namespace {

const std::vector<std::string> calls{
    "clone3", "pidfd_open", "pidfd_send_signal", "close_range", "faccessat2", "preadv2", "pwritev2", "statx", "all"};
const std::string stubborn = "trap '' TERM HUP; exec 9>fifo; sleep 60 & setsid sleep 61 & env -i setsid sleep 62 & ";

bool holds_pids(const std::string& refused) { return !contains(refused, "pidfd") && refused != "all"; }

struct RefusedTrial : Trial {
    Setup filtered(const std::string& error, const std::string& refused, Setup setup) {
        setup.argv.insert(setup.argv.begin(), {program("refuse_calls"), error, refused});
        return setup;
    }

    // Calls `use(error, refused)` for each filter.
    template <class Use>
    void under_each(Use use) {
        for (const std::string error : {"EPERM", "ENOSYS"}) {
            for (const std::string& refused : calls) {
                CAPTURE(error);
                CAPTURE(refused);
                use(error, refused);
            }
        }
    }

    // Kills those of the three processes that `killed` names: N netrunner, S the shepherd, G the guard. All are stopped
    // before the first is killed, so that none sees the death of another.
    static void kill_at_once(Process& process, const std::string& killed) {
        const pid_t shepherd = child_running(process.pid(), "netrunner-shepherd");
        const pid_t guard = child_running(shepherd, "netrunner-shepherd");
        REQUIRE(guard > 0);
        for (const int signal : {SIGSTOP, SIGKILL}) {
            if (contains(killed, "N")) process.signal(signal);
            if (contains(killed, "S")) ::kill(shepherd, signal);
            if (contains(killed, "G")) ::kill(guard, signal);
        }
    }
};

}  // namespace

TEST_SUITE_BEGIN("refused");

TEST_CASE_FIXTURE(RefusedTrial, "the filter refuses what it names, and only that") {
    auto setup = command({"/usr/bin/python3", "-c",
                          "import os, sys\n"
                          "try: os.pidfd_open(os.getpid())\n"
                          "except OSError as error: print(error.errno)\n"});
    CHECK(complete(filtered("EPERM", "pidfd_open", setup)).out == std::to_string(EPERM) + "\n");
    CHECK(complete(filtered("ENOSYS", "all", setup)).out == std::to_string(ENOSYS) + "\n");
    CHECK(complete(filtered("EPERM", "clone3", setup)).out.empty());
}

TEST_CASE_FIXTURE(RefusedTrial, "a run starts, passes its streams on, and ends with the command's status") {
    under_each([&](const std::string& error, const std::string& refused) {
        auto setup = filtered(error, refused,
                              runner({"-C", "/", "--stdin", "pipe", "-o", path("copy"), "--", "sh", "-c",
                                      "pwd; cat; echo err >&2; exit 7"}));
        setup.in = piped();
        setup.input = "in\n";
        const auto result = complete(setup);
        CHECK(result.ending == exit_code(7));
        CHECK(result.out == "/\nin\n");
        CHECK(result.err == "err\n");
    });
}

TEST_CASE_FIXTURE(RefusedTrial, "links to files that are written, and to directories, are followed") {
    const auto directory_link = path("link");
    const auto report = path("r.json");
    const auto report_link = path("report-link");
    std::filesystem::create_directory_symlink("/usr/bin", directory_link);
    std::filesystem::create_symlink("r.json", report_link);
    std::ofstream(report) << "old\n";
    under_each([&](const std::string& error, const std::string& refused) {
        const auto run_with = [&](std::vector<std::string> options) {
            options.insert(options.end(), {"--", "echo", "hi"});
            auto setup = runner(std::move(options));
            setup.out = file(path("out"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
            return complete(filtered(error, refused, setup));
        };
        CHECK(run_with({"-C", directory_link, "--report", report_link}).ending == exit_code(0));
        CHECK(std::filesystem::is_symlink(report_link));
        CHECK(report_at(report)["directory"] == std::filesystem::canonical("/usr/bin").string());
        // A report to the file of standard output follows the output.
        CHECK(run_with({"--report", "out"}).ending == exit_code(0));
        CHECK(begins(read_text(path("out")), "hi\n{"));
        CHECK(contains(run_with({"-o", "new", "--report", "./new"}).err, "name the same file"));
    });
}

TEST_CASE_FIXTURE(RefusedTrial, "orphans are ended, also a stopped one, and the report says how signals were sent") {
    const auto report = path("r.json");
    under_each([&](const std::string& error, const std::string& refused) {
        const auto result =
            complete(filtered(error, refused,
                              runner({"-q", "--report", report, "--", "sh", "-c",
                                      "setsid sleep 60 & setsid sh -c 'kill -STOP $$' & env -i setsid sleep 61 & :"})));
        CHECK(result.ending == exit_code(0));
        const auto told = report_at(report);
        CHECK(told["orphans"].size() == 3);
        CHECK(told["containment"] == containment(!holds_pids(refused)));
    });
}

TEST_CASE_FIXTURE(RefusedTrial, "one or two of the three are killed: nothing is left") {
    expect_strays();
    const Liveness alive{path("fifo")};
    for (const std::string refused : {"pidfd_open", "pidfd_send_signal", "all"}) {
        for (const std::string error : {"EPERM", "ENOSYS"}) {
            if (error == "ENOSYS" && refused != "all") continue;
            for (const std::string killed : {"N", "S", "G", "NS", "NG", "SG"}) {
                CAPTURE(error);
                CAPTURE(refused);
                CAPTURE(killed);
                auto process = start(filtered(
                    error, refused, runner({"-q", "-k", "100ms", "--", "sh", "-c", stubborn + "echo go; wait"})));
                process.wait_for_output("go\n");
                kill_at_once(process, killed);
                CHECK(process.finish().ending == (contains(killed, "N") ? killed_by(SIGKILL) : exit_code(125)));
                CHECK(wait_until([&] { return !alive.somebody_lives() && left(process).empty(); }, 3s));
            }
        }
    }
}

TEST_CASE_FIXTURE(RefusedTrial, "a helper that another process has stopped does not outlive the run") {
    expect_strays();
    for (const std::string stopped : {"S", "G", "SG"}) {
        CAPTURE(stopped);
        auto process =
            start(filtered("EPERM", "all", runner({"-q", "-k", "100ms", "--", "sh", "-c", "echo go; sleep 60"})));
        process.wait_for_output("go\n");
        const pid_t shepherd = child_running(process.pid(), "netrunner-shepherd");
        const pid_t guard = child_running(shepherd, "netrunner-shepherd");
        REQUIRE(guard > 0);
        process.signal(SIGSTOP);
        if (contains(stopped, "S")) ::kill(shepherd, SIGSTOP);
        if (contains(stopped, "G")) ::kill(guard, SIGSTOP);
        process.signal(SIGKILL);
        process.finish();
        CHECK(wait_until([&] { return left(process).empty() && !is_running(shepherd) && !is_running(guard); }, 3s));
    }
}

TEST_CASE_FIXTURE(RefusedTrial, "a nested run is asked, and its command hears each signal once") {
    for (const std::string refused : {"pidfd_open", "pidfd_send_signal", "all"}) {
        CAPTURE(refused);
        auto process = start(filtered("EPERM", refused,
                                      runner({"--", netrunner(), "run", "--", "sh", "-c",
                                              "trap 'echo heard; n=$((n+1))' TERM; echo go; while [ \"$n\" = \"\" ]; "
                                              "do sleep 0.02; done; sleep 0.3; "
                                              "exit 5"})));
        process.wait_for_output("go\n");
        process.signal(SIGTERM);
        const auto result = process.finish();
        CHECK(result.out == "go\nheard\n");
        CHECK(result.ending == exit_code(5));
    }
}

TEST_CASE_FIXTURE(RefusedTrial, "--die-with-parent stops the run when the parent ends, and not before") {
    for (const std::string refused : {"pidfd_open", "all"}) {
        CAPTURE(refused);
        expect_strays();
        const auto report = path("r.json");
        const std::vector<std::string> words =
            filtered("EPERM", refused,
                     runner({"--die-with-parent", "--report", report, "--", "sh", "-c",
                             "echo go; trap 'exit 3' TERM; while :; do sleep 0.02; done"}))
                .argv;
        std::vector<std::string> parent{"sh", "-c", "\"$@\" & echo runner-$!-; wait", "sh"};
        parent.insert(parent.end(), words.begin(), words.end());
        auto process = start(command(parent));
        process.wait_for_output("-\n");
        process.wait_for_output("go\n");
        const pid_t runner = std::atoi(process.out().c_str() + process.out().find("runner-") + 7);
        // A child that ends while the parent lives means nothing.
        ::kill(runner, SIGCHLD);
        CHECK(!wait_until([&] { return !is_running(runner); }, 200ms));
        process.signal(SIGKILL);
        process.finish();
        CHECK(wait_until([&] { return !is_running(runner); }));
        const auto told = report_at(report);
        CHECK(told["stop"]["cause"] == "parent-died");
        CHECK(told["exit_code"] == 3);
    }
}

TEST_CASE_FIXTURE(RefusedTrial, "--on-timeout, --pty, --pid-namespace and --cgroup work") {
    const CgroupDir around;
    const bool apart = run({"--pid-namespace", "--", "true"}).ending == exit_code(0);
    for (const std::string error : {"EPERM", "ENOSYS"}) {
        for (const std::string refused : {"clone3", "pidfd_open", "pidfd_send_signal", "all"}) {
            CAPTURE(error);
            CAPTURE(refused);
            const auto under = [&](std::vector<std::string> arguments) {
                return complete(filtered(error, refused, runner(std::move(arguments))));
            };
            const auto asked = under({"-q", "-t", "100ms", "--on-timeout", "echo seen", "--", "sleep", "60"});
            CHECK(asked.ending == exit_code(124));
            CHECK(asked.err == "seen\n");
            CHECK(under({"--pty", "--", "sh", "-c", "test -t 1 && exit 4"}).ending == exit_code(4));
            if (apart) {
                const auto result = under({"-q", "--pid-namespace", "--", "sh", "-c", "setsid sleep 60 & exit 6"});
                CHECK(result.ending == exit_code(6));
            }
            if (around) {
                const auto result = under({"-q", "--cgroup-base", around.path(), "--cgroup", "a", "--", "sh", "-c",
                                           "setsid sleep 60 & grep -q /a$ /proc/self/cgroup && exit 8"});
                CHECK(result.ending == exit_code(8));
                CHECK(around.is_empty());
            }
        }
    }
}

TEST_CASE_FIXTURE(RefusedTrial,
                  "with --pid-namespace nothing is left when netrunner, the shepherd or the guard is killed") {
    if (run({"--pid-namespace", "--", "true"}).ending != exit_code(0)) return skip("no PID namespace can be made here");
    expect_strays();
    for (const std::string killed : {"N", "S", "G", "NS"}) {
        CAPTURE(killed);
        auto process = start(filtered("EPERM", "all",
                                      runner({"-q", "-k", "100ms", "--pid-namespace", "--", "sh", "-c",
                                              "trap '' TERM; setsid sleep 60 & echo go; wait"})));
        process.wait_for_output("go\n");
        kill_at_once(process, killed);
        process.finish();
        CHECK(wait_until([&] { return left(process).empty(); }, 3s));
    }
}

TEST_CASE_FIXTURE(RefusedTrial, "doctor has a check for pidfds, and its trial runs work") {
    under_each([&](const std::string& error, const std::string& refused) {
        const auto result = complete(filtered(error, refused, command({netrunner(), "doctor", "--json"})));
        const auto found = json::parse(result.out);
        for (const auto& check : found["checks"]) {
            const std::string name = check["name"];
            if (name == "run" || name == "pty") CHECK_MESSAGE(check["ok"] == true, check["detail"]);
            if (name == "pidfd") CHECK(check["ok"] == holds_pids(refused));
            if (name == "cgroup" && check["ok"] == true) {
                CHECK(contains(check["detail"], "clone3 is refused") == (refused == "clone3" || refused == "all"));
            }
        }
    });
    const auto required = [&](const std::string& refused) {
        return complete(filtered("EPERM", refused, command({netrunner(), "doctor", "--require", "run,pidfd"}))).ending;
    };
    CHECK(required("clone3") == exit_code(0));
    CHECK(required("pidfd_send_signal") == exit_code(1));
}

TEST_SUITE_END();
