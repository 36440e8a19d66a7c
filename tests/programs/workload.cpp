// workload KIND WHERE FIFO stay|CODE [GROUPS] : starts a tree that is hard to end; KIND names it. All its processes
// inherit FIFO's write end, except those that close all descriptors. Announces `ready PID` when the tree is complete;
// then the first process waits, or exits with CODE. GROUPS is a control group's directory, for processes that leave
// their group.
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <string>
#include <thread>

#include "announce.hpp"

namespace {

constexpr unsigned lifetime = 60;
constexpr uid_t nobody = 65534;

/// Lets a parent wait until its child has finished its preparation.
class Gate {
  public:
    Gate() {
        if (::pipe2(ends_, O_CLOEXEC) != 0) std::_Exit(97);
    }
    void open() {  // write a byte: others may have inherited this end, so the reader may not see it closed
        [[maybe_unused]] const ssize_t put = ::write(ends_[1], "", 1);
        close(ends_[1]), close(ends_[0]);
    }
    void wait() {
        char byte = 0;
        close(ends_[1]);
        [[maybe_unused]] const ssize_t end = ::read(ends_[0], &byte, 1);
        close(ends_[0]);
    }

  private:
    static void close(int& end) {
        if (end >= 0) ::close(end);
        end = -1;
    }
    int ends_[2];
};

/// Forks a child that runs `prepare`, opens the gate, and waits.
template <class Prepare>
pid_t child_that(Prepare prepare) {
    Gate gate;
    const pid_t child = ::fork();
    if (child == 0) {
        prepare();
        gate.open();
        live_for_at_most(lifetime);
    }
    gate.wait();
    return child;
}

/// The same, as a daemon: in a new session and without its parent.
template <class Prepare>
void daemon_that(Prepare prepare) {
    const pid_t middle = ::fork();
    if (middle == 0) {
        ::setsid();
        child_that(prepare);
        std::_Exit(0);
    }
    ::waitpid(middle, nullptr, 0);
}

void ignore_all() {
    for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_IGN);
}

void close_all() {
    for (int descriptor = 0; descriptor < 64; ++descriptor) ::close(descriptor);
}

void clear_environment(char** environment) {
    for (char** entry = environment; *entry != nullptr; ++entry) std::memset(*entry, 0, std::strlen(*entry));
}

void become_nobody() {
    if (::setresgid(nobody, nobody, nobody) != 0 || ::setresuid(nobody, nobody, nobody) != 0) std::_Exit(96);
}

void join(const std::string& group) {
    const int procs = ::open((group + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
    if (procs < 0 || ::write(procs, "0", 1) != 1) std::_Exit(95);
    ::close(procs);
}

/// The directory of this process's control group, below the mount that contains GROUPS.
std::string own_group(const std::string& groups) {
    char text[4096] = {};
    const int file = ::open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    [[maybe_unused]] const ssize_t length = ::read(file, text, sizeof text - 1);
    ::close(file);
    const char* line = std::strstr(text, "0::/");
    if (line == nullptr) std::_Exit(94);
    const std::string path(line + 3, std::strcspn(line + 3, "\n"));
    const auto name = groups.rfind('/');
    const auto same = path.find(groups.substr(name));
    return same == std::string::npos ? std::string() : groups.substr(0, name) + path.substr(same);
}

/// Forks and exits repeatedly, in a new session each time if asked; sleeps after each hop so that other processes run.
void hop(bool new_session) {
    for (unsigned hops = 0; hops < 60000; ++hops) {
        const pid_t child = ::fork();
        if (child > 0) std::_Exit(0);
        if (new_session) ::setsid();
        ::usleep(child < 0 ? 5000 : 500);
    }
    std::_Exit(98);
}

/// Keeps up to `most` processes alive, each in its own session; each replaces its children that die.
void swell(std::atomic<int>& count, int most) {
    for (unsigned past = 0; past < lifetime * 100; ++past) {
        while (::waitpid(-1, nullptr, WNOHANG) > 0) --count;
        for (int births = 0; births < 3; ++births) {
            if (count.fetch_add(1) >= most) {  // count before the fork, so that there are never more
                --count;
                break;
            }
            const pid_t child = ::fork();
            if (child < 0) --count;
            if (child != 0) continue;
            ::setsid();
            births = 0;
        }
        ::usleep(10000);
    }
    std::_Exit(98);
}

void start_bomb() {
    constexpr int most = 250;
    void* shared = ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto& count = *new (shared) std::atomic<int>(1);
    if (::fork() == 0) swell(count, most);
    while (count < most) ::usleep(1000);
}

void start_traced() {
    child_that([] {
        const pid_t traced = ::fork();
        if (traced == 0) {
            ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
            std::raise(SIGSTOP);
            live_for_at_most(lifetime);
        }
        ::waitpid(traced, nullptr, 0);
    });
}

void start_stopped() {
    const pid_t child = ::fork();
    if (child == 0) {
        std::raise(SIGSTOP);
        live_for_at_most(lifetime);
    }
    ::waitpid(child, nullptr, WUNTRACED);
}

void start_in_namespace() {
    child_that([] {
        if (::unshare(CLONE_NEWPID) != 0) std::_Exit(93);
        child_that([] { child_that([] { ::setsid(); }); });
    });
}

void start_siblings() {
    for (int i = 0; i < 3; ++i) {
        if (::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, nullptr) == 0) {
            if (i > 0) ::setsid();
            live_for_at_most(lifetime);
        }
    }
}

/// Stays in vfork(2), because the child never execs.
[[noreturn]] void start_vforked(const char* where) {
    ready(where);
    if (::vfork() == 0) {
        ::alarm(lifetime);
        for (;;) ::pause();
    }
    std::_Exit(98);
}

void start_threads() {
    constexpr int threads = 200;
    static std::atomic<int> born = 0;
    for (int i = 0; i < threads; ++i) {
        std::thread([] {
            // A direct system call: the C library's fork takes locks, for which this many threads would wait.
            if (::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr) == 0) {
                ::alarm(lifetime);
                for (;;) ::pause();
            }
            ++born;
            live_for_at_most(lifetime);
        }).detach();
    }
    while (born < threads) ::usleep(1000);
}

bool start(const std::string& kind, const std::string& groups, char** environment) {
    const auto nothing = [] {};
    if (kind == "plain") {
    } else if (kind == "tree") {
        for (int i = 0; i < 2; ++i) {
            child_that([&] {
                std::signal(SIGTERM, SIG_IGN);
                for (int j = 0; j < 2; ++j) child_that(nothing);
            });
        }
    } else if (kind == "daemon") {
        daemon_that(nothing);
    } else if (kind == "closed-daemon") {
        daemon_that([&] {
            ignore_all();
            clear_environment(environment);
            close_all();
        });
    } else if (kind == "stopped") {
        start_stopped();
    } else if (kind == "traced") {
        start_traced();
    } else if (kind == "other-user") {
        child_that(become_nobody);
    } else if (kind == "other-user-daemon") {
        daemon_that(become_nobody);
    } else if (kind == "other-group") {
        child_that([&] { join(groups + "/elsewhere"), ::setsid(); });
    } else if (kind == "nested-group") {
        child_that([&] {
            const std::string nested = own_group(groups) + "/nested";
            ::mkdir(nested.c_str(), 0755);
            join(nested);
        });
    } else if (kind == "namespace") {
        start_in_namespace();
    } else if (kind == "siblings") {
        start_siblings();
    } else if (kind == "subreaper") {
        child_that([&] {
            ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
            for (int i = 0; i < 2; ++i) daemon_that(nothing);
        });
    } else if (kind == "hopper") {
        if (::fork() == 0) hop(false);
    } else if (kind == "hopper-setsid") {
        if (::fork() == 0) hop(true);
    } else if (kind == "threads") {
        start_threads();
    } else if (kind == "bomb") {
        start_bomb();
    } else {
        return false;
    }
    return true;
}

}  // namespace

int main(int argc, char** argv, char** environment) {
    if (argc < 5) return 2;
    ::open(argv[3], O_WRONLY);  // every process inherits it, until the last of them has exited
    if (std::strcmp(argv[1], "vfork") == 0) start_vforked(argv[2]);
    // A set-user-ID program: the user who started it may no longer signal it.
    if (std::strcmp(argv[1], "superuser") == 0 && ::setresuid(0, 0, 0) == 0) ready(argv[2]), live_for_at_most(lifetime);
    if (!start(argv[1], argc > 5 ? argv[5] : "", environment)) return 2;
    ready(argv[2]);
    if (std::strcmp(argv[4], "stay") == 0) live_for_at_most(lifetime);
    return std::atoi(argv[4]);
}
