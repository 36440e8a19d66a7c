#include "src/batch/batch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "src/batch/argument_space.hpp"
#include "src/batch/batch_events.hpp"
#include "src/batch/batch_group.hpp"
#include "src/batch/batch_junit.hpp"
#include "src/batch/batch_pulse.hpp"
#include "src/batch/batch_report.hpp"
#include "src/batch/conductor.hpp"
#include "src/batch/logged_outputs.hpp"
#include "src/batch/own_files.hpp"
#include "src/batch/processors.hpp"
#include "src/batch/room_for_jobs.hpp"
#include "src/batch/shard.hpp"
#include "src/link/standard_files.hpp"
#include "src/plan/facts.hpp"
#include "src/plan/retry_plan.hpp"
#include "src/relay/source.hpp"
#include "src/sampling/process_ends.hpp"
#include "src/session/console.hpp"
#include "src/system/given_descriptors.hpp"
#include "src/system/patient_open.hpp"
#include "src/system/setup_failure.hpp"
#include "src/system/terminal.hpp"
#include "src/values/errno_text.hpp"
#include "src/values/kernel_text.hpp"
#include "src/values/usage_error.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX requires the program to declare it

namespace netrunner {
namespace {

/// The input, read without blocking; null if the jobs come from `:::`.
std::unique_ptr<Source> open_input(const BatchOptions& options) {
    if (!options.lists.empty()) return nullptr;
    if (!options.input_file || *options.input_file == "-")
        return std::make_unique<Source>(Source::borrowing(STDIN_FILENO));
    struct stat status {};
    // Without O_NONBLOCK, a FIFO waits for its writer. No signal is blocked yet.
    const bool is_fifo = ::stat(options.input_file->c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
    Descriptor file(::open(options.input_file->c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | (is_fifo ? 0 : O_NONBLOCK)));
    if (file && is_fifo) ::fcntl(file.get(), F_SETFL, O_NONBLOCK);
    const bool is_directory = file && ::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode);
    if (!file || is_directory)
        throw SetupFailure("input", file ? EISDIR : errno, fmt::format("cannot read '{}'", *options.input_file));
    return std::make_unique<Source>(Source::owning(std::move(file)));
}

Facts facts_of(const BatchOptions& options, const SignalState& found, const std::array<bool, 3>& closed,
               const GivenDescriptors& given) {
    Facts facts = gather_facts(options.job, found, closed, given.passed());
    // No job shares netrunner's terminal: each has its own session (docs/decisions/0044).
    facts.has_terminal = facts.output_is_terminal = facts.error_is_terminal = false;
    facts.closed = {};
    if (options.jsonl && facts.environment.empty()) {
        for (char** entry = environ; *entry != nullptr; ++entry) facts.environment.emplace_back(*entry);
    }
    return facts;
}

/// Raises netrunner's own soft limit on descriptors for `jobs`. The commands get the limit that was found. Returns how
/// many pidfds --sample may hold beside: a job that starts needs its descriptors more.
std::size_t make_room(const RoomForJobs& room, std::uint64_t jobs, bool samples, Options& job) {
    if (const std::string refusal = room.refusal(jobs); !refusal.empty()) throw UsageError(refusal);
    rlimit limit{};
    const std::uint64_t needed = room.descriptors_for(jobs);
    const std::uint64_t wanted = needed + (samples ? PidfdRoom::most : 0);
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (limit.rlim_cur < wanted) {
        job.limits.insert(job.limits.begin(), {RLIMIT_NOFILE, limit.rlim_cur, limit.rlim_max});
        limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    const rlim_t spare = limit.rlim_cur - std::min<rlim_t>(needed, limit.rlim_cur);
    return static_cast<std::size_t>(std::min<rlim_t>(spare, PidfdRoom::most));
}

/// Each job needs a process in the group around all jobs.
void check_room_in_group(const BatchOptions& options, std::uint64_t jobs) {
    const auto limit = std::ranges::find(options.group_limits, "pids.max", &CgroupSetting::file);
    const auto most = limit == options.group_limits.end() ? std::nullopt : number_in(limit->value);
    if (most && *most < jobs)
        throw UsageError(fmt::format("-j {}: {} {} has no room for so many jobs (say -j {})", jobs, limit->option,
                                     *most, std::max<std::uint64_t>(*most, 1)));
}

std::optional<JobServerAddress> server_of_make() {
    const char* const flags = std::getenv("MAKEFLAGS");
    return flags == nullptr ? std::nullopt : job_server_in(flags);
}

std::optional<TimePoint> until(Duration limit, TimePoint begun) {
    return limit == forever ? std::nullopt : std::optional(begun + limit);
}

/// False if it could not be written, which was said.
bool write_junit(BatchJUnit& junit, Conductor& conductor, const Ending& ending,
                 const std::function<void(const std::string&)>& warn) {
    // While the wait for a reader may take long, INT, TERM and HUP end netrunner.
    if (junit.may_wait()) conductor.let_through_orders();
    try {
        junit.write(ending.signal ? std::chrono::seconds(1) : forever);
    } catch (const std::runtime_error& failure) {
        warn(failure_text(failure));
        return false;
    }
    return true;
}

}  // namespace

Ending run_batch(const BatchOptions& asked, const std::vector<std::string>& argv, TimePoint begun,
                 const std::array<bool, 3>& closed) {
    BatchOptions options = asked;
    LinePosition position;
    std::optional<LiveLine> live_line;
    const std::string obstacle = options.progress ? LiveLine::obstacle() : "";
    if (options.progress && obstacle.empty()) live_line.emplace(position);
    LiveLine* const live = live_line ? &*live_line : nullptr;
    OwnLines own_lines(position, live);
    const auto warn = [&](const std::string& text) { own_lines.say(text); };
    const auto say = [&](const std::string& text) {
        if (!options.quiet) warn(text);
    };
    ShardChoice shard = options.shard;
    if (shard.kind == ShardChoice::Kind::automatic) {
        const FoundShard found = shard_of_environment([](const char* name) {
            const char* const value = std::getenv(name);
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
        });
        shard = found.choice;
        say(fmt::format("shard {}: from {}", shard_text(found.choice), found.source));
    }
    GivenDescriptors given = GivenDescriptors::find();
    if (options.events && options.events->descriptor) given.keep(*options.events->descriptor);
    if (options.job.close_descriptors) given.withhold();
    const SignalState found = read_signal_state();
    const Facts facts = facts_of(options, found, closed, given);
    const Narrator narrate = options.verbose > 0 ? narrator(options.verbose, live, position) : Narrator();
    auto server = server_of_make();
    if (server && options.jobs) {
        narrate(1, "make's job server is not used, because -j is given");
        server.reset();
    }
    const std::uint64_t at_once = jobs_at_once(options.jobs.value_or(JobsChoice{}), usable_processors());
    RoomForJobs room = RoomForJobs::find();
    if (options.job.cgroup.path || !options.job.cgroup.settings.empty() || !options.group_limits.empty())
        room.descriptors_each += descriptors_of_group;
    const std::size_t pidfds = make_room(room, at_once, options.job.sample || options.jsonl, options.job);
    if (!server) check_room_in_group(options, at_once);
    if (!options.jsonl) {                  // a record may say these itself
        plan_retries(options.job, false);  // refuses --retry-delay without --retries
        try_given_files(options.job.directory, options.job.standard_input);
    }
    options.die_with_parent = std::exchange(options.job.die_with_parent, false);
    const CgroupChoice around = take_group_choice(options);
    const OwnFiles own_files(options);
    const auto input = open_input(options);
    std::optional<OutputLog> log;
    std::optional<BatchEvents> events;
    try {
        if (options.events) events.emplace(*options.events, begun, until(options.batch_timeout, begun));
        if (options.output_file)
            log = open_log(*options.output_file, options.append, until(options.batch_timeout, begun));
    } catch (const OpenTimedOut& failure) {
        warn(failure.what());
        return {.status = exit_limit};
    }
    JobMaker source(
        options,
        [&](std::span<std::byte> block) { return input ? input->read(block) : IoResult{IoResult::Status::end}; },
        ArgumentSpace::of_this_process(environ));
    BatchGroup group(around, !options.job.cgroup.settings.empty(), facts.cgroup_base, narrate);
    // A failure leaves no report. But a batch that is resumed may still have jobs in the group.
    const auto of_job = plan_cgroup(options.job.cgroup, facts.cgroup_base);
    if (!options.resume) group.make_if_needed(of_job);
    std::optional<BatchJUnit> junit;
    if (options.junit) junit.emplace(*options.junit, begun, closed[STDOUT_FILENO]);
    BatchReport report(options, argv, shard, source.count(), input ? input->descriptor() : -1,
                       junit ? &*junit : nullptr, warn);
    group.make_if_needed(of_job);
    // Like every narration, a line of --progress is dropped if the reader does not take it at once.
    BatchPulse pulse(
        live, [&](const std::string& text) { say_for("--progress", text, Duration::zero(), position); }, begun);
    if (!obstacle.empty()) narrate(1, "no live line is shown: " + obstacle);
    const ConductorSetup setup{.options = options,
                               .facts = facts,
                               .found = found,
                               .has_terminal = Terminal::controlling().has_value(),
                               .shard = shard,
                               .begun = begun,
                               .jobs_at_once = at_once,
                               .pidfds = pidfds,
                               .pipe_size = room.pipe_size(at_once),
                               .server = server,
                               .group = group,
                               .input = input ? input->descriptor() : -1,
                               .own_files = own_files,
                               .log = log ? &*log : nullptr,
                               .narrate = narrate,
                               .say = say,
                               .warn = warn,
                               .own_lines = own_lines,
                               .error_file = {&position, live},
                               .pulse = options.progress ? &pulse : nullptr,
                               .events = events ? &*events : nullptr};
    Conductor conductor(setup, source, report);
    const Halting& halting = conductor.run();
    pulse.hide();
    Ending ending = halting.ending();
    const std::vector<std::string> of_group = group.remove();
    const int output_error = conductor.output_error();
    if (output_error != 0 && output_error != EPIPE) {
        warn(fmt::format("cannot write the output of the jobs: {}", errno_text(output_error)));
        ending = {.status = exit_own_failure};
    }
    if (conductor.has_lost_output()) {
        warn("cannot read the spill file: output of jobs is lost");
        ending = {.status = exit_own_failure};
    }
    if (conductor.has_lost_log()) ending = {.status = exit_own_failure};
    if (junit && !write_junit(*junit, conductor, ending, warn)) ending = {.status = exit_own_failure};
    // Signals are held meanwhile, so a reader that takes nothing gets no more than this.
    if (events) report.note_events(events->finish(std::chrono::steady_clock::now() + std::chrono::seconds(1)));
    if (!report.finish(halting, ending.status)) ending = {.status = exit_own_failure};
    conductor.let_through_orders();
    for (const std::string& line : of_group) say(line);
    for (const std::string& line : report.summary(halting)) say(line);
    return ending;
}

}  // namespace netrunner
