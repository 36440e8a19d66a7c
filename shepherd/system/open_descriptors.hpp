// Lists the open descriptors of the calling process. The runner finds with it what the user passed (given_descriptors);
// the shepherd and the guard close that with it. It closes nothing itself and allocates nothing.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

/// Calls `visit` with the number of each descriptor above 2 that does not close on exec. Every descriptor that
/// netrunner opens does close on exec, so these are the user's. `visit` may close it. False with errno if the
/// descriptors cannot be listed; that needs one free descriptor.
template <class Visit>
bool visit_inheritable(Visit visit) {
    const Descriptor directory(::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return false;
    alignas(dirent64) std::array<char, 4096> entries;  // NOLINT: the kernel fills it
    ssize_t got = 0;
    while ((got = ::getdents64(directory.get(), entries.data(), entries.size())) > 0) {
        for (ssize_t at = 0; at < got;) {
            const auto* const entry = reinterpret_cast<const dirent64*>(entries.data() + at);
            at += entry->d_reclen;
            const char* const name = entry->d_name;
            int number = 0;  // also for "." and ".."
            std::from_chars(name, name + std::strlen(name), number);
            if (number <= STDERR_FILENO || number == directory.get()) continue;
            if (::fcntl(number, F_GETFD) == 0) visit(number);
        }
    }
    return got == 0;
}

}  // namespace netrunner
