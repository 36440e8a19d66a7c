// The JSON report: Outcome to bytes, and the bytes to where they were asked for. The only user of nlohmann/json.
#pragma once

#include <optional>
#include <string>

#include "src/cli/options.hpp"
#include "src/outcome/outcome.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/report/whole_file.hpp"

namespace netrunner {

/// What the report says besides the outcome itself.
struct ReportContext {
    const Options& options;
    const Outcome& outcome;
    Ending ending;
    std::string verdict;  ///< empty: none
};

/// One JSON object (docs/report.schema.json) and a newline.
std::string render_report(const ReportContext& context);

/// Where the report goes. Made before the command starts, so that a place that cannot be written to is found then.
class ReportTarget {
  public:
    /// Throws std::system_error.
    ReportTarget(const Options& options, bool stdout_was_closed);

    [[nodiscard]] bool wanted() const { return file_.has_value() || to_stdout_ || fd_.has_value(); }

    /// Whether writing may have to wait for a reader; a file is written at once.
    [[nodiscard]] bool may_wait() const { return (file_ && file_->may_wait()) || to_stdout_ || fd_.has_value(); }

    /// A file appears whole or not at all; whatever it replaces stays until then. A reader that takes nothing is waited
    /// for no longer than `patience`. Throws std::system_error.
    void write(const std::string& text, Duration patience);

  private:
    void open_place(const std::string& path);

    std::optional<WholeFile> file_;
    bool to_stdout_ = false;
    std::optional<int> fd_;
};

}  // namespace netrunner
