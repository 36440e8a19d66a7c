#include "src/batch/report_merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "src/batch/shard.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {

void ReportMerge::begin(const std::string& name) {
    files_.push_back({.name = name});
    failed_.clear();  // a job is run again by the same shard only
}

void ReportMerge::add(std::string_view text, bool is_last_and_torn) {
    File& file = files_.back();
    ++file.lines;
    if (is_last_and_torn && file.lines > 1) {
        file.has_trailer = false;
        return;
    }
    ReportLine line;
    try {
        line = parse_report_line(text);
    } catch (const UsageError& wrong) {
        throw UsageError(fmt::format("'{}' is no report of a batch: line {}: {}", file.name, file.lines, wrong.what()));
    }
    if (file.lines == 1 && !std::holds_alternative<ReportHeader>(line))
        throw UsageError(fmt::format("'{}' is no report of a batch: line 1: it is no header", file.name));
    file.has_trailer = false;
    if (const auto* header = std::get_if<ReportHeader>(&line)) {
        take_header(*header);
    } else if (auto* job = std::get_if<ReportedJob>(&line)) {
        take_job(std::move(*job));
    } else {
        file.has_trailer = true;
        file.not_started = std::get<ReportTrailer>(line).counts.not_started;
    }
}

void ReportMerge::take_header(const ReportHeader& header) {
    File& file = files_.back();
    if (file.lines > 1 && header.shard != file.shard) {
        throw UsageError(fmt::format("'{}': line {}: its shard was '{}' and is '{}' now", file.name, file.lines,
                                     shard_text(file.shard), shard_text(header.shard)));
    }
    file.shard = header.shard;
    ++segment_;
    started_at_ = started_at_ ? std::min(*started_at_, header.started_at) : header.started_at;
    file.digest = header.input_digest;  // a batch may be resumed with another input
}

void ReportMerge::take_job(ReportedJob job) {
    // A resumed batch runs a job again only if it had failed, so this is the later end of a job that failed before.
    // Of identical jobs, which have one key, the first entry is of the earliest segment.
    const auto before = failed_.lower_bound(job.key);
    const bool is_again =
        before != failed_.end() && before->first == job.key && jobs_[before->second].segment < segment_;
    std::size_t index = jobs_.size();
    const JobKey key = job.key;
    const bool has_failed = job.status != 0;
    if (!is_again) {
        jobs_.push_back({std::move(job), segment_});
    } else {
        index = before->second;
        failed_.erase(before);
        jobs_[index] = {std::move(job), segment_};
    }
    if (has_failed) failed_.emplace(key, index);
}

std::string ReportMerge::resume_hint(const File& file) {
    const std::string shard = shard_text(file.shard);
    return fmt::format("netrunner batch --resume {}{}", file.name, shard.empty() ? "" : " --shard " + shard);
}

std::vector<std::string> ReportMerge::gaps() const {
    std::vector<std::string> gaps;
    for (const File& file : files_) {
        if (file.lines == 0) {
            gaps.push_back(fmt::format("'{}' is empty: the batch has not begun", file.name));
        } else if (!file.has_trailer) {
            gaps.push_back(
                fmt::format("'{}' has no trailer: the batch is not finished ({})", file.name, resume_hint(file)));
        } else if (!file.not_started) {
            gaps.push_back(fmt::format("'{}': not all jobs were started ({})", file.name, resume_hint(file)));
        } else if (*file.not_started > 0) {
            gaps.push_back(
                fmt::format("'{}': {} jobs were not started ({})", file.name, *file.not_started, resume_hint(file)));
        }
    }
    const File* const first = files_.empty() ? nullptr : &files_.front();
    if (first == nullptr || first->shard.kind == ShardChoice::Kind::none) return gaps;
    std::vector<std::string> missing;
    std::set<std::uint64_t> reported;
    for (const File& file : files_) {
        if (file.lines > 0) reported.insert(file.shard.index);
    }
    for (std::uint64_t index = 1; index <= first->shard.count; ++index) {
        if (reported.contains(index)) continue;
        if (missing.size() == 10) {
            missing.emplace_back("...");
            break;
        }
        missing.push_back(fmt::format("{}/{}", index, first->shard.count));
    }
    if (!missing.empty()) gaps.push_back(fmt::format("no report of shard {}", fmt::join(missing, ", ")));
    return gaps;
}

MergedBatch ReportMerge::finish() {
    std::stable_sort(files_.begin(), files_.end(),
                     [](const File& a, const File& b) { return a.lines > 0 && b.lines == 0; });
    const File* known = nullptr;  // the first file with a digest
    std::map<std::uint64_t, const File*> by_index;
    for (const File& file : files_) {
        if (file.lines == 0) continue;
        const File& first = files_.front();
        if (file.shard.kind != first.shard.kind || file.shard.count != first.shard.count) {
            throw UsageError(fmt::format("'{}' and '{}' are not shards of one batch: '{}' and '{}'", first.name,
                                         file.name, shard_text(first.shard), shard_text(file.shard)));
        }
        if (known != nullptr && file.digest && known->digest != file.digest) {
            throw UsageError(
                fmt::format("'{}' and '{}' are reports of batches with different inputs", known->name, file.name));
        }
        if (known == nullptr && file.digest) known = &file;
        const auto [other, is_new] = by_index.emplace(file.shard.index, &file);
        if (!is_new) {
            throw UsageError(
                fmt::format("'{}' and '{}' are reports of the same shard", other->second->name, file.name));
        }
    }
    MergedBatch merged{.gaps = gaps(), .started_at = started_at_};
    for (Job& job : jobs_) {
        ++(job.last.status == 0 ? merged.succeeded : merged.failed);
        merged.jobs.push_back(std::move(job.last));
    }
    std::ranges::stable_sort(merged.jobs, {}, &ReportedJob::number);
    return merged;
}

}  // namespace netrunner
