// Every way in which the command, netrunner, the shepherd and the guard can die, alone and together, against sixteen
// trees that are hard to end. In each cell nothing may survive, by the four checks of tests/support/arena.hpp. A table
// of the survivors is written to NETRUNNER_TEST_TABLES. With NETRUNNER_TEST_SOAK=1 every cell runs three times,
// otherwise a part of the cells runs once.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>

#include "arena.hpp"
#include "chain.hpp"

using namespace support;

namespace {

const std::vector<std::string> workloads{"plain",       "tree",         "daemon",        "closed-daemon",
                                         "stopped",     "traced",       "other-user",    "other-user-daemon",
                                         "other-group", "nested-group", "namespace",     "siblings",
                                         "subreaper",   "hopper",       "hopper-setsid", "bomb"};

/// Processes by letters: N is netrunner, S the shepherd, G the guard, C the command.
struct Event {
    std::string name;
    std::string stopped;  // these stay stopped
    std::string killed;   // several are stopped first, so that none has time to react
    bool needs_guard = false;
    bool needs_namespace = false;  // no process of netrunner is left: the kernel has to end the tree

    [[nodiscard]] bool kills(char link) const { return killed.find(link) != std::string::npos; }
    [[nodiscard]] bool stops(char link) const { return stopped.find(link) != std::string::npos; }
};

const std::vector<Event> events{
    {.name = "C exits", .stopped = "", .killed = ""},
    {.name = "kill C", .stopped = "", .killed = "C"},
    {.name = "kill N", .stopped = "", .killed = "N"},
    {.name = "kill S", .stopped = "", .killed = "S"},
    {.name = "kill G", .stopped = "", .killed = "G", .needs_guard = true},
    {.name = "kill N+S", .stopped = "", .killed = "NS", .needs_guard = true},
    {.name = "kill N+G", .stopped = "", .killed = "NG", .needs_guard = true},
    {.name = "kill S+G", .stopped = "", .killed = "SG", .needs_guard = true},
    {.name = "S stopped, kill N", .stopped = "S", .killed = "N", .needs_guard = true},
    {.name = "N stopped, kill S", .stopped = "N", .killed = "S", .needs_guard = true},
    {.name = "kill N+S+G", .stopped = "", .killed = "NSG", .needs_guard = true, .needs_namespace = true},
    {.name = "G stopped, kill N+S", .stopped = "G", .killed = "NS", .needs_guard = true, .needs_namespace = true}};

struct Mode {
    std::string name;
    bool group = false;
    bool space = false;  // a PID namespace
};

pid_t link_of(const Chain& chain, char letter) {
    switch (letter) {
        case 'N': return chain.runner;
        case 'S': return chain.shepherd;
        case 'G': return chain.guard;
        default: return chain.command;
    }
}

/// Stops all at once. Waits only briefly for each, because another process of netrunner may notice and continue it.
void stop(const std::vector<pid_t>& pids) {
    for (const pid_t pid : pids) ::kill(pid, SIGSTOP);
    for (const pid_t pid : pids) {
        wait_until([&] { return state_of(pid) == 'T' || !is_running(pid); }, 50ms);
    }
}

/// One run of one workload, with one event.
class Cell {
  public:
    Cell(Trial& trial, const CgroupDir& groups, const Mode& mode, const Event& event, const std::string& workload)
        : trial_(trial), event_(event), arena_(trial, groups), process_(trial.start(setup(mode, workload))) {}

    /// Returns the number of processes that were left, and in `words` what the checks found.
    std::size_t survivors(std::string& words) {
        trial_.ready(process_, arena_.path("ready"));
        chain_ = exits() ? links_of(process_) : chain_of(process_, "workload");
        strike();
        const auto began = Clock::now();
        const bool gone = event_.stopped.empty() ? arena_.all_gone(process_) : arena_.nobody_left(process_, idle());
        took_ = std::chrono::duration_cast<Millis>(Clock::now() - began);
        std::size_t count = 0;
        if (!gone) {
            words = arena_.left(process_, idle()) + "; ";
            count = std::max<std::size_t>(arena_.count_left(process_, idle()), 1);
        }
        for (const char letter : event_.stopped) {
            if (const pid_t pid = link_of(chain_, letter); is_running(pid)) ::kill(pid, SIGCONT);
        }
        if (!gone) return count;
        const auto result = process_.finish();
        CHECK_MESSAGE(as_documented(result.ending), "ended with ", result.ending, ": ", result.err);
        // A process that was only stopped ends after it is continued.
        if (!arena_.all_gone(process_)) {
            words = arena_.left(process_);
            return std::max<std::size_t>(arena_.count_left(process_), 1);
        }
        trial_.reap_strays();
        return 0;
    }
    [[nodiscard]] Millis took() const { return took_; }

  private:
    Setup setup(const Mode& mode, const std::string& workload) const {
        std::vector<std::string> words{"-q", "-k", "150ms"};
        const auto in_group = arena_.in_group();
        if (mode.group) words.insert(words.end(), in_group.begin(), in_group.end());
        if (mode.space) words.emplace_back("--pid-namespace");
        words.insert(words.end(), {"--", Trial::program("workload"), workload, arena_.path("ready"), arena_.fifo(),
                                   exits() ? "3" : "stay", arena_.groups()});
        return arena_.runner(words);
    }

    [[nodiscard]] bool exits() const { return event_.killed.empty(); }

    void strike() const {
        if (exits()) return;
        for (const char letter : event_.stopped + event_.killed) REQUIRE_MESSAGE(link_of(chain_, letter) > 0, letter);
        std::vector<pid_t> still;
        for (const char letter : event_.stopped) still.push_back(link_of(chain_, letter));
        if (event_.killed.size() > 1) {
            for (const char letter : event_.killed) still.push_back(link_of(chain_, letter));
        }
        stop(still);
        for (const char letter : event_.killed) ::kill(link_of(chain_, letter), SIGKILL);
    }

    /// While one process of netrunner is stopped, another may wait until it has removed the group.
    [[nodiscard]] std::vector<pid_t> idle() const {
        if (event_.stopped.empty()) return {};
        return {chain_.runner, chain_.shepherd, chain_.guard};
    }

    [[nodiscard]] bool as_documented(const Ending& ending) const {
        if (exits()) return ending == exit_code(3);
        if (event_.kills('N') || event_.kills('C')) return ending == killed_by(SIGKILL);
        return ending == exit_code(125);
    }

    Trial& trial_;
    Event event_;
    Arena arena_;
    Chain chain_;
    Process process_;
    Millis took_{0};
};

/// The result of each cell, as text.
class Table {
  public:
    void note(const std::string& event, const std::string& workload, const std::string& text) {
        cells_[event][workload] = text;
    }
    [[nodiscard]] std::string text(const std::string& title) const {
        std::string all = title + "\n" + std::string(22, ' ');
        for (std::size_t i = 0; i < workloads.size(); ++i) all += (i < 9 ? "   " : "  ") + std::to_string(i + 1);
        all += "\n";
        for (const auto& event : events) {
            all += event.name + std::string(22 - event.name.size(), ' ');
            for (const auto& workload : workloads) {
                const auto row = cells_.find(event.name);
                const auto cell = row == cells_.end() ? std::string() : found(row->second, workload);
                all += std::string(4 - std::min<std::size_t>(cell.size(), 3), ' ') + cell;
            }
            all += "\n";
        }
        for (std::size_t i = 0; i < workloads.size(); ++i) all += " " + std::to_string(i + 1) + " " + workloads[i];
        return all + "\n";
    }

  private:
    static std::string found(const std::map<std::string, std::string>& row, const std::string& workload) {
        const auto cell = row.find(workload);
        return cell == row.end() ? "." : cell->second;
    }
    std::map<std::string, std::map<std::string, std::string>> cells_;
};

void keep(const std::string& name, const std::string& text) {
    MESSAGE(text);
    if (const char* directory = std::getenv("NETRUNNER_TEST_TABLES"); directory != nullptr) {
        std::ofstream(std::string(directory) + "/" + name + ".txt") << text;
    }
}

void try_all(Trial& trial, const Mode& mode, std::size_t offset) {
    const CgroupDir groups;
    if (!groups) return;
    if (mode.space && !knows_option("--pid-namespace")) return skip("this netrunner has no --pid-namespace");
    trial.expect_strays();
    const bool guard = has_guard();
    if (!guard) skip("this netrunner has no guard: the cells that need a guard are left out");
    const int rounds = times(1, 3);
    const std::size_t part = static_cast<std::size_t>(amount(2, 1));
    Table table;
    Millis slowest{0};
    for (std::size_t e = 0; e < events.size(); ++e) {
        const Event& event = events[e];
        if ((event.needs_guard && !guard) || (event.needs_namespace && !mode.space)) continue;
        for (std::size_t w = 0; w < workloads.size(); ++w) {
            if ((e + w + offset) % part != 0) continue;
            std::size_t survivors = 0;
            std::string findings;
            for (int round = 0; round < rounds; ++round) {
                CAPTURE(event.name);
                CAPTURE(workloads[w]);
                Cell cell(trial, groups, mode, event, workloads[w]);
                survivors += cell.survivors(findings);
                slowest = std::max(slowest, cell.took());
                CHECK_MESSAGE(findings.empty(), mode.name, ": ", findings);
            }
            table.note(event.name, workloads[w], std::to_string(survivors));
        }
    }
    keep("survivors-" + mode.name,
         table.text("Survivors, " + mode.name + ", " + std::to_string(rounds) + " of each; the slowest end took " +
                    std::to_string(slowest.count()) + " ms"));
}

}  // namespace

TEST_SUITE_BEGIN("matrix");

TEST_CASE_FIXTURE(Trial, "whichever process dies, nothing that runs in a control group survives") {
    try_all(*this, {.name = "in-a-group", .group = true}, 0);
}

TEST_CASE_FIXTURE(Trial, "whichever process dies, nothing survives without a control group either") {
    try_all(*this, {.name = "without-a-group"}, 1);
}

TEST_CASE_FIXTURE(Trial, "even if all of netrunner's processes die, nothing that runs in a PID namespace survives") {
    try_all(*this, {.name = "in-a-namespace", .space = true}, 2);
}

TEST_SUITE_END();
