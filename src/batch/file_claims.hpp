// Which files of --output-mode files belong to which job: a file that one job of the batch has is refused to the next
// ones, whose output would overwrite it. The planner of the jobs asks. Opens nothing. Takes 16 to 40 bytes for each
// file, and nothing if the names differ anyway.
#pragma once

#include <string>

#include "src/batch/job_key.hpp"

namespace netrunner {

class FileClaims {
  public:
    /// `may_repeat`: two jobs may have one name.
    explicit FileClaims(bool may_repeat) : may_repeat_(may_repeat) {}

    /// False if another job has the file `path`, also by another name, such as through a link to its directory.
    bool claim(const std::string& path);

  private:
    bool may_repeat_;
    KeySet files_;  ///< digests of real paths
};

}  // namespace netrunner
