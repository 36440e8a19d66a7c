// The files of --output-mode files=TEMPLATE: the name for each job and stream, and the open file with the directories
// above it. The conductor asks before it starts a job. Only `open_output` touches the disk.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <string>
#include <string_view>

#include "shepherd/system/descriptor.hpp"
#include "src/batch/word_template.hpp"

namespace netrunner {

class OutputNames {
  public:
    /// Throws UsageError if the template has no placeholder of a job, so that all jobs would write the same file.
    explicit OutputNames(const std::string& name_template);

    /// False: the template has no {stream}, and both streams of a job go to one file, opened once.
    [[nodiscard]] bool parts_streams() const { return parts_streams_; }

    /// False: each job has a name of its own, because only its number is in the name. `has_ids`: records may have ids.
    [[nodiscard]] bool may_repeat(bool has_ids) const {
        return template_.has_values() || (has_ids && template_.has_id());
    }

    /// Throws UsageError if the job's values or its id make no file name, or lead out of the directory that the
    /// template begins with: by `..`, or by a `/` at the start. They may name directories below it.
    [[nodiscard]] std::string path(const Filling& filling) const;

  private:
    [[nodiscard]] bool stays_below(std::string_view path) const;

    std::string text_;
    WordTemplate template_;
    bool parts_streams_;
};

/// Makes the missing directories, then the file; an existing file stays as it is, and a FIFO is not opened. `refuse`
/// may throw for it. Throws SetupFailure.
Descriptor open_output(const std::string& path, const std::function<void(const struct stat& file)>& refuse = {});

}  // namespace netrunner
