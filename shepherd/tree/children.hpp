// Lists the children of a process from /proc/PID/task/TID/children (CONFIG_PROC_CHILDREN). The kernel lists a child
// under the thread that made it, and lists it also if the child's own files cannot be read (hidepid, proc(5)).
#pragma once

#include <dirent.h>

#include "shepherd/tree/proc_path.hpp"

namespace netrunner {

/// Calls `use(child)` for each child of one thread.
template <class Use>
void each_child_of_thread(pid_t parent, pid_t thread, Use& use) {
    const Descriptor file(
        ::open(ProcPath().text("/proc/").number(parent).text("/task/").number(thread).text("/children").get(),
               O_RDONLY | O_CLOEXEC));
    if (!file) return;
    std::array<char, 4096> text{};
    std::size_t kept = 0;
    while (true) {
        const ssize_t got = ::read(file.get(), text.data() + kept, text.size() - kept);
        if (got <= 0) break;
        const char* const end = text.data() + kept + got;
        const char* at = text.data();
        // The kernel writes a blank after every pid. A pid without one may continue in the next block.
        while (const void* found = std::memchr(at, ' ', static_cast<std::size_t>(end - at))) {
            const char* const blank = static_cast<const char*>(found);
            pid_t child = 0;
            if (std::from_chars(at, blank, child).ec == std::errc{}) use(child);
            at = blank + 1;
        }
        kept = static_cast<std::size_t>(end - at);
        std::memmove(text.data(), at, kept);
    }
}

/// Calls `use(child)` for each child of all threads of `parent`.
template <class Use>
void each_child(pid_t parent, Use use) {
    const Descriptor directory = open_proc(parent, "/task", O_DIRECTORY);
    if (!directory) return;
    alignas(dirent64) std::array<char, 4096> entries{};
    while (true) {
        const ssize_t got = ::getdents64(directory.get(), entries.data(), entries.size());
        if (got <= 0) break;
        for (ssize_t at = 0; at < got;) {
            const auto* entry = reinterpret_cast<const dirent64*>(entries.data() + at);
            at += entry->d_reclen;
            pid_t thread = 0;
            const char* name = static_cast<const char*>(entry->d_name);
            if (std::from_chars(name, name + std::strlen(name), thread).ec == std::errc{}) {
                each_child_of_thread(parent, thread, use);
            }
        }
    }
}

}  // namespace netrunner
