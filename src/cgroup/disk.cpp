#include "src/cgroup/disk.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "src/cgroup/place.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

constexpr const char* all_devices = "/sys/dev/block";

std::string text_of(dev_t number) { return fmt::format("{}:{}", major(number), minor(number)); }

std::optional<dev_t> parse_number(const std::string& text) {
    unsigned high = 0;
    unsigned low = 0;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, high);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':') return std::nullopt;
    const auto second = std::from_chars(first.ptr + 1, end, low);
    return second.ec == std::errc{} && second.ptr == end ? std::optional(makedev(high, low)) : std::nullopt;
}

}  // namespace

std::optional<std::string> whole_disk(const std::string& devices, dev_t number) {
    const std::string device = fmt::format("{}/{}", devices, text_of(number));
    if (::access(device.c_str(), F_OK) != 0) return std::nullopt;
    if (::access((device + "/partition").c_str(), F_OK) != 0) return text_of(number);
    const auto disk = read_text(device + "/../dev");  // the link leads to the partition's directory in its disk's
    return disk ? std::optional(trimmed(*disk)) : std::nullopt;
}

std::string disk_of(const std::string& option, const std::string& device) {
    if (!device.starts_with('/')) {  // the kernel refuses a number that is no disk
        const auto number = parse_number(device);
        return number ? whole_disk(all_devices, *number).value_or(device) : device;
    }
    struct stat info {};
    if (::stat(device.c_str(), &info) != 0) cgroup_failure(errno, fmt::format("{}: cannot find '{}'", option, device));
    const bool is_device = S_ISBLK(info.st_mode);
    if (!is_device && !S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) {
        cgroup_failure(ENOTBLK, fmt::format("{}: '{}' is not a disk", option, device));
    }
    const auto disk = whole_disk(all_devices, is_device ? info.st_rdev : info.st_dev);
    if (disk) return *disk;
    if (is_device) return text_of(info.st_rdev);  // no sysfs: if it is a partition, the kernel refuses it
    cgroup_failure(ENOTBLK, fmt::format("{}: the file system of '{}' is not on one disk", option, device),
                   "name the disk, such as /dev/sda");
}

}  // namespace netrunner
