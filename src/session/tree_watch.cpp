#include "src/session/tree_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <utility>

#include "src/system/process_figures.hpp"
#include "src/values/utf8.hpp"
#include "src/values/visible_text.hpp"

namespace netrunner {
namespace {

using std::chrono::steady_clock;

/// A look for one reader serves all that are due so soon.
constexpr std::chrono::milliseconds soon{10};
/// How old the figures may be that are shown to people.
constexpr std::chrono::milliseconds fresh{100};
constexpr std::size_t longest_command = 200;

/// The steady clock's time of the boot, from which the kernel counts the starts of processes. The two clocks differ by
/// the time for which the machine was suspended.
TimePoint time_of_boot() {
    timespec boot{};
    ::clock_gettime(CLOCK_BOOTTIME, &boot);
    return steady_clock::now() - std::chrono::seconds(boot.tv_sec) - std::chrono::nanoseconds(boot.tv_nsec);
}

/// As one line, at most 200 bytes of it, without a part of a character at the end.
std::string shown_command(std::string_view bytes) {
    if (bytes.size() > longest_command) {
        bytes = bytes.substr(0, longest_command);
        for (std::size_t cut = 1; cut <= 3; ++cut) {
            const std::string_view last = bytes.substr(bytes.size() - cut);
            const auto first = static_cast<unsigned char>(last.front());
            if (first < 0x80) break;
            if (first >= 0xc0) {
                if (!first_character(last).valid) bytes.remove_suffix(cut);
                break;
            }
        }
    }
    return visible_text(bytes);
}

std::string command_of(pid_t pid) {
    std::array<char, 16> name{};
    std::array<char, longest_command + 2> command{};
    describe_process(pid, name, command);
    return shown_command(command.front() != '\0' ? command.data() : name.data());
}

std::string words_of(const LaunchPlan& plan) {
    const std::size_t skipped = plan.shepherd.has_argv0 != 0 ? 1 : 0;
    std::string text;
    for (std::size_t i = skipped; i < plan.words.size() && text.size() <= longest_command; ++i) {
        if (i > skipped) text += ' ';
        text += plan.words[i];
    }
    return shown_command(text);
}

bool is_soon(const std::optional<TimePoint>& deadline, TimePoint now) { return is_due(deadline, now + soon); }

}  // namespace

TreeWatch::TreeWatch(const LaunchPlan& plan, Recording recording, RunListener* listener, Pump& pump, Owner owner)
    : plan_(plan),
      recorder_(recording.recorder),
      listener_(listener),
      cpu_limit_(plan.cpu_time),
      memory_limit_(plan.max_rss),
      process_limit_(plan.max_processes),
      ends_(pump, owner, recording.room != nullptr ? *recording.room : own_room_) {}

void TreeWatch::begin(const TreeReader::Place& place, pid_t command, TimePoint now) {
    place_ = place;
    command_ = command;
    started_ = now;
    looks_ = true;
    figures_ = {};  // a look before this one was at the shepherd's children
    if (plan_.cpu_time != forever) cpu_limit_.begin(now, processors_online());
    memory_limit_.begin(now);
    process_limit_.begin(now);
    if (recorder_ == nullptr) return;
    recorder_->begin(now);
    TreeMember seen;
    if (read_member(command, seen)) {
        command_key_ = ProcessKey{.pid = command, .started = seen.started};
        recorder_->processes().add(*command_key_,
                                   {.pid = command,
                                    .command = words_of(plan_),
                                    .start = recorder_->since_begin(time_of_boot() + duration_of_ticks(seen.started))});
    }
    // A group that existed before has counted before.
    if (place.group != nullptr && place.group->adopted()) pressure_before_ = read_pressure(*place.group);
}

std::optional<TimePoint> TreeWatch::deadline(bool judges) const {
    if (!looks_) return std::nullopt;
    const auto of_recorder = recorder_ != nullptr ? std::optional(recorder_->deadline()) : std::nullopt;
    if (!judges) return of_recorder;
    return earlier(earlier(of_recorder, cpu_limit_.deadline()),
                   earlier(memory_limit_.deadline(), process_limit_.deadline()));
}

std::optional<StopCause> TreeWatch::attend(bool judges, const OutputFigures& outputs, TimePoint now) {
    outputs_ = outputs;
    if (is_due(deadline(judges), now)) look(place_, {});
    if (!judges) return std::nullopt;
    return std::exchange(exceeded_, std::nullopt);
}

/// One look for all that are due now or soon.
void TreeWatch::look(const TreeReader::Place& place, TreeReader::Wants wants) {
    const TimePoint now = steady_clock::now();
    if (looks_) {
        wants.details = recorder_ != nullptr && is_soon(recorder_->deadline(), now);
        wants.memory = wants.memory || wants.details;
        wants.resident = is_soon(memory_limit_.deadline(), now);
    }
    figures_ = reader_.look(place, wants);
    if (!looks_) return;
    judge();
    if (recorder_ != nullptr) record(wants.details);
}

/// The kernel's sums have nothing of a process whose parent ignores SIGCHLD, once it has ended. What looks have seen of
/// such processes counts.
Duration TreeWatch::time_used() {
    if (place_.group != nullptr) return *figures_.cpu;
    seen_.begin_look();
    for (const TreeMember& member : reader_.members()) {
        seen_.note({.key = {.pid = member.pid, .started = member.started}, .cpu = duration_of_ticks(member.used)});
    }
    seen_.end_look();
    return std::max(*figures_.cpu, seen_.cpu());
}

/// The memory of the limit is the sum of the resident sizes, also in a control group: a group's count has the files
/// that were read, too, and the kernel holds that limit itself (--memory-max).
void TreeWatch::judge() {
    const TimePoint now = figures_.at;
    if (cpu_limit_.deadline() && figures_.cpu) {
        const CpuLimit::Look look{.used = time_used(), .took = figures_.took, .processors = processors_online()};
        if (cpu_limit_.note(look, now)) exceeded_ = StopCause::cpu_limit;
    }
    const auto exceeds = [&](WatchedLimit& limit, std::uint64_t used) {
        return limit.limit() && limit.note(used, figures_.took, now);
    };
    if (exceeds(process_limit_, figures_.processes)) exceeded_ = StopCause::process_limit;
    if (figures_.resident && exceeds(memory_limit_, *figures_.resident)) exceeded_ = StopCause::memory_limit;
    if (memory_limit_.limit()) most_hidden_ = std::max(most_hidden_, figures_.hidden);
}

void TreeWatch::record(bool details) {
    const TimePoint now = figures_.at;
    Sample sample{.cpu = figures_.cpu,
                  .read = figures_.read,
                  .written = figures_.written,
                  .output = outputs_.output,
                  .error = outputs_.error,
                  .pressure = figures_.pressure,
                  .memory = figures_.memory,
                  .processes = figures_.processes};
    if (sample.pressure && pressure_before_) {
        for (std::size_t i = 0; i < sample.pressure->size(); ++i) (*sample.pressure)[i] -= (*pressure_before_)[i];
    }
    if (details) list_processes(now);
    recorder_->note(sample, figures_.of_group, now);
    if (!details) return;
    recorder_->looked(now, figures_.took);
    if (listener_ != nullptr) listener_->sampled(recorder_->latest());
}

void TreeWatch::list_processes(TimePoint now) {
    note_statuses();
    ProcessTable& table = recorder_->processes();
    table.begin_look();
    const TimePoint boot = time_of_boot();
    const auto members = reader_.members();
    for (std::size_t i = 0; i < members.size(); ++i) {
        const TreeMember& member = members[i];
        if (!member.is_readable()) continue;
        const ProcessKey key{.pid = member.pid, .started = member.started};
        const bool is_new = !table.has(key);
        const ProcessTable::Wish wish = table.note(
            {.key = key,
             .parent = member.above != no_member ? std::optional(member.parent) : std::nullopt,
             .start = is_new ? recorder_->since_begin(boot + duration_of_ticks(member.started)) : Duration::zero(),
             .cpu = reader_.time(i),
             .peak = reader_.peak(i),
             .name_digest = member.name_digest});
        if (wish == ProcessTable::Wish::command) table.set_command(key, command_of(member.pid));
        if (!is_new || !table.has(key)) continue;
        if (ends_.hold(key) == ProcessEnds::Held::ended) table.set_end(key, recorder_->since_begin(now));
    }
    table.end_look();
}

void TreeWatch::pause(Duration paused) {
    memory_limit_.pause(paused);
    process_limit_.pause(paused);
}

const TreeFigures& TreeWatch::figures(const TreeReader::Place& place) {
    if (command_ == 0) return figures_;  // nothing is the command's yet
    if (!figures_.memory || steady_clock::now() - figures_.at > fresh) look(place, {.memory = true});
    return figures_;
}

std::span<const TreeMember> TreeWatch::members(const TreeReader::Place& place) {
    if (steady_clock::now() - figures_.at > fresh) look(place, {});
    return reader_.members();
}

std::string TreeWatch::used(StopCause cause) const {
    switch (cause) {
        case StopCause::cpu_limit: return format_duration(cpu_limit_.used());
        case StopCause::memory_limit: return format_size(memory_limit_.most());
        case StopCause::process_limit: return fmt::format("{}", process_limit_.most());
        default: return "";
    }
}

std::string TreeWatch::remark() const {
    if (most_hidden_ == 0) return "";
    return fmt::format("--max-rss: /proc did not show the memory of {} {} (hidepid), which the limit does not count",
                       most_hidden_, most_hidden_ == 1 ? "process" : "processes");
}

bool TreeWatch::handle(int descriptor) {
    if (recorder_ == nullptr) return false;
    const auto key = ends_.take_end(descriptor);
    if (!key) return false;
    recorder_->processes().set_end(*key, recorder_->since_begin(steady_clock::now()));
    return true;
}

void TreeWatch::command_ended(int wait_status, TimePoint now) {
    if (recorder_ == nullptr || command_ == 0) return;
    ProcessTable& table = recorder_->processes();
    if (!command_key_) {
        // It had ended when its start was told.
        command_key_ = ProcessKey{.pid = command_, .started = 0};
        table.add(*command_key_,
                  {.pid = command_, .command = words_of(plan_), .start = recorder_->since_begin(started_)});
    }
    table.set_end(*command_key_, recorder_->since_begin(now));
    table.set_status(*command_key_, wait_status);
}

void TreeWatch::note_ends(TimePoint now) {
    while (const auto key = ends_.find_end()) recorder_->processes().set_end(*key, recorder_->since_begin(now));
}

void TreeWatch::note_statuses() {
    for (const auto& [key, status] : ends_.take_statuses()) recorder_->processes().set_status(key, status);
}

void TreeWatch::end(TimePoint now) {
    if (recorder_ != nullptr && command_ != 0) {
        note_ends(now);
        note_statuses();
    }
    looks_ = false;
}

void TreeWatch::conclude(const Outcome& outcome, TimePoint now) {
    if (recorder_ == nullptr) return;
    Sample last{.output = outcome.standard_output.bytes, .error = outcome.standard_error.bytes};
    const CpuTime cpu = cpu_time(outcome);
    if (cpu.user && cpu.system) {
        last.cpu = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*cpu.user + *cpu.system));
    }
    recorder_->end(last, now);
}

}  // namespace netrunner
