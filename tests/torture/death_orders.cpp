// Two of netrunner, the shepherd and the guard are killed, in each order and at a random distance of up to 50 ms: the
// third ends the tree. (The other suites kill at one moment.)
#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "cgroup_dir.hpp"
#include "chain.hpp"
#include "liveness.hpp"
#include "trial.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;

constexpr auto grace = 200ms;
constexpr int longest_distance_us = 50'000;

// Processes that do not end on TERM or HUP: in the command's group, and in two sessions of their own.
const std::string stubborn =
    "trap '' TERM HUP; exec 9>fifo; sleep 60 & setsid sleep 61 & setsid sleep 62 & echo go; wait";

int next_distance() {
    static std::mt19937 random{std::random_device{}()};
    return static_cast<int>(random() % longest_distance_us);
}

// A process that was there when this was made, whatever has its pid when it is killed.
class Victim {
  public:
    explicit Victim(pid_t pid) : pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) { REQUIRE(pidfd_ >= 0); }
    Victim(const Victim&) = delete;
    Victim& operator=(const Victim&) = delete;
    ~Victim() { ::close(pidfd_); }
    void kill() const { ::syscall(SYS_pidfd_send_signal, pidfd_, SIGKILL, nullptr, 0); }

  private:
    int pidfd_;
};

struct DeathTrial : Trial {
    Liveness alive{path("fifo")};

    DeathTrial() { expect_strays(); }

    void check_orders(const Words& options, const CgroupDir* around = nullptr) {
        for (int round = times(1, 30); round > 0; --round) {
            for (const std::string order : {"NS", "SN", "NG", "GN", "SG", "GS"}) check_order(order, options, around);
        }
    }

    void check_order(const std::string& order, Words options, const CgroupDir* around) {
        CAPTURE(order);
        options.insert(options.begin(), {"-k", std::to_string(grace.count()) + "ms"});
        options.insert(options.end(), {"--", "sh", "-c", stubborn});
        auto process = start(runner(options));
        process.wait_for("the tree", [&] { return contains(process.out(), "go"); });
        const Chain chain = links_of(process);
        const auto pid_of = [&](char who) {
            return who == 'N' ? chain.runner : (who == 'S' ? chain.shepherd : chain.guard);
        };
        const Victim first(pid_of(order[0]));
        const Victim second(pid_of(order[1]));
        const int distance = next_distance();
        CAPTURE(distance);
        first.kill();
        let_pass(std::chrono::microseconds(distance));
        second.kill();
        CHECK(alive.all_gone(grace + 1s));
        const auto result = process.finish();
        CHECK(wait_until([&] { return !is_running(chain.shepherd) && !is_running(chain.guard); }, 2s));
        CHECK(nothing_left(2s));
        if (around != nullptr) CHECK(wait_until([&] { return around->is_empty(); }, 2s));
        CHECK(result.ending == (contains(order, "N") ? killed_by(SIGKILL) : exit_code(125)));
        if (!contains(order, "N")) CHECK_MESSAGE(contains(result.err, " was killed"), result.err);
        reap_strays();
    }
};

}  // namespace

TEST_SUITE_BEGIN("death_orders");

TEST_CASE_FIXTURE(DeathTrial, "two of the three are killed one after the other: nothing is left") { check_orders({}); }

TEST_CASE_FIXTURE(DeathTrial, "two of the three are killed one after the other, with --pty: nothing is left") {
    check_orders({"--pty"});
}

TEST_CASE_FIXTURE(DeathTrial, "two of the three are killed one after the other, with --cgroup: nothing is left") {
    const CgroupDir around;
    if (!around) return;
    check_orders({"--cgroup-base", around.path(), "--cgroup", "a/b"}, &around);
}

TEST_SUITE_END();
