// Joins the reports of the shards of one batch: checks that they belong together and are complete, and counts the jobs
// by their last end (`netrunner report merge`). The caller reads the files and prints. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/batch/report_lines.hpp"

namespace netrunner {

struct MergedBatch {
    std::vector<ReportedJob> jobs{};  ///< each with its last end, in the order of their numbers
    std::vector<std::string> gaps{};  ///< what is missing or unfinished, a message each
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
    std::optional<std::chrono::system_clock::time_point> started_at{};  ///< of the shard that began first

    /// 0: the batch is whole, also with failed jobs. 1: a shard is missing or unfinished.
    [[nodiscard]] int status() const { return gaps.empty() ? 0 : 1; }
};

class ReportMerge {
  public:
    /// The lines that follow are those of the report `name`.
    void begin(const std::string& name);
    /// A line without its newline. `is_last_and_torn`: it has none, because its writer was killed. Throws UsageError if
    /// it is no line of a batch's report, or of another batch than the first file.
    void add(std::string_view line, bool is_last_and_torn = false);
    /// After the last line of the last file. Throws UsageError if two files are the same shard.
    MergedBatch finish();

  private:
    struct File {
        std::string name;
        ShardChoice shard{};
        std::uint64_t lines = 0;
        std::optional<std::string> digest{};           ///< of the input, as the last header has it
        bool has_trailer = false;                      ///< as its last line
        std::optional<std::uint64_t> not_started = 0;  ///< nothing: not known
    };
    struct Job {
        ReportedJob last;
        std::uint64_t segment;  ///< of the file: a header begins one
    };

    void take_header(const ReportHeader& header);
    void take_job(ReportedJob job);
    [[nodiscard]] static std::string resume_hint(const File& file);
    [[nodiscard]] std::vector<std::string> gaps() const;

    std::vector<File> files_;
    std::optional<std::chrono::system_clock::time_point> started_at_;
    std::uint64_t segment_ = 0;
    std::vector<Job> jobs_;
    std::multimap<JobKey, std::size_t> failed_;  ///< indices in `jobs_` of jobs that a later segment may have run again
};

}  // namespace netrunner
