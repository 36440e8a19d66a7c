// The chain netrunner, shepherd, guard: if one or two of them are killed or stopped, the rest ends the tree, removes
// the control group and exits. (docs/torture.md, T1 to T14 and T24)
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>

#include "cgroup_dir.hpp"
#include "containment.hpp"
#include "liveness.hpp"
#include "trial.hpp"

using namespace support;

namespace {

constexpr auto grace = 300ms;

// Processes that do not end on TERM: in the command's group, in another session, without the tag, and both.
const std::string stubborn =
    "trap '' TERM HUP; exec 9>fifo; sleep 60 & setsid sleep 61 & env -i setsid sleep 62 & echo go; wait";

// A run and its three processes.
struct Chain {
    Process runner;
    pid_t shepherd = 0;
    pid_t guard = 0;

    pid_t pid(char who) const { return who == 'N' ? runner.pid() : (who == 'S' ? shepherd : guard); }
    // Signals several processes at once, so that none of them can react to what happens to another.
    void send(const std::string& whom, int signal) const {
        for (const char who : whom) ::kill(pid(who), signal);
    }
};

class ChainTrial : public Trial {
  public:
    Chain start_chain(std::vector<std::string> options = {}, const std::string& script = stubborn) {
        options.insert(options.begin(), {"-k", "300ms"});
        options.insert(options.end(), {"--", "sh", "-c", script});
        Chain chain{.runner = start_reported(runner(std::move(options)))};
        chain.runner.wait_for_output("go\n");
        chain.shepherd = child_running(chain.runner.pid(), "netrunner-shepherd");
        chain.guard = child_running(chain.shepherd, "netrunner-shepherd");
        REQUIRE(chain.shepherd > 0);
        REQUIRE(chain.guard > 0);
        return chain;
    }

    // True once the liveness FIFO, the tag and /proc show that nothing is left; the processes named in `but` may still
    // run.
    bool ends(const Chain& chain, const std::string& but = "") {
        return wait_until(
            [&] {
                const bool tree = !alive_.somebody_lives();
                const bool shepherd = contains(but, "S") || !is_running(chain.shepherd);
                const bool guard = contains(but, "G") || !is_running(chain.guard);
                return tree && shepherd && guard && (contains(but, "N") || left(chain.runner).empty());
            },
            grace + 2s);
    }

  private:
    const Liveness alive_{path("fifo")};
};

}  // namespace

TEST_SUITE_BEGIN("guard");

TEST_CASE_FIXTURE(ChainTrial, "each of the three has its own name and group, and the helpers have their own session") {
    auto chain = start_chain();
    CHECK(name_of(chain.runner.pid()) == "netrunner");
    CHECK(name_of(chain.shepherd) == "nr-shepherd");
    CHECK(name_of(chain.guard) == "nr-guard");
    CHECK(::getpgid(chain.shepherd) == chain.shepherd);
    CHECK(::getpgid(chain.guard) == chain.guard);
    CHECK(::getsid(chain.guard) == ::getsid(chain.shepherd));
    CHECK(::getsid(chain.guard) != ::getsid(chain.runner.pid()));
    const auto report = [&] {
        chain.runner.signal(SIGTERM);
        CHECK(chain.runner.finish().ending == killed_by(SIGTERM));
        return report_of(chain.runner);
    }();
    CHECK(report["containment"] == plain_containment());
}

TEST_CASE_FIXTURE(ChainTrial, "shepherd and guard keep no descriptor, variable, directory or word of the user") {
    auto chain = start_chain();
    for (const pid_t pid : {chain.shepherd, chain.guard}) {
        CAPTURE(pid);
        REQUIRE(wait_until([&] { return descriptors_of(pid)[2] == "/dev/null"; }));
        CHECK(wait_until(
            [&] { return read_text("/proc/" + std::to_string(pid) + "/environ").find('=') == std::string::npos; }));
        const auto descriptors = descriptors_of(pid);
        for (const int standard : {0, 1, 2}) CHECK(descriptors.at(standard) == "/dev/null");
        for (const auto& [number, target] : descriptors) {
            if (number > 2) CHECK(!begins(target, "/dev/"));
        }
        CHECK(!contains(command_line_of(pid), "sleep"));
        CHECK(std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/cwd") == "/");
        const auto memory = read_text("/proc/" + std::to_string(pid) + "/smaps_rollup");
        const auto at = memory.find("Private_Dirty:");
        REQUIRE(at != std::string::npos);
        if (!sanitized) CHECK(std::atoi(memory.c_str() + at + 14) <= 64);
    }
    chain.runner.signal(SIGTERM);
    chain.runner.finish();
}

TEST_CASE_FIXTURE(ChainTrial, "the command has its environment, its parent is the guard") {
    auto setup = runner({"--", "sh", "-c", "echo \"$MARK\"; cat /proc/$PPID/comm"});
    setup.environment["MARK"] = std::string(9000, 'x');
    CHECK(complete(setup).out == std::string(9000, 'x') + "\nnr-guard\n");
}

TEST_CASE_FIXTURE(ChainTrial,
                  "one or two of the three are killed: nothing is left, and netrunner names the killed process") {
    expect_strays();
    for (const std::string killed : {"N", "S", "G", "NS", "NG", "SG"}) {
        CAPTURE(killed);
        for (int i = times(2, 20); i > 0; --i) {
            auto chain = start_chain();
            chain.send(killed, SIGSTOP);
            chain.send(killed, SIGKILL);
            const auto result = chain.runner.finish();
            CHECK(ends(chain));
            if (contains(killed, "N")) {
                CHECK(result.ending == killed_by(SIGKILL));
                continue;
            }
            CAPTURE(result.err);
            CHECK(result.ending == exit_code(125));
            const bool shepherd = begins(result.err, "netrunner: sh: the shepherd was killed");
            const bool guard = begins(result.err, "netrunner: sh: the guard was killed");
            CHECK(((shepherd && contains(killed, "S")) || (guard && contains(killed, "G"))));
            CHECK(lines(result.err).size() == 1);
            const auto report = report_of(chain.runner);
            CHECK(report["reason"] == "lost");
            CHECK(report["status"] == 125);
            CHECK(report["exit_code"].is_null());
        }
    }
}

TEST_CASE_FIXTURE(ChainTrial, "one of the three is stopped and another is killed: nothing is left") {
    expect_strays();
    for (const std::string stopped : {"S", "G", "SG"}) {
        CAPTURE(stopped);
        auto chain = start_chain();
        chain.send("N", SIGSTOP);  // otherwise netrunner would continue them
        chain.send(stopped, SIGSTOP);
        chain.send("N", SIGKILL);
        chain.runner.finish();
        CHECK(ends(chain));
    }
    for (const std::string killed : {"S", "G"}) {
        CAPTURE(killed);
        auto chain = start_chain();
        chain.send("N", SIGSTOP);
        chain.send(killed, SIGKILL);
        CHECK(ends(chain, killed == "S" ? "NG" : "NS"));  // before netrunner is continued
        chain.send("N", SIGCONT);
        const auto result = chain.runner.finish();
        CHECK(result.ending == exit_code(125));
        CHECK(begins(result.err,
                     killed == "S" ? "netrunner: sh: the shepherd was killed" : "netrunner: sh: the guard was killed"));
        CHECK(ends(chain));
    }
}

TEST_CASE_FIXTURE(ChainTrial, "a stopped guard does not outlive the other two: the kernel continues it") {
    expect_strays();
    auto chain = start_chain();
    chain.send("NS", SIGSTOP);
    chain.send("G", SIGSTOP);
    chain.send("SN", SIGKILL);
    chain.runner.finish();
    CHECK(ends(chain));
}

TEST_CASE_FIXTURE(ChainTrial, "a stopped shepherd or guard is continued, and limits hold") {
    for (const std::string stopped : {"S", "G", "SG"}) {
        CAPTURE(stopped);
        auto chain = start_chain({"-t", "1"});
        chain.send(stopped, SIGSTOP);
        const auto result = chain.runner.finish();
        CHECK(result.ending == exit_code(124));
        CHECK_WALL(result, 1s, 1s + grace + 1s);
        CHECK(ends(chain));
    }
}

TEST_CASE_FIXTURE(ChainTrial, "TERM to the shepherd or the guard cancels the run") {
    for (const char* told : {"S", "G"}) {
        CAPTURE(told);
        auto chain = start_chain();
        chain.send(told, SIGTERM);
        const auto result = chain.runner.finish();
        CHECK(result.ending == killed_by(SIGTERM));
        CHECK(begins(result.err, "netrunner: sh: cancelled by SIGTERM: sent SIGTERM, "));
        CHECK(report_of(chain.runner)["reason"] == "cancelled");
        CHECK(ends(chain));
    }
}

TEST_CASE_FIXTURE(ChainTrial, "the signal that the shepherd sends to the guard is not believed from other processes") {
    constexpr int passed_on = 64;
    for (const char* told : {"S", "G"}) {
        CAPTURE(told);
        auto chain = start_chain({"-v"});
        chain.send(told, passed_on);
        const auto result = chain.runner.finish();
        // An order like every other signal to one of the two, and named.
        CHECK(contains(result.err, std::string(*told == 'G' ? "the guard" : "the shepherd") + " received SIGRTMIN+30"));
        CHECK(ends(chain));
    }
}

TEST_CASE_FIXTURE(ChainTrial, "TERM to all three is one request: the grace is kept") {
    auto chain =
        start_chain({"-k", "1s"}, "trap 'sleep 0.5; exit 7' TERM; exec 9>fifo; echo go; while :; do sleep 0.02; done");
    chain.send("NSG", SIGTERM);
    CHECK(chain.runner.finish().ending == exit_code(7));
}

TEST_CASE_FIXTURE(ChainTrial, "the group of netrunner is killed: the other two are not in it") {
    expect_strays();
    auto chain = start_chain();
    ::kill(-chain.runner.pid(), SIGKILL);
    chain.runner.finish();
    CHECK(ends(chain));
}

TEST_CASE_FIXTURE(ChainTrial, "with --pty one or two of the three are killed: nothing is left") {
    expect_strays();
    for (const std::string killed : {"N", "S", "G", "NS", "NG", "SG"}) {
        CAPTURE(killed);
        auto setup = runner({"-q", "-k", "300ms", "--pty", "--", "sh", "-c", stubborn});
        Chain chain{.runner = start(setup)};
        chain.runner.wait_for("the mark", [&] { return contains(chain.runner.out(), "go"); });
        chain.shepherd = child_running(chain.runner.pid(), "netrunner-shepherd");
        chain.guard = child_running(chain.shepherd, "netrunner-shepherd");
        REQUIRE(chain.guard > 0);
        chain.send(killed, SIGSTOP);
        chain.send(killed, SIGKILL);
        const auto result = chain.runner.finish();
        CHECK(ends(chain));
        CHECK(result.ending == (contains(killed, "N") ? killed_by(SIGKILL) : exit_code(125)));
    }
}

TEST_CASE_FIXTURE(ChainTrial, "with a control group one or two are killed: the group is removed, too") {
    expect_strays();
    const CgroupDir around;
    if (!around) return;
    for (const std::string killed : {"N", "S", "G", "NS", "NG", "SG"}) {
        CAPTURE(killed);
        auto chain = start_chain({"--cgroup-base", around.path(), "--cgroup", "a/b"});
        CHECK(around.is_populated("a/b"));
        chain.send(killed, SIGSTOP);
        chain.send(killed, SIGKILL);
        chain.runner.finish();
        CHECK(ends(chain));
        CHECK(wait_until([&] { return around.is_empty(); }, grace + 2s));
    }
}

TEST_CASE_FIXTURE(ChainTrial, "all three are killed at once: what is left is ended by the next run in the group") {
    expect_strays();
    const CgroupDir around;
    if (!around) return;
    auto chain = start_chain({"--cgroup-base", around.path(), "--cgroup", "job"});
    chain.send("NSG", SIGSTOP);
    chain.send("NSG", SIGKILL);
    chain.runner.finish();
    CHECK(around.has("job"));
    const auto next = run({"--cgroup-base", around.path(), "--cgroup", "job", "--", "true"});
    CHECK(next.ending == exit_code(0));
    CHECK(ends(chain));
    CHECK(around.is_empty());
}

TEST_SUITE_END();
