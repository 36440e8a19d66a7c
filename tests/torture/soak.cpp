// Faults that only large numbers show: deaths at a thousand random moments, and thousands of runs from one parent.
#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <random>
#include <sstream>

#include "arena.hpp"
#include "chain.hpp"

using namespace support;

namespace {

std::mt19937& chance() {
    static std::mt19937 random{std::random_device{}()};
    return random;
}

std::chrono::microseconds moment_below(std::chrono::microseconds limit) {
    return std::chrono::microseconds{static_cast<long>(chance()() % static_cast<unsigned long>(limit.count()))};
}

long field(const std::string& file, const std::string& name) {
    std::istringstream words(read_text(file));
    std::string key;
    for (long value = 0; words >> key >> value;) {
        if (key == name) return value;
    }
    return 0;
}

/// Everything that runs could leave behind in their parent and on the machine.
struct Traces {
    std::size_t descriptors = 0;
    std::size_t children = 0;
    std::size_t groups = 0;
    long inner_groups = 0;
    std::size_t files = 0;

    bool operator==(const Traces&) const = default;
};

Traces traces(const Trial& trial, const CgroupDir& groups) {
    const std::filesystem::directory_iterator files(trial.directory() + "/../tmp"), end;
    return {.descriptors = descriptors_of(::getpid()).size(),
            .children = children_of(::getpid()).size(),
            .groups = groups.groups("").size(),
            .inner_groups = field(groups.path() + "/cgroup.stat", "nr_descendants"),
            .files = static_cast<std::size_t>(std::distance(files, end))};
}

std::ostream& operator<<(std::ostream& out, const Traces& seen) {
    return out << seen.descriptors << " descriptors, " << seen.children << " children, " << seen.groups << " groups, "
               << seen.inner_groups << " groups inside, " << seen.files << " files";
}

}  // namespace

TEST_SUITE_BEGIN("soak");

TEST_CASE_FIXTURE(Trial, "netrunner is killed at a random moment of its first 20 ms: nothing is left") {
    const CgroupDir groups;
    if (!groups) return;
    expect_strays();
    int cleared = 0;
    const int runs = times(60, 1000);
    for (int i = 0; i < runs; ++i) {
        Arena arena(*this, groups);
        std::vector<std::string> words{"-q", "-k", "100ms"};
        const auto in_group = arena.in_group();
        if (i % 2 == 0) words.insert(words.end(), in_group.begin(), in_group.end());
        const std::string tree = "exec 9>\"$0\"; trap '' TERM; (setsid sleep 60 &); sleep 60";
        words.insert(words.end(), {"--", "sh", "-c", i % 4 < 2 ? "exec true" : tree, arena.fifo()});
        auto process = start(arena.runner(words));
        // Start the clock at the exec of netrunner: before it, a shell moves the process into the arena.
        wait_until([&] { return name_of(process.pid()) == "netrunner" || !process.running(); });
        const auto moment = moment_below(20ms);
        let_pass(moment);
        process.signal(SIGKILL);
        process.finish();
        CAPTURE(moment.count());
        if (!arena.all_gone(process, {}, 3s)) {
            const auto seen = arena.left(process);
            CHECK_MESSAGE(arena.all_gone_after_gc(process), seen);
            ++cleared;
        }
        reap_strays();
    }
    MESSAGE("gc had to remove what was left of ", cleared, " of ", runs);
}

TEST_CASE_FIXTURE(Trial, "ordinary runs by the thousand leave nothing with their parent, and its memory is flat") {
    const CgroupDir groups;
    if (!groups) return;
    const int runs = times(200, 10000);
    const std::vector<std::string> in_group{"--cgroup-base", groups.path(), "--cgroup", "a/b"};
    const std::vector<std::vector<std::string>> ways{{}, in_group, {"--pty"}, {"-t", "60"}};
    const auto run_once = [&](int i) {
        auto words = ways[static_cast<std::size_t>(i) % ways.size()];
        words.insert(words.end(), {"--", "sh", "-c", "echo out; exit 4"});
        auto process = start(runner(words));
        CHECK(process.finish().ending == exit_code(4));
    };
    for (int i = 0; i < runs / 10; ++i) run_once(i);
    const auto before = traces(*this, groups);
    const long memory = resident_bytes(::getpid());
    for (int i = 0; i < runs; ++i) run_once(i);
    const auto after = traces(*this, groups);
    CHECK_MESSAGE((before == after), "before: ", before, "; after: ", after);
    const long grown = resident_bytes(::getpid()) - memory;
    MESSAGE(runs, " runs: ", after, "; the parent's memory grew by ", grown / 1024, " KiB");
    CHECK(grown < 1'048'576 + runs * 128L);  // the harness notes each pid
}

TEST_CASE_FIXTURE(Trial, "thousands of children of one shell: its memory and its descriptors stay as they are") {
    const CgroupDir groups;
    if (!groups) return;
    const int runs = times(100, 5000);
    auto setup = command({"/bin/bash", "--norc", "-c",
                          "one() { \"$NR\" run -q -k 100ms $1 -- sh -c \"$2\" </dev/null >/dev/null; }\n"
                          "round() { for i in $(seq $1); do one '' 'exit 3'; one \"--cgroup-base $G --cgroup x\" "
                          "'setsid sleep 60 & exit 0'; one --pty 'echo hi'; one '-t 50ms' 'sleep 60'; "
                          "one '' 'kill -9 $$'; done; }\n"
                          "round 5; echo warm; read line; round $0; echo done; read line",
                          std::to_string(runs / 5)});
    setup.environment["G"] = groups.path();
    setup.in = piped();
    setup.hold_input = true;
    auto process = start(setup);
    process.wait_for_output("warm\n");
    const long memory = resident_bytes(process.pid());
    const auto descriptors = descriptors_of(process.pid()).size();
    const auto inner_groups = field(groups.path() + "/cgroup.stat", "nr_descendants");
    process.feed("go\n");
    process.wait_for(
        "the end of all", [&] { return contains(process.out(), "done\n"); }, Millis{runs * 500});
    const long grown = resident_bytes(process.pid()) - memory;
    MESSAGE(runs, " runs: the shell's memory grew by ", grown / 1024, " KiB");
    CHECK(grown < 1'048'576);
    CHECK(descriptors_of(process.pid()).size() == descriptors);
    CHECK(children_of(process.pid()).empty());
    CHECK(field(groups.path() + "/cgroup.stat", "nr_descendants") == inner_groups);
    // The kernel frees removed groups with a delay.
    CHECK(wait_until([&] { return field(groups.path() + "/cgroup.stat", "nr_dying_descendants") < 50; }));
    process.feed("end\n");
    process.close_input();
    process.finish();
}

TEST_SUITE_END();
