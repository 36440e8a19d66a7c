// Finds the whole disk behind the word of --io-max, because the kernel limits whole disks only. Called when the limit
// is written. It reads sysfs and changes nothing.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace netrunner {

/// `device` is a disk, a partition, or a file or directory on one, such as a mount point; by path, or a disk or
/// partition as MAJOR:MINOR. Returns MAJOR:MINOR of the disk. Throws SetupFailure, which names `option`.
std::string disk_of(const std::string& option, const std::string& device);

/// MAJOR:MINOR of the disk that `number` is, or is a partition of; nothing if it is neither. `devices` is the directory
/// /sys/dev/block.
std::optional<std::string> whole_disk(const std::string& devices, dev_t number);

}  // namespace netrunner
