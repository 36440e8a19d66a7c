#include "src/batch/batch_report.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "src/batch/input_digest.hpp"
#include "src/batch/report_lines.hpp"
#include "src/batch/shard.hpp"
#include "src/relay/plain_text.hpp"
#include "src/report/report.hpp"
#include "src/system/fd.hpp"
#include "src/system/setup_failure.hpp"
#include "src/values/errno_text.hpp"
#include "src/values/usage_error.hpp"
#include "src/values/visible_text.hpp"

namespace netrunner {
namespace {

/// Room that is kept for the line of each job that runs. Most lines are shorter; the disk is asked for the rest.
Size line_room(const BatchJob& job) {
    constexpr Size others = 16 * 1024;
    constexpr Size of_record = 64 * 1024;  // --sample
    constexpr Size most_of_byte = 6;       // \u0001
    Size length = 0;
    for (const std::string& word : job.options.command) length += word.size();
    for (const std::string& value : job.values) length += value.size();
    return others + (job.options.sample ? of_record : 0) + most_of_byte * length;
}
constexpr std::size_t most_slow = 5;

/// Of a job, to be said: without escape sequences, and with blanks for tabs.
std::string shown_lines(const std::string& output) {
    std::string lines = plain_text(output);
    std::ranges::replace(lines, '\t', ' ');
    return lines;
}

/// A word of a command line as a shell reads it. For control characters, which a line cannot have, that is a shell with
/// $'...', as bash and zsh.
std::string shell_word(const std::string& word) {
    const bool has_control = std::ranges::any_of(word, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    const auto is_plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("_-+=./,:@%").find(c) != std::string_view::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, is_plain)) return word;
    std::string text = has_control ? "$'" : "'";
    for (const char c : has_control ? visible_text(word) : word) {
        if (c == '\'') {
            text += has_control ? "\\'" : "'\\''";
        } else {
            text += c;
        }
    }
    return text + "'";
}

/// A report with the jobs of two shards could not be merged with any other. Also, a job array that is submitted again
/// for one task counts one task: that task would run the jobs of the other shards. `asked`: as typed.
[[noreturn]] void refuse_shard(const std::string& report, const ShardChoice& reported, const ShardChoice& asked,
                               const ShardChoice& found) {
    const std::string here = shard_text(found);
    const std::string there = shard_text(reported);
    const bool is_automatic = asked.kind == ShardChoice::Kind::automatic;
    const std::string option = is_automatic   ? fmt::format("--shard auto: this is shard {}, but", here)
                               : here.empty() ? "--resume without --shard:"
                                              : fmt::format("--shard {}:", here);
    if (there.empty())
        throw UsageError(fmt::format("{} '{}' is the report of a whole batch (leave --shard out)", option, report));
    throw UsageError(fmt::format("{} '{}' is the report of shard {} (say --shard {})", option, report, there, there));
}

}  // namespace

BatchReport::BatchReport(const BatchOptions& options, std::vector<std::string> argv, ShardChoice shard,
                         std::optional<std::uint64_t> jobs, int input, BatchJUnit* junit, Say say)
    : options_(options), argv_(std::move(argv)), shard_(shard), junit_(junit), say_(std::move(say)) {
    if (!options.report && !options.resume) return;
    bool resumed = false;
    if (options.resume) {
        file_.emplace(ReportFile::resume(*options.resume));
        await_lock();
        const auto read = [this](std::span<std::byte> room) {
            return IoResult::of(true, [&] { return ::read(file_->descriptor(), room.data(), room.size()); });
        };
        ReportScan scan = scan_report(read, *options.resume);
        if (scan.shard && *scan.shard != shard_) refuse_shard(*options.resume, *scan.shard, options.shard, shard_);
        if (scan.torn > 0) {
            note(fmt::format("'{}': cut off a line of {} bytes that was not written to its end", *options.resume,
                             scan.torn));
            file_->cut(scan.whole);
        }
        resumed = !scan.is_empty;
        done_ = std::move(scan.done);
    } else {
        file_.emplace(ReportFile::create(*options.report));
        if (!file_->try_lock()) throw SetupFailure("report", EBUSY, "cannot lock the report");
    }
    const std::string header = render_header({.argv = argv_,
                                              .input_digest = input_digest(options, input),
                                              .jobs = jobs,
                                              .shard = shard_,
                                              .resumed = resumed,
                                              .started_at = std::chrono::system_clock::now()});
    if (const int error = file_->append(header, 0, std::chrono::steady_clock::now()); error != 0)
        throw SetupFailure("report", error, "cannot write the report");
}

/// Waits until no process of an earlier batch with this report is left: no two trees of one job run at once.
void BatchReport::await_lock() const {
    constexpr std::chrono::milliseconds interval{100};
    if (file_->try_lock()) return;
    note(fmt::format("'{}': waiting for the end of the batch that writes it, or of its last job", *options_.resume));
    while (!file_->try_lock()) std::this_thread::sleep_for(interval);
}

void BatchReport::note(const std::string& line) const {
    if (!options_.quiet) say_(line);
}

JobKeeper::Choice BatchReport::choose(const BatchJob& job) {
    if (!is_in_shard(shard_, job.number, job.key)) return Choice::not_ours;
    if (!options_.resume || !done_.take(job.key)) return Choice::run;
    if (junit_ != nullptr) junit_->skipped(job);
    return Choice::skip;
}

bool BatchReport::reserve(const BatchJob& job) {
    if (!file_ || error_ != 0) return error_ == 0;
    if (file_->reserve(line_room(job))) return true;
    error_ = ENOSPC;
    say_(fmt::format("cannot write the report: {} (no more jobs start)", errno_text(error_)));
    return false;
}

bool BatchReport::ended(const EndedJob& ended) {
    note_wall(ended);
    const std::string verdict = verdict_of(ended.outcome);
    if (ended.ending.status != 0 && !first_failure_) {
        const std::string what = !verdict.empty() ? verdict : describe_end(ended.outcome);
        first_failure_ = {.name = ended.job.name(), .what = what, .last_output = shown_lines(ended.last_output)};
    }
    if (junit_ != nullptr) junit_->ended(ended);
    if (!file_) return true;
    const std::string line = render_job_line(
        {.options = ended.job.options, .outcome = ended.outcome, .ending = ended.ending, .verdict = verdict},
        {.id = ended.job.id, .number = ended.job.number, .record = ended.job.values, .key = key_text(ended.job.key)});
    const int error = file_->append(line, line_room(ended.job), std::chrono::steady_clock::now());
    return error == 0 || fail(line, error);
}

/// What the report does not take goes to standard error.
bool BatchReport::fail(const std::string& line, int error) {
    if (error_ == 0) say_(fmt::format("cannot write the report: {} (no more jobs start)", errno_text(error)));
    error_ = error;
    say_(fmt::format("not in the report: {}", std::string_view(line).substr(0, line.size() - 1)));
    return false;
}

bool BatchReport::sync(TimePoint /*now*/) {
    const int error = file_->sync();
    if (error == 0) return true;
    error_ = error;
    say_(fmt::format("cannot write the report: {} (no more jobs start)", errno_text(error)));
    return false;
}

std::optional<TimePoint> BatchReport::sync_due() const { return file_ ? file_->sync_due() : std::nullopt; }

bool BatchReport::finish(const Halting& halting, int status) {
    if (!file_) return true;
    const std::string line = render_trailer({.counts = halting.counts(),
                                             .status = status,
                                             .ended_at = std::chrono::system_clock::now(),
                                             .events = events_});
    if (const int error = file_->append(line, 0, std::chrono::steady_clock::now()); error != 0)
        return fail(line, error);
    const int error = file_->finish();
    if (error != 0) say_(fmt::format("cannot write the report: {}", errno_text(error)));
    return error == 0;
}

void BatchReport::note_wall(const EndedJob& ended) {
    const double wall = std::chrono::duration<double>(ended.outcome.wall).count();
    if (slowest_.size() == most_slow && wall <= slowest_.back().wall) return;
    const auto place = std::ranges::find_if(slowest_, [&](const Slow& each) { return each.wall < wall; });
    slowest_.insert(place, {wall, ended.job.name()});
    if (slowest_.size() > most_slow) slowest_.pop_back();
}

/// Then the command line alone does not have the records.
bool BatchReport::reads_stdin() const { return options_.lists.empty() && options_.input_file.value_or("-") == "-"; }

std::string BatchReport::resume_command() const {
    const auto& file = options_.resume ? options_.resume : options_.report;
    if (!file) return "";
    std::string text;
    bool is_resumed = false;
    for (std::size_t at = 0; at < argv_.size(); ++at) {
        std::string word = argv_[at];
        if (!is_resumed && word == "--report") word = "--resume";
        if (!is_resumed && word.starts_with("--report=")) word = "--resume=" + word.substr(9);
        is_resumed = is_resumed || word.starts_with("--resume");
        text += (text.empty() ? "" : " ") + shell_word(word);
    }
    return text;
}

std::vector<std::string> BatchReport::summary(const Halting& halting) const {
    const BatchCounts& counts = halting.counts();
    std::vector<std::string> lines;
    if (counts.finished() + counts.skipped == 0 && counts.not_started == 0 && halting.may_start()) {
        lines.push_back(shard_.kind == ShardChoice::Kind::none
                            ? "there was nothing to do: the input has no record"
                            : fmt::format("there was nothing to do: no job is in shard {}", shard_text(shard_)));
        return lines;
    }
    std::string line = fmt::format("{} succeeded, {} failed", counts.succeeded, counts.failed);
    if (counts.lost > 0) line += fmt::format(" ({} lost)", counts.lost);
    if (counts.skipped > 0) line += fmt::format(", {} skipped", counts.skipped);
    const bool is_whole = counts.not_started == 0;
    if (!is_whole)
        line += counts.not_started ? fmt::format(", {} not started", *counts.not_started) : ", not all were started";
    lines.push_back(line);
    if (first_failure_) {
        lines.push_back(fmt::format("the first failure: job {}: {}", first_failure_->name, first_failure_->what));
        std::string_view rest = first_failure_->last_output;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            lines.push_back(fmt::format("  {}", rest.substr(0, end)));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    std::vector<std::string> slow;
    for (const Slow& each : slowest_) slow.push_back(fmt::format("{} ({:.1f}s)", each.name, each.wall));
    if (counts.finished() > 1) lines.push_back(fmt::format("the slowest: {}", fmt::join(slow, ", ")));
    if ((counts.failed > 0 || !is_whole) && !resume_command().empty())
        lines.push_back(
            fmt::format("{}: {}", reads_stdin() ? "to resume, with the same input" : "to resume", resume_command()));
    return lines;
}

}  // namespace netrunner
