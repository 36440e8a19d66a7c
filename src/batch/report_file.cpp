#include "src/batch/report_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "src/system/fd.hpp"
#include "src/system/setup_failure.hpp"

namespace netrunner {
namespace {

constexpr Size step = 64 * 1024;  // room is asked for in steps, so that one call serves several jobs
constexpr auto sync_delay = std::chrono::seconds(1);

off_t offset(Size size) { return static_cast<off_t>(size); }

}  // namespace

ReportFile::ReportFile(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) return;
    is_regular_ = S_ISREG(status.st_mode);
    if (is_regular_) end_ = static_cast<Size>(status.st_size);
    allocated_ = end_;
}

ReportFile ReportFile::create(const std::string& path) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666));
    if (!file && errno == EEXIST)
        throw SetupFailure("report", EEXIST, fmt::format("cannot write the report '{}'", path), "--resume " + path);
    if (!file) throw SetupFailure("report", errno, fmt::format("cannot write the report '{}'", path));
    return {std::move(file), path};
}

ReportFile ReportFile::resume(const std::string& path) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (!file) throw SetupFailure("report", errno, fmt::format("cannot write the report '{}'", path));
    return {std::move(file), path};
}

bool ReportFile::try_lock() const {
    int result = 0;
    do {
        result = ::flock(file_.get(), LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    return result == 0 || errno != EWOULDBLOCK;  // a file system without locks protects no report
}

void ReportFile::cut(Size size) {
    if (!is_regular_) return;
    if (::ftruncate(file_.get(), offset(size)) == 0) end_ = allocated_ = size;
}

bool ReportFile::reserve(Size bytes) {
    const Size needed = end_ + reserved_ + bytes;
    if (is_regular_ && needed > allocated_) {
        // KEEP_SIZE: readers of the file see whole lines only.
        const Size wanted = (needed + step - 1) / step * step;
        for (const Size until : {wanted, needed}) {
            if (!can_allocate_) break;
            int result = 0;
            do {
                result = ::fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, offset(allocated_), offset(until - allocated_));
            } while (result != 0 && errno == EINTR);
            if (result == 0) {
                allocated_ = until;
                break;
            }
            if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EPERM) {
                can_allocate_ = false;
            } else if (until == needed) {
                return false;
            }
        }
        if (!can_allocate_) {
            // Without allocation the room can be taken by another process, but a full disk is noticed in time.
            struct statvfs disk {};
            const Size missing = reserved_ + bytes;
            if (::fstatvfs(file_.get(), &disk) == 0 && disk.f_blocks > 0 && disk.f_bavail * disk.f_frsize < missing)
                return false;
        }
    }
    reserved_ += bytes;
    return true;
}

int ReportFile::append(std::string_view line, Size reserved, TimePoint now) {
    release(reserved);
    std::string_view rest = line;
    while (!rest.empty()) {
        const IoResult result = IoResult::of(false, [&] { return ::write(file_.get(), rest.data(), rest.size()); });
        if (result.status == IoResult::Status::moved) {
            rest.remove_prefix(result.bytes);
            continue;
        }
        const int error = result.status == IoResult::Status::failed ? result.error : EAGAIN;
        // A torn line would be cut off by the next --resume, but readers before it would stumble.
        if (is_regular_ && ::ftruncate(file_.get(), offset(end_)) == 0 && allocated_ > end_) allocated_ = end_;
        return error;
    }
    end_ += line.size();
    if (allocated_ < end_) allocated_ = end_;
    if (is_regular_ && !sync_due_) sync_due_ = now + sync_delay;
    return 0;
}

int ReportFile::sync() {
    sync_due_.reset();
    if (!is_regular_) return 0;
    return ::fdatasync(file_.get()) == 0 ? 0 : errno;
}

int ReportFile::finish() {
    reserved_ = 0;
    if (is_regular_ && allocated_ > end_ && ::ftruncate(file_.get(), offset(end_)) == 0) allocated_ = end_;
    return sync();
}

}  // namespace netrunner
