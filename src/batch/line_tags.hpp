// What stands before each line of a job: the time and the tag of --timestamps and --tag, for the output and for the log
// of -o, which is always tagged. The conductor asks for each job. Pure.
#pragma once

#include <optional>

#include "src/batch/word_template.hpp"
#include "src/cli/batch_options.hpp"
#include "src/relay/line_stamp.hpp"

namespace netrunner {

class LineTags {
  public:
    explicit LineTags(const BatchOptions& options);

    /// `job` names the stream. In what the output mode shows; nothing in the jobs' own files.
    [[nodiscard]] LineStamp shown(const Filling& job) const;
    [[nodiscard]] LineStamp logged(const Filling& job) const;

  private:
    LineStamp::Clock clock_;
    std::optional<WordTemplate> tag_;
    WordTemplate log_tag_;
    bool shows_tags_;
};

}  // namespace netrunner
