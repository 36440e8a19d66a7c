// The file of a batch's report while the batch runs: appends whole lines, keeps room on the disk for the lines that are
// still to come, and asks the disk to keep them. It knows no format, and no clock: the time is passed in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shepherd/system/descriptor.hpp"
#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class ReportFile {
  public:
    /// Makes the new file `path`. Throws SetupFailure, also if it exists.
    static ReportFile create(const std::string& path);
    /// Opens `path` for reading and appending, and makes it if it does not exist. Throws SetupFailure.
    static ReportFile resume(const std::string& path);

    /// Takes the lock (flock(2)) that belongs to the open file: every process that inherits `descriptor` keeps it.
    /// False if another batch, or a guard of it, has the lock.
    [[nodiscard]] bool try_lock() const;
    /// To be inherited by the guards, and to be read by --resume.
    [[nodiscard]] int descriptor() const { return file_.get(); }

    /// Cuts the file after `size` bytes, and appends there from now on.
    void cut(Size size);

    /// Keeps room for `bytes` more than is reserved already. False if the disk has no room; nothing changes then.
    [[nodiscard]] bool reserve(Size bytes);
    /// Gives up `bytes` of the reserved room that are not needed.
    void release(Size bytes) { reserved_ -= bytes < reserved_ ? bytes : reserved_; }
    [[nodiscard]] Size reserved() const { return reserved_; }

    /// Appends `line` in one write. `reserved`: how much of the reserved room was meant for it. Returns 0 or errno;
    /// after a failure the file ends with the line before.
    int append(std::string_view line, Size reserved, TimePoint now);

    /// When to call `sync`: a second after the first line that the disk need not have yet.
    [[nodiscard]] std::optional<TimePoint> sync_due() const { return sync_due_; }
    /// fdatasync(2). Returns 0 or errno.
    int sync();
    /// Gives the reserved room back and syncs. Returns 0 or errno.
    int finish();

  private:
    ReportFile(Descriptor file, std::string path);

    Descriptor file_;
    std::string path_;
    bool is_regular_ = false;
    bool can_allocate_ = true;
    Size end_ = 0;
    Size reserved_ = 0;
    Size allocated_ = 0;  ///< up to here the disk has room
    std::optional<TimePoint> sync_due_;
};

}  // namespace netrunner
