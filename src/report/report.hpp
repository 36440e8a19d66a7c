// The JSON report: renders an Outcome and writes the text to the place that the options name. Called by main. With
// doctor/diagnosis, the only user of nlohmann/json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/cli/options.hpp"
#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/report/written_place.hpp"

namespace netrunner {

/// What the report is made from.
struct ReportContext {
    const Options& options;
    const Outcome& outcome;
    Ending ending;
    std::string verdict;  ///< empty: none
    /// False if processes could only be signalled by their pid (docs/decisions/0054).
    bool used_pidfds = true;
};

inline constexpr int report_schema = 1;

/// One JSON object, as docs/report.schema.json describes it, and a newline.
std::string render_report(const ReportContext& context);

/// What names a job in the report of a batch.
struct JobNames {
    std::optional<std::string> id{};
    std::uint64_t number = 0;
    std::vector<std::string> record{};  ///< its values
    std::string key;                    ///< what a resumed batch recognises it by
};
/// The same object in one line, with `type` "job" and what names the job.
std::string render_job_line(const ReportContext& context, const JobNames& job);

/// Where the report goes. main makes it before the command starts, so that a place that cannot be written is refused
/// before the run.
class ReportTarget {
  public:
    /// Throws std::system_error if the place cannot be written.
    ReportTarget(const Options& options, bool stdout_was_closed);

    [[nodiscard]] bool wanted() const { return place_.has_value() || fd_.has_value(); }

    /// Whether the report goes where the command's relayed output goes.
    [[nodiscard]] bool on_stdout() const { return place_ && place_->on_stdout(); }

    /// Whether write() may have to wait for a reader. Writing a regular file does not wait.
    [[nodiscard]] bool may_wait() const { return (place_ && place_->may_wait()) || fd_.has_value(); }

    /// A file appears complete or not at all, and replaces the previous file only then. Waits at most `patience` for
    /// the reader of each place. Throws std::runtime_error.
    void write(const std::string& text, Duration patience);

  private:
    std::optional<WrittenPlace> place_;
    std::optional<int> fd_;
};

}  // namespace netrunner
