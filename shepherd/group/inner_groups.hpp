// The groups directly inside a control group, by name. JobGroup and VacatedGroup use it. It makes system calls only and
// allocates nothing.
#pragma once

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace netrunner {

/// An entry as getdents64(2) returns it.
struct DirectoryEntry {
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t length;
    std::uint8_t type;
    char name[1];  // NOLINT: the kernel's layout
};

/// Calls `use(name)` for each group directly in `directory`.
template <class Use>
void each_group(int directory, Use use) noexcept {
    alignas(DirectoryEntry) std::array<char, 2048> block{};
    ::lseek(directory, 0, SEEK_SET);
    while (true) {
        const long got = ::syscall(SYS_getdents64, directory, block.data(), block.size());
        if (got <= 0) return;
        for (long at = 0; at < got;) {
            const auto* entry = reinterpret_cast<const DirectoryEntry*>(block.data() + at);
            at += entry->length;
            const std::string_view name = entry->name;
            if (entry->type == DT_DIR && name != "." && name != "..") use(entry->name);
        }
    }
}

}  // namespace netrunner
