// Hard surroundings: commands of the superuser under a user's netrunner, groups that were used before, many groups and
// threads, storms of signals, too little memory to start.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "arena.hpp"
#include "chain.hpp"

using namespace support;

namespace {

using Words = std::vector<std::string>;
constexpr uid_t nobody = 65534;

struct Hardship : Trial {
    CgroupDir groups;

    Hardship() { expect_strays(); }

    static Words with(Words first, const Words& second) {
        first.insert(first.end(), second.begin(), second.end());
        return first;
    }

    /// A set-user-ID program that becomes root: kill(2) by an ordinary user cannot signal it.
    std::string superuser() {
        const auto file = path("superuser");
        std::filesystem::copy_file(program("workload"), file, std::filesystem::copy_options::overwrite_existing);
        ::chmod(file.c_str(), 04755);
        ::chmod(directory().c_str(), 0777);
        return file;
    }
    static Words as_nobody() { return {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"}; }
};

/// A mounted file system that is frozen: a process that writes to it waits, and no signal ends the wait.
class FrozenDisk {
  public:
    FrozenDisk(const std::string& image, const std::string& place) : place_(place) {
        std::filesystem::create_directory(place);
        const auto script =
            "truncate -s 16M " + image + " && mkfs.ext4 -q " + image + " && mount -o loop " + image + " " + place;
        const auto quietly = "PATH=$PATH:/sbin:/usr/sbin; { " + script + "; } </dev/null >/dev/null 2>&1";
        stands_ = ::system(quietly.c_str()) == 0 && freeze();
    }
    FrozenDisk(const FrozenDisk&) = delete;
    FrozenDisk& operator=(const FrozenDisk&) = delete;
    ~FrozenDisk() {
        thaw();
        ::umount2(place_.c_str(), MNT_DETACH);
    }
    bool freeze() const { return ask(FIFREEZE); }
    bool thaw() const { return ask(FITHAW); }
    explicit operator bool() const { return stands_; }

  private:
    bool ask(unsigned long what) const {
        const int root = ::open(place_.c_str(), O_RDONLY | O_CLOEXEC);
        const bool done = ::ioctl(root, what, 0) == 0;
        ::close(root);
        return done;
    }
    std::string place_;
    bool stands_ = false;
};

void write_text(const std::string& file, const std::string& text) {
    std::ofstream out(file);
    out << text << std::flush;
    CHECK_MESSAGE(out.good(), file);
}

}  // namespace

TEST_SUITE_BEGIN("hardship");

TEST_CASE_FIXTURE(Hardship, "a user's netrunner ends a process of the superuser through the group") {
    if (!groups) return;
    if (::geteuid() != 0) return skip("needs root");
    if (!std::filesystem::exists("/usr/bin/setpriv")) return skip("setpriv is not installed");
    const auto hard = superuser() + " superuser " + path("ready") + " - stay & read line; exit 4";
    groups.make("delegated");
    groups.make("delegated/own");
    for (const char* file : {"", "/cgroup.procs", "/cgroup.subtree_control", "/own", "/own/cgroup.procs"}) {
        REQUIRE(::chown(groups.path("delegated" + std::string(file)).c_str(), nobody, nobody) == 0);
    }
    auto setup =
        command(with({"/bin/sh", "-c", "echo 0 >\"$0/own/cgroup.procs\" && exec \"$@\"", groups.path("delegated")},
                     with(as_nobody(), {netrunner(), "run", "-q", "-k", "200ms", "--cgroup-base",
                                        groups.path("delegated"), "--cgroup", "job", "--", "sh", "-c", hard})));
    setup.in = piped();
    setup.hold_input = true;
    auto process = start(setup);
    const pid_t root = ready(process, path("ready"));
    CHECK(status_field(root, "Uid") == "0");
    process.close_input();
    const auto result = process.finish();
    CHECK_MESSAGE(result.ending == exit_code(4), result.ending, " ", result.err);
    CHECK_MESSAGE(result.left.empty(), describe(result.left));
    CHECK(!is_running(root));
    CHECK(!groups.has("delegated/job"));
    groups.end("delegated");
}

TEST_CASE_FIXTURE(Hardship, "without a group, a process that may not be signalled is named and not waited for") {
    if (::geteuid() != 0) return skip("needs root");
    const auto hard = superuser() + " superuser " + path("ready") + " - stay & read line; exit 4";
    auto setup = command(with(as_nobody(), {netrunner(), "run", "-k", "200ms", "--", "sh", "-c", hard}));
    setup.in = piped();
    setup.hold_input = true;
    auto process = start(setup);
    const pid_t root = ready(process, path("ready"));
    process.close_input();
    const auto ended = Clock::now();
    const auto result = process.finish();
    CHECK(Clock::now() - ended < scaled(8s));
    CHECK_MESSAGE(contains(result.err, "(" + std::to_string(root) + ")"), result.err);
    CHECK_MESSAGE(contains(result.err, "cannot"), result.err);
    end_leftovers();
    CHECK(wait_until([&] { return left(process).empty(); }));
}

TEST_CASE_FIXTURE(Hardship, "five hundred groups inside, each with a process, and two hundred levels are removed") {
    if (!groups) return;
    Arena arena(*this, groups);
    const int wide = amount(12, 500);
    const auto began = Clock::now();
    auto process = start(arena.runner(with(with({"-q", "-k", "100ms"}, arena.in_group()),
                                           {"--", "sh", "-c",
                                            "exec 9>\"$1\"; cd \"$0\" && mkdir $(seq -f w%g $2) || exit 9; "
                                            "for i in $(seq $2); do sleep 60 & echo $! >w$i/cgroup.procs; done; "
                                            "mkdir -p $(printf 'g/%.0s' $(seq 200)) || exit 9; echo done",
                                            arena.groups() + "/job", arena.fifo(), std::to_string(wide)})));
    process.wait_for_output("done\n");
    const auto stood = Clock::now();
    CHECK(process.finish().ending == exit_code(0));
    MESSAGE("made in ", std::chrono::duration_cast<Millis>(stood - began).count(), " ms, ended in ",
            std::chrono::duration_cast<Millis>(Clock::now() - stood).count(), " ms");
    CHECK(Clock::now() - stood < scaled(8s));
    CHECK_MESSAGE(arena.all_gone(process), arena.left(process));
}

TEST_CASE_FIXTURE(Hardship, "a parent whose vforked child never execs, and one with hundreds of threads that fork") {
    if (!groups) return;
    for (const std::string kind : {"vfork", "threads"}) {
        for (const bool in_group : {false, true}) {
            CAPTURE(kind);
            CAPTURE(in_group);
            Arena arena(*this, groups);
            auto process =
                start(arena.runner(with(with({"-q", "-k", "100ms"}, in_group ? arena.in_group() : Words{}),
                                        {"--", program("workload"), kind, arena.path("ready"), arena.fifo(), "stay"})));
            ready(process, arena.path("ready"));
            process.signal(SIGTERM);
            CHECK(process.finish().ending == killed_by(SIGTERM));
            CHECK_MESSAGE(arena.all_gone(process), arena.left(process));
        }
    }
}

TEST_CASE_FIXTURE(Hardship,
                  "where cgroup.kill cannot be written, the group is frozen and its processes are killed one by one") {
    if (!groups) return;
    if (!std::filesystem::exists("/usr/bin/strace")) return skip("strace is not installed");
    for (const char* error : {"EIO", "ENOENT", "EOPNOTSUPP"}) {
        CAPTURE(error);
        Arena arena(*this, groups);
        // strace matches -P by the path that the file has at the time of the write.
        auto process = start(arena.runner(
            with(with({"-q", "-t", "300ms", "-k", "100ms"}, arena.in_group()),
                 {"--", "sh", "-c",
                  "exec 9>\"$0\"; trap '' TERM; (trap '' TERM; setsid sleep 60 &); sleep 60; sleep 60", arena.fifo()}),
            {"strace", "-f", "-qq", "-o", "/dev/null", "-P", arena.groups() + "/job/cgroup.kill", "-e",
             "inject=write:error=" + std::string(error)}));
        CHECK(process.finish().ending == exit_code(124));
        CHECK_MESSAGE(arena.all_gone(process), arena.left(process));
    }
}

TEST_CASE_FIXTURE(Hardship,
                  "groups that were emptied by cgroup.kill before, netrunner's own and an adopted one, work") {
    if (!groups) return;
    for (const int own : {0, 1, 2}) {
        for (const int adopted : {0, 1}) {
            CAPTURE(own);
            CAPTURE(adopted);
            groups.make("own");
            groups.make("job");
            for (int i = 0; i < own; ++i) write_text(groups.path("own/cgroup.kill"), "1");
            for (int i = 0; i < adopted; ++i) write_text(groups.path("job/cgroup.kill"), "1");
            const auto result = complete(command({"/bin/sh", "-c", "echo 0 >\"$0/own/cgroup.procs\" && exec \"$@\"",
                                                  groups.path(), netrunner(), "run", "--cgroup-base", groups.path(),
                                                  "--cgroup", "job", "--", "sh", "-c", "echo ran; exit 4"}));
            CHECK(result.ending == exit_code(4));
            CHECK(result.out == "ran\n");
            for (const char* name : {"own", "job"}) std::filesystem::remove(groups.path(name));
        }
    }
}

TEST_CASE_FIXTURE(Hardship,
                  "a leftover whose recorded pid now is another process's is removed, and that process stays") {
    if (!groups) return;
    auto stranger = start(command({"sleep", "60"}));
    const std::string mark = "pid " + std::to_string(stranger.pid());
    const auto job = groups.path("job");
    REQUIRE(::mkdir(job.c_str(), 01755) == 0);
    REQUIRE(::setxattr(job.c_str(), "user.netrunner", mark.data(), mark.size(), 0) == 0);
    CHECK(run({"-q", "--cgroup-base", groups.path(), "--cgroup", "job", "--", "true"}).ending == exit_code(0));
    CHECK(is_running(stranger.pid()));
    CHECK(groups.is_empty());
    stranger.signal(SIGTERM);
    stranger.finish();
}

TEST_CASE_FIXTURE(Hardship, "a storm of signals to all of netrunner's processes disturbs no run") {
    for (int i = times(6, 100); i > 0; --i) {
        auto setup =
            runner({"--", "sh", "-c",
                    "trap '' USR1; echo go; i=0; while [ $i -lt 30 ]; do i=$((i+1)); sleep 0.01; done; exit 8"});
        auto process = start(setup);
        process.wait_for_output("go\n");
        const auto chain = chain_of(process, std::filesystem::canonical("/bin/sh").filename());
        int sent = 0;
        process.wait_for("its end", [&] {
            for (const pid_t pid : {chain.runner, chain.shepherd, chain.guard}) {
                if (pid > 0) ::kill(pid, SIGUSR1);
            }
            ++sent;
            return !process.running();
        });
        CHECK(process.finish().ending == exit_code(8));
        CHECK(sent > 10);
    }
}

TEST_CASE_FIXTURE(Hardship,
                  "too little address space to start gives a refusal, or the run works, and nothing is left") {
    if (sanitized) return skip(needs_more);
    if (!groups) return;
    int ran = 0;
    for (int kilobytes = 500; kilobytes <= 12000; kilobytes += amount(900, 100)) {
        CAPTURE(kilobytes);
        Arena arena(*this, groups);
        auto setup = arena.runner(with(arena.in_group(), {"--", "/bin/true"}),
                                  {"/bin/sh", "-c", "ulimit -v $0; exec \"$@\"", std::to_string(kilobytes)});
        auto process = start(setup);
        const auto result = process.finish();
        // Below a few hundred kilobytes the kernel itself cannot start the program.
        const bool told =
            result.ending == exit_code(125) || result.ending == exit_code(126) || result.ending == exit_code(127);
        CHECK_MESSAGE((result.ending == exit_code(0) || told || !result.ending.exited), result.ending, " ", result.err);
        if (result.ending == exit_code(0)) ++ran;
        CHECK_MESSAGE((arena.all_gone(process, {}, 1s) || arena.all_gone_after_gc(process)), arena.left(process));
    }
    CHECK(ran > 0);
}

TEST_CASE_FIXTURE(Hardship, "a netrunner that is stopped while the command writes loses no byte") {
    auto process = start(runner({"--", program("write_bytes"), "10000000"}));
    process.wait_for("the first of them", [&] { return process.out().size() > 100000U; });
    process.signal(SIGSTOP);
    let_pass(Millis{amount(500, 10000)});
    process.signal(SIGCONT);
    const auto result = process.finish();
    CHECK(result.ending == exit_code(0));
    CHECK(result.out.size() == 10000000U);
}

TEST_CASE_FIXTURE(Hardship,
                  "a process in an uninterruptible wait is named, not waited for, and removed when the wait ends") {
    if (!groups) return;
    if (::geteuid() != 0) return skip("needs root");
    FrozenDisk disk(path("image"), path("disk"));
    if (!disk) return skip("no file system can be mounted and frozen here");
    std::vector<Words> kinds{{}, {"--cgroup-base", groups.path(), "--cgroup", "job"}};
    if (knows_option("--pid-namespace")) kinds.push_back({"--pid-namespace"});
    for (const auto& options : kinds) {
        CAPTURE(options.size());
        auto setup = runner(with(with({"-k", "200ms"}, options), {"--", "sh", "-c", "echo x >disk/file"}));
        setup.leaves_processes = true;
        auto process = start(setup);
        // At every start some process is in state D for a moment, so require it several times in a row.
        constexpr int looks_in_a_row = 20;
        int seen = 0;
        process.wait_for("its wait", [&] {
            const auto all = descendants_of(process.pid());
            const bool waits = std::any_of(all.begin(), all.end(), [](pid_t pid) { return state_of(pid) == 'D'; });
            seen = waits ? seen + 1 : 0;
            return seen >= looks_in_a_row;
        });
        process.signal(SIGTERM);
        const auto asked = Clock::now();
        const auto result = process.finish();
        CHECK(!(result.ending == exit_code(0)));
        CHECK(Clock::now() - asked < scaled(8s));
        CHECK_MESSAGE(contains(result.err, "cannot end sh"), result.err);
        CHECK_MESSAGE(contains(result.err, "state D"), result.err);
        disk.thaw();
        CHECK(wait_until([&] { return left(process).empty() && groups.is_empty(); }, 3s));
        reap_strays();
        if (&options != &kinds.back()) CHECK(disk.freeze());
    }
}

TEST_SUITE_END();
