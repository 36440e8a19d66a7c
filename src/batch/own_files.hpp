// The files that a batch writes itself: the log of -o, the report and the JUnit file. Refuses options that would
// overwrite one of them or the input, before anything is opened or emptied, and output files of jobs that are one of
// them. `batch` makes it, the conductor asks.
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "src/cli/batch_options.hpp"

namespace netrunner {

class OwnFiles {
  public:
    /// Throws UsageError; SetupFailure if an option names a descriptor that is not open.
    explicit OwnFiles(const BatchOptions& options);

    /// Throws UsageError if `file`, which a job calls `name`, is one of them.
    void refuse(const struct stat& file, const std::string& name) const;
    /// The same for a file that may not exist. Of no use for a file that the job's start would make.
    void refuse(const std::string& name) const;

  private:
    struct Own {
        const char* option;
        std::string name;
    };
    std::vector<Own> all_;
};

}  // namespace netrunner
