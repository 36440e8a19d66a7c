#include "src/batch/spill_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <string>

namespace netrunner {
namespace {

constexpr Size smallest_segment = 64 * 1024;
/// So that the list of segments is short, whatever the limit is. A segment takes no disk space before it is written.
constexpr Size most_segments = 16 * 1024;

Size rounded_up(Size size, Size unit) { return (size + unit - 1) / unit * unit; }

}  // namespace

SpillFile::SpillFile(Size most) : most_(most), segment_size_(rounded_up(most / most_segments + 1, smallest_segment)) {}

bool SpillFile::open() {
    if (file_) return true;
    const char* const named = std::getenv("TMPDIR");
    const std::string folder = named != nullptr && *named != '\0' ? named : "/tmp";
    file_ = Descriptor(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file_) {
        // Some file systems have no O_TMPFILE.
        std::string path = folder + "/netrunner-XXXXXX";
        file_ = Descriptor(::mkostemp(path.data(), O_CLOEXEC));
        if (file_) ::unlink(path.c_str());
    }
    if (file_) find_page_size();
    return bool(file_);
}

/// Disk space is taken and given back in units of the file system, or of the page cache.
void SpillFile::find_page_size() {
    struct statvfs system {};
    page_ = static_cast<Size>(::sysconf(_SC_PAGESIZE));
    if (::fstatvfs(file_.get(), &system) != 0) return;
    const Size unit = system.f_frsize;
    if (std::has_single_bit(unit) && unit <= smallest_segment) page_ = std::max(page_, unit);
}

off_t SpillFile::place(Segment segment, Size offset) const {
    return static_cast<off_t>(segment * segment_size_ + offset);
}

SpillFile::Segment SpillFile::take() {
    if (most_ < page_ || !open()) return none;
    if (!unused_.empty()) {
        const Segment segment = unused_.back();
        unused_.pop_back();
        return segment;
    }
    const auto segment = static_cast<Segment>(segments_.size());
    segments_.emplace_back();
    // A write behind the end makes some file systems keep much more space than it needs.
    [[maybe_unused]] const int refused = ::ftruncate(file_.get(), place(segment + 1, 0));
    return segment;
}

std::size_t SpillFile::write(Segment segment, Size offset, std::span<const std::byte> bytes) {
    State& state = segments_[segment];
    const auto first = static_cast<std::uint32_t>(offset / page_);
    if (state.low == state.high) state.low = state.high = first;
    Size left = most_ / page_ - std::min(most_ / page_, pages_);
    if (first < state.low) {
        // The segment is used again, and the last pages could not be given back.
        const Size fresh = state.low - first;
        if (fresh > left) return 0;
        left -= fresh;
        pages_ += fresh;
        state.low = first;
    }
    const Size until = std::min(segment_size_, (state.high + left) * page_);
    bytes = bytes.first(static_cast<std::size_t>(std::min<Size>(until - std::min(until, offset), bytes.size())));
    if (bytes.empty()) return 0;
    const ssize_t result = ::pwrite(file_.get(), bytes.data(), bytes.size(), place(segment, offset));
    if (result <= 0) return 0;
    auto written = static_cast<Size>(result);
    const Size before = state.high * page_;
    const Size after = std::max(before, rounded_up(offset + written, page_));
    if (after > before && is_over_limit()) {
        // The file system itself needs space for a file with many holes.
        if (punch(segment, before, after)) return static_cast<std::size_t>(before - std::min(before, offset));
    }
    pages_ += (after - before) / page_;
    state.high = static_cast<std::uint32_t>(after / page_);
    return static_cast<std::size_t>(written);
}

bool SpillFile::is_over_limit() const {
    constexpr Size unit_of_blocks = 512;
    struct stat info {};
    return ::fstat(file_.get(), &info) == 0 && static_cast<Size>(info.st_blocks) * unit_of_blocks > most_;
}

std::size_t SpillFile::read(Segment segment, Size offset, std::span<std::byte> room) const {
    room = room.first(static_cast<std::size_t>(std::min<Size>(segment_size_ - offset, room.size())));
    const ssize_t got = ::pread(file_.get(), room.data(), room.size(), place(segment, offset));
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

/// Of the segment, in whole pages. False: it failed, or the file system cannot make holes.
bool SpillFile::punch(Segment segment, Size from, Size until) {
    if (!can_punch_) return false;
    int result = 0;
    do {
        result = ::fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, place(segment, from),
                             static_cast<off_t>(until - from));
    } while (result != 0 && errno == EINTR);
    if (result != 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EPERM)) can_punch_ = false;
    return result == 0;
}

void SpillFile::free_before(Segment segment, Size offset) {
    State& state = segments_[segment];
    const auto first = std::min(static_cast<std::uint32_t>(offset / page_), state.high);
    if (first <= state.low || !punch(segment, state.low * page_, first * page_)) return;
    pages_ -= first - state.low;
    state.low = first;
}

void SpillFile::give_back(Segment segment) {
    State& state = segments_[segment];
    if (unused_.size() + 1 == segments_.size() && ::ftruncate(file_.get(), 0) == 0) {
        segments_.clear();
        unused_.clear();
        pages_ = 0;
        return;
    }
    // Without holes, its pages stay on the disk and are written again.
    free_before(segment, state.high * page_);
    if (state.low == state.high) state.low = state.high = 0;
    unused_.push_back(segment);
}

}  // namespace netrunner
