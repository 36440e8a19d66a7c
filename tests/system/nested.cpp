// A netrunner inside the tree of another one: each signal of a stop, and each typed one, reaches the command once, and
// one order that reaches several of our processes is one order. (docs/decisions/0035)
#include <doctest/doctest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "terminal.hpp"
#include "trial.hpp"

using namespace support;

namespace {

constexpr int fence = SIGIO;  // netrunner forwards it, and reads it after the signals of a stop

class NestedTrial : public Trial {
  public:
    // The words of `netrunner run OPTIONS --`.
    static std::vector<std::string> nr(std::vector<std::string> options = {}) {
        options.insert(options.begin(), {netrunner(), "run"});
        options.emplace_back("--");
        return options;
    }
    // A new file for each run, and the command that logs its signals there until the fence.
    std::vector<std::string> logger() {
        log_ = path("log" + std::to_string(++logs_));
        return {program("log_signals"), log_, std::to_string(fence)};
    }
    static std::vector<std::string> words(std::initializer_list<std::vector<std::string>> parts) {
        std::vector<std::string> all;
        for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
        return all;
    }
    // One word for sh -c.
    static std::string line(const std::vector<std::string>& argv) {
        std::string text;
        for (const auto& word : argv) text += "'" + word + "' ";
        return text;
    }

    // The numbers of the signals in the log without SIGCONT, which follows each signal of a stop.
    std::string heard() const {
        std::string numbers;
        for (const auto& each : lines(read_text(log_))) {
            if (!begins(each, "ready") && each != "18") numbers += (numbers.empty() ? "" : " ") + each;
        }
        return numbers;
    }
    void wait_for_log(Process& process, const std::string& text) const {
        process.wait_for(text + " in the log", [&] { return contains(read_text(log_), text + "\n"); });
    }
    void wait_until_ready(Process& process) const {
        process.wait_for("the command", [&] { return begins(read_text(log_), "ready "); });
    }

    // The netrunner that has no other one below it.
    static pid_t innermost(const Process& outer) {
        const auto is_runner = [](pid_t pid) { return name_of(pid) == "netrunner"; };
        for (const pid_t pid : descendants_of(outer.pid())) {
            const auto below = descendants_of(pid);
            if (is_runner(pid) && std::ranges::none_of(below, is_runner)) return pid;
        }
        return 0;
    }

    // Ends the command by a signal that takes the way of all signals before it, so that the log is then complete.
    Result finish_after_fence(Process& process) const {
        const pid_t inner = innermost(process);
        REQUIRE(inner > 0);
        ::kill(inner, fence);
        return process.finish();
    }

    std::string log() const { return log_; }

  private:
    std::string log_;
    int logs_ = 0;
};

using Words = std::vector<std::string>;

// Keeps both processors busy while it lives.
class Load {
  public:
    explicit Load(bool wanted) {
        for (int i = 0; wanted && i < 2; ++i) {
            spinners_.emplace_back([](const std::stop_token& stop) {
                while (!stop.stop_requested()) {
                }
            });
        }
    }

  private:
    std::vector<std::jthread> spinners_;
};

}  // namespace

TEST_SUITE_BEGIN("nested");

TEST_CASE_FIXTURE(NestedTrial, "TERM to the outermost reaches the command once, and one of them tells it") {
    const auto sh = [&](const std::string& script) { return words({nr(), {"sh", "-c", script}}); };
    Words shapes{"two", "three", "shell", "reparented", "pty inside", "pty outside", "group inside"};
    if (run({"--pid-namespace", "--", "true"}).ending == exit_code(0)) {
        shapes.insert(shapes.end(), {"namespace inside", "namespace outside"});
    }
    for (int round = times(6, 200); round > 0; --round) {
        const Load load(round % 2 == 0);
        for (const std::string& form : shapes) {
            CAPTURE(form);
            const auto options = [&](const std::string& side) {
                if (form == "pty " + side) return Words{"--pty"};
                return form == "namespace " + side ? Words{"--pid-namespace"} : Words{};
            };
            const auto inner = words({nr(options("inside")), logger()});
            auto argv = words({nr(options("outside")), inner});
            if (form == "three") argv = words({nr(), nr(), inner});
            if (form == "shell") argv = sh(line(inner) + "; true");
            if (form == "reparented") argv = sh("(setsid " + line(inner) + " &) ; while :; do sleep 0.1; done");
            if (form == "group inside") argv = words({nr(), {"bash", "-c", "set -m; " + line(inner) + "& wait; wait"}});
            auto process = start(command(argv));
            wait_until_ready(process);
            process.signal(SIGTERM);
            wait_for_log(process, "\n15");
            const auto result = finish_after_fence(process);
            CHECK(heard() == "15 29");
            const auto said = form == "pty outside" ? result.err + result.out : result.err;
            const auto all = lines(said);
            CHECK_MESSAGE(std::ranges::count_if(all, [](const auto& each) { return begins(each, "netrunner:"); }) == 1,
                          said);
            CHECK(contains(said, ": cancelled by SIGTERM"));
            CHECK(!contains(said, "log_signals:"));  // the inner one would say so
        }
    }
}

TEST_CASE_FIXTURE(NestedTrial,
                  "each step of the outer ladder reaches the command once, also one that no runner reads") {
    for (int round = times(3, 50); round > 0; --round) {
        for (const bool three : {false, true}) {
            const auto inner = words({nr({"-k", "60s"}), logger()});
            const Words options{"-t", "300ms", "--stop", "INT,200ms,ABRT,200ms,USR1,200ms,TERM,60s"};
            auto process = start(command(words({nr(options), three ? words({nr({"-k", "60s"}), inner}) : inner})));
            wait_for_log(process, "\n15");
            const auto result = finish_after_fence(process);
            CHECK(heard() == "2 6 10 15 29");
            CHECK(result.ending == exit_code(124));
            CHECK_MESSAGE(lines(result.err).size() == 1, result.err);
            CHECK(contains(result.err, "timed out after 300ms"));
        }
    }
}

TEST_CASE_FIXTURE(NestedTrial, "a step for the command alone reaches the command of an inner one once, as a step") {
    for (const bool three : {false, true}) {
        const auto inner = words({nr({"-k", "60s"}), logger()});
        const Words options{"-t", std::to_string(scaled(500ms).count()) + "ms", "--stop",
                            "command:INT,200ms,command:ABRT,200ms,TERM,60s"};
        auto process = start(command(words({nr(options), three ? words({nr({"-k", "60s"}), inner}) : inner})));
        wait_for_log(process, "\n15");
        const auto result = finish_after_fence(process);
        CHECK(heard() == "2 6 15 29");
        CHECK(result.ending == exit_code(124));
        CHECK_MESSAGE(lines(result.err).size() == 1, result.err);
        CHECK(contains(result.err, "sent SIGINT to the command alone, "));
    }
}

TEST_CASE_FIXTURE(NestedTrial, "an inner runner that is not the command does not get a step for the command alone") {
    const auto shell = line(words({nr({"-k", "60s"}), logger()})) + "& trap 'wait' INT; wait";
    auto process = start(command(words({nr({"--stop", "command:INT,300ms,TERM,60s"}), {"sh", "-c", shell}})));
    wait_until_ready(process);
    process.signal(SIGINT);
    wait_for_log(process, "\n15");
    finish_after_fence(process);
    CHECK(heard() == "15 29");
}

TEST_CASE_FIXTURE(NestedTrial, "an inner one sends the outer one's steps where its own last step went") {
    // The inner command ends on the fence; its child must hear nothing before SIGKILL.
    const auto child = path("child");
    const auto both = "'" + program("log_signals") + "' '" + child + "' & exec " + line(logger());
    auto process = start(command(words(
        {nr({"--stop", "INT,200ms,TERM,60s,KILL"}), nr({"--stop", "command:TERM,60s,KILL"}), {"sh", "-c", both}})));
    wait_until_ready(process);
    process.wait_for("the child", [&] { return begins(read_text(child), "ready "); });
    process.signal(SIGINT);
    wait_for_log(process, "\n15");
    finish_after_fence(process);
    CHECK(heard() == "2 15 29");
    // SIGCONT, which netrunner passes on to the group, is no step.
    for (const auto& each : lines(read_text(child))) CHECK_MESSAGE((begins(each, "ready ") || each == "18"), each);
}

TEST_CASE_FIXTURE(NestedTrial, "SIGKILL reaches all, also if the inner one would wait longer") {
    auto process = start(command(words({nr({"-k", "300ms"}), nr({"-k", "60s"}), logger()})));
    wait_until_ready(process);
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK(heard() == "15");
    CHECK(result.left.empty());
}

TEST_CASE_FIXTURE(NestedTrial, "one order that reaches every process of three levels is one order, however late") {
    for (int round = times(12, 200); round > 0; --round) {
        CAPTURE(round);
        const Words grace{"-k", "60s"};
        auto process = start(command(words({nr(grace), nr(grace), nr(grace), logger()})));
        wait_until_ready(process);
        // /proc may leave out a child while another one ends.
        std::vector<pid_t> ours;
        CHECK(wait_until([&] {
            ours = descendants_of(process.pid());
            std::erase_if(ours, [](pid_t pid) { return name_of(pid) == "log_signals"; });
            ours.insert(ours.begin(), process.pid());
            return ours.size() == 9;
        }));
        const Load load(round % 4 > 1);
        if (round % 2 == 0) std::ranges::reverse(ours);
        const bool at_once = round % 3 == 0;
        for (const pid_t pid : ours) {
            ::kill(pid, SIGTERM);
            if (at_once) continue;
            wait_for_log(process, "\n15");
            let_pass(20ms);  // beyond the time in which two signals count as one
        }
        wait_for_log(process, "\n15");
        const auto result = finish_after_fence(process);
        CHECK(heard() == "15 29");
        CHECK(result.ending == exit_code(0));
    }
}

TEST_CASE_FIXTURE(NestedTrial, "an inner one that is stopped is continued and asked") {
    auto process = start(command(words({nr({"-k", "60s"}), nr(), logger()})));
    wait_until_ready(process);
    const pid_t inner = innermost(process);
    ::kill(inner, SIGSTOP);
    CHECK(wait_until([&] { return state_of(inner) == 'T'; }));
    process.signal(SIGTERM);
    wait_for_log(process, "\n15");
    finish_after_fence(process);
    CHECK(heard() == "15 29");
}

TEST_CASE_FIXTURE(NestedTrial,
                  "an inner one that is killed: its guard ends its tree, and the outer one sees to the rest") {
    for (const bool ordered : {false, true}) {
        auto process = start(command(
            words({nr({"-k", "2s"}), {"sh", "-c", line(words({nr({"-k", "300ms"}), logger()})) + "; sleep 60"}})));
        wait_until_ready(process);
        const pid_t inner = innermost(process);
        ::kill(inner, SIGKILL);
        if (!ordered) wait_for_log(process, "\n15");
        process.signal(SIGTERM);
        const auto result = process.finish();
        CHECK(result.ending == killed_by(SIGTERM));
        CHECK(heard() == "15");
        CHECK(result.left.empty());
    }
}

TEST_CASE_FIXTURE(NestedTrial, "an inner one that hangs is killed with all that it runs") {
    auto process = start(command(words({nr({"-k", "300ms"}), nr(), logger()})));
    wait_until_ready(process);
    const pid_t inner = innermost(process);
    REQUIRE(::ptrace(PTRACE_SEIZE, inner, nullptr, nullptr) == 0);
    REQUIRE(::ptrace(PTRACE_INTERRUPT, inner, nullptr, nullptr) == 0);
    CHECK(wait_until([&] { return state_of(inner) == 't'; }));
    process.signal(SIGTERM);
    // The tracer learns of the death before the parent.
    int status = 0;
    CHECK(wait_until([&] { return ::waitpid(inner, &status, WNOHANG | __WALL) == inner && WIFSIGNALED(status); }));
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK_WALL(result, 300ms, 3s);
    CHECK(heard() == "");
    CHECK(result.left.empty());
}

TEST_CASE_FIXTURE(NestedTrial, "the inner shepherd and guard are not asked, but an order to them is one to their run") {
    for (const char* helper : {"nr-shepherd", "nr-guard"}) {
        auto process = start(command(words({nr(), nr({"-k", "60s"}), logger()})));
        wait_until_ready(process);
        const auto below = descendants_of(innermost(process));
        const auto found = std::ranges::find_if(below, [&](pid_t pid) { return name_of(pid) == helper; });
        REQUIRE(found != below.end());
        ::kill(*found, SIGTERM);
        wait_for_log(process, "\n15");
        const auto result = finish_after_fence(process);
        CHECK(heard() == "15 29");
        CHECK(result.ending == exit_code(0));
        CHECK(contains(result.err, "log_signals: cancelled by SIGTERM"));
    }
}

TEST_CASE_FIXTURE(NestedTrial, "what only looks like a nested run is ended with the last step") {
    // A shell whose file and name are the shepherd's.
    const auto fake = path("netrunner-shepherd");
    std::filesystem::copy_file(std::filesystem::canonical("/bin/sh"), fake);
    std::ofstream(path("script")) << "printf nr-shepherd >/proc/$$/comm\n" << line(logger()) << "\n";
    auto process = start(command(words({nr({"-k", "300ms"}), {"sh", "-c", fake + " script & wait; wait"}})));
    wait_until_ready(process);
    process.signal(SIGTERM);
    const auto result = process.finish();
    CHECK(result.ending == killed_by(SIGTERM));
    CHECK(heard() == "");
    CHECK(result.left.empty());
}

TEST_CASE_FIXTURE(NestedTrial, "the command itself gets every signal, whatever it looks like") {
    const auto fake = path("netrunner-shepherd");
    std::filesystem::copy_file(std::filesystem::canonical("/bin/sh"), fake);
    std::ofstream(path("script")) << "printf nr-guard >/proc/$$/comm\n"
                                     "trap 'exit 7' TERM\n"
                                     "echo go; while :; do sleep 0.02; done\n";
    auto process = start(command(words({nr({"-k", "5s"}), {fake, "script"}})));
    process.wait_for_output("go\n");
    process.signal(SIGTERM);
    CHECK(process.finish().ending == exit_code(7));
}

TEST_CASE_FIXTURE(NestedTrial, "a time limit of both sends each signal once, and the command of --on-timeout ends") {
    auto process = start(
        command(words({nr({"-t", "400ms", "-k", "60s"}), nr({"-t", "300ms", "--on-timeout", "sleep 60"}), logger()})));
    wait_for_log(process, "\n15");
    const auto result = finish_after_fence(process);
    CHECK(heard() == "15 29");
    CHECK_WALL(result, 400, 4000);
}

TEST_CASE_FIXTURE(NestedTrial, "what is typed is delivered as typed through two and three of them") {
    for (const auto& [key, number] : {std::pair{"\x03", "2"}, std::pair{"\x1c", "3"}}) {
        for (const char* shape : {"two", "three", "shell", "pty outside", "pty inside"}) {
            CAPTURE(shape);
            CAPTURE(number);
            const std::string form = shape;
            const auto inner =
                words({nr(form == "pty inside" ? Words{"--pty", "-k", "200ms"} : Words{"-k", "200ms"}), logger()});
            auto argv = words({nr(form == "pty outside" ? Words{"--pty"} : Words{}), inner});
            if (form == "three") argv = words({nr(), nr({"-k", "200ms"}), inner});
            if (form == "shell") argv = words({nr(), {"sh", "-c", "trap : INT QUIT; " + line(inner) + "; true"}});
            Terminal terminal;
            auto process = start(terminal.leader(*this, argv));
            wait_until_ready(process);
            if (form == "pty outside") CHECK(terminal.becomes_raw());
            terminal.type(key);
            wait_for_log(process, "\n" + std::string(number));
            let_pass(600ms);  // three times the grace that an order would have begun
            terminal.type(key);
            wait_for_log(process, "\n" + std::string(number) + "\n" + number);
            finish_after_fence(process);
            CHECK(heard() == std::string(number) + " " + number + " 29");
        }
    }
}

TEST_SUITE_END();
