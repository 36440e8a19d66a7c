#include "src/runs/run_scan.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "shepherd/tree/tree.hpp"
#include "src/runs/asked_run.hpp"
#include "src/system/process_figures.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

struct Seen {
    TreeMember process;
    bool is_shepherd = false;
    bool is_guard = false;
};

using Processes = std::map<pid_t, Seen>;
using Children = std::unordered_map<pid_t, std::vector<pid_t>>;

Processes read_processes() {
    Processes processes;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc{} || *end != '\0') continue;
        Seen seen;
        if (!read_member(pid, seen.process) || seen.process.is_dead()) continue;
        if (seen.process.name == OwnName::helper) {
            const std::string helper = trimmed(read_text(fmt::format("/proc/{}/comm", pid)).value_or(""));
            seen.is_shepherd = helper == shepherd_name;
            seen.is_guard = helper == guard_name;
        }
        processes.emplace(pid, seen);
    }
    return processes;
}

/// `ticks`: of the clock since boot, as in /proc/PID/stat.
Duration since(std::uint64_t ticks) {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    const Duration boot = std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    return std::max(boot - duration_of_ticks(ticks), Duration::zero());
}

/// Since the regular file was written last, if that was in the last `age`. Other files have no such time: Linux does
/// not note when a pipe was written.
std::optional<Duration> since_written(const std::string& path, Duration age) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0 || !S_ISREG(file.st_mode) || file.st_size == 0) return std::nullopt;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const Duration passed = std::chrono::seconds(now.tv_sec - file.st_mtim.tv_sec) +
                            std::chrono::nanoseconds(now.tv_nsec - file.st_mtim.tv_nsec);
    return passed < age ? std::optional(std::max(passed, Duration::zero())) : std::nullopt;
}

class Scan {
  public:
    explicit Scan(Processes processes) : processes_(std::move(processes)) {
        for (const auto& [pid, seen] : processes_) children_[seen.process.parent].push_back(pid);
    }

    std::vector<FoundRun> runs() {
        for (const auto& [pid, seen] : processes_) {
            if (seen.process.name == OwnName::runner) {
                add_runner(pid, seen);
            } else if (is_left(seen)) {
                add_lost(pid, seen);
            }
        }
        for (auto& [pid, run] : runs_) place(run);
        return in_order();
    }

  private:
    using Starts = std::map<std::pair<std::uint64_t, pid_t>, pid_t>;

    [[nodiscard]] const Seen* find(pid_t pid) const {
        const auto found = processes_.find(pid);
        return found == processes_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] std::vector<pid_t> helpers_of(pid_t parent) const {
        std::vector<pid_t> helpers;
        const auto found = children_.find(parent);
        if (found == children_.end()) return helpers;
        for (const pid_t child : found->second) {
            const Seen& seen = processes_.at(child);
            if (seen.is_shepherd || seen.is_guard) helpers.push_back(child);
        }
        return helpers;
    }
    /// The first helper of a run whose netrunner is gone.
    [[nodiscard]] bool is_left(const Seen& seen) const {
        if (!seen.is_shepherd && !seen.is_guard) return false;
        const Seen* const parent = find(seen.process.parent);
        if (parent == nullptr) return true;
        return parent->process.name != OwnName::runner && !parent->is_shepherd;
    }

    void add_runner(pid_t pid, const Seen& seen) {
        const auto asked = parse_asked_run(command_line_of(pid));
        if (!asked) return;
        FoundRun& run = begin(pid, seen);
        run.timeout = asked->timeout;
        run.command = asked->command;
        run.control = asked->control;
        const std::vector<pid_t> helpers = helpers_of(pid);
        if (asked->is_batch) run.jobs = helpers.size();
        look_at_tree(run, helpers);
        if (asked->output_file) {
            const auto file = std::filesystem::path(fmt::format("/proc/{}/cwd", pid)) / *asked->output_file;
            note_output(run, since_written(file.string(), age_of_first()));
        }
    }

    void add_lost(pid_t pid, const Seen& seen) {
        FoundRun& run = begin(pid, seen);
        look_at_tree(run, {pid});
        run.state = FoundRun::State::lost;
        if (const Seen* const first = find(first_)) run.command = command_line_of(first->process.pid);
    }

    FoundRun& begin(pid_t pid, const Seen& seen) {
        FoundRun& run = runs_[pid];
        run.pid = pid;
        run.elapsed = since(seen.process.started);
        struct stat owner {};
        if (::stat(fmt::format("/proc/{}", pid).c_str(), &owner) == 0) run.user = owner.st_uid;
        return run;
    }

    /// Counts what is below the helpers of a run.
    void look_at_tree(FoundRun& run, const std::vector<pid_t>& helpers) {
        first_ = 0;
        std::uint64_t earliest = 0;
        bool all_stopped = true;
        std::vector<pid_t> open;
        for (const pid_t helper : helpers) {
            run.has_shepherd = run.has_shepherd || processes_.at(helper).is_shepherd;
            run.has_guard = run.has_guard || processes_.at(helper).is_guard;
            open.push_back(helper);
            const std::vector<pid_t> guards = helpers_of(helper);
            run.has_guard = run.has_guard || !guards.empty();
        }
        if (!run.jobs) run.leader = leader_below(helpers);
        while (!open.empty()) {
            const pid_t parent = open.back();
            open.pop_back();
            const bool below_helper = is_helper_of(parent, helpers);
            const auto found = children_.find(parent);
            if (found == children_.end()) continue;
            for (const pid_t child : found->second) {
                open.push_back(child);
                const Seen& seen = processes_.at(child);
                if (below_helper && seen.is_guard) continue;
                ++run.processes;
                all_stopped = all_stopped && (seen.process.state == 'T' || seen.process.state == 't');
                if (const auto size = resident_size(child)) run.memory = run.memory.value_or(0) + *size;
                if (first_ == 0 || seen.process.started < earliest) {
                    first_ = child;
                    earliest = seen.process.started;
                }
            }
        }
        if (run.processes == 0) return;
        run.state = all_stopped ? FoundRun::State::stopped : FoundRun::State::running;
        for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
            note_output(run, since_written(fmt::format("/proc/{}/fd/{}", first_, output), age_of_first()));
        }
    }

    /// The command: the guard's child that leads a process group in the guard's session. The guard is also the parent
    /// of orphans, which are younger. 0 if the command has ended.
    [[nodiscard]] pid_t leader_below(const std::vector<pid_t>& helpers) const {
        std::vector<pid_t> guards = helpers;
        for (const pid_t helper : helpers) std::ranges::copy(helpers_of(helper), std::back_inserter(guards));
        const TreeMember* eldest = nullptr;
        for (const pid_t guard : guards) {
            const auto found = children_.find(guard);
            if (!processes_.at(guard).is_guard || found == children_.end()) continue;
            for (const pid_t child : found->second) {
                const TreeMember& member = processes_.at(child).process;
                if (member.group != child || member.session != processes_.at(guard).process.session) continue;
                if (eldest == nullptr || member.started < eldest->started) eldest = &member;
            }
        }
        return eldest == nullptr ? 0 : eldest->pid;
    }

    /// netrunner makes the files before that.
    [[nodiscard]] Duration age_of_first() const {
        const Seen* const first = find(first_);
        return first == nullptr ? Duration::zero() : since(first->process.started);
    }

    [[nodiscard]] static bool is_helper_of(pid_t pid, const std::vector<pid_t>& helpers) {
        return std::ranges::find(helpers, pid) != helpers.end();
    }

    static void note_output(FoundRun& run, std::optional<Duration> quiet) {
        if (quiet && (!run.quiet || *quiet < *run.quiet)) run.quiet = quiet;
    }

    /// Finds the run around this one.
    void place(FoundRun& run) {
        pid_t at = run.pid;
        while (const Seen* const seen = find(at)) {
            at = seen->process.parent;
            const auto above = runs_.find(at);
            if (above == runs_.end()) continue;
            if (!run.inside) run.inside = at;
            ++run.depth;
        }
    }

    std::vector<FoundRun> in_order() {
        std::map<std::optional<pid_t>, Starts> by_place;
        for (const auto& [pid, run] : runs_) {
            by_place[run.inside].emplace(std::pair(processes_.at(pid).process.started, pid), pid);
        }
        std::vector<FoundRun> ordered;
        append(by_place, std::nullopt, ordered);
        return ordered;
    }

    void append(std::map<std::optional<pid_t>, Starts>& by_place, std::optional<pid_t> inside,
                std::vector<FoundRun>& ordered) {
        for (const auto& [start, pid] : by_place[inside]) {
            ordered.push_back(std::move(runs_.at(pid)));
            append(by_place, pid, ordered);
        }
    }

    Processes processes_;
    Children children_;
    std::map<pid_t, FoundRun> runs_;
    pid_t first_ = 0;  ///< of the tree that was looked at last: the process that started first
};

}  // namespace

std::vector<FoundRun> find_runs(std::optional<uid_t> user) {
    std::vector<FoundRun> runs = Scan(read_processes()).runs();
    if (user) std::erase_if(runs, [&](const FoundRun& run) { return run.user != *user; });
    return runs;
}

}  // namespace netrunner
