#include "src/cgroup/leftover.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>

#include "shepherd/group/job_group.hpp"
#include "shepherd/group/vacated_group.hpp"
#include "src/cgroup/place.hpp"
#include "src/system/fd.hpp"
#include "src/system/setup_failure.hpp"
#include "src/system/text_file.hpp"
#include "src/values/errno_text.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

constexpr const char* mark_name = JobGroup::owner_mark;
constexpr std::chrono::milliseconds clearing_time{5000};

/// The pid behind `prefix` in a name that netrunner has made up.
std::optional<std::uint64_t> maker_of(std::string_view name, std::string_view prefix = made_up_prefix) {
    if (!name.starts_with(prefix)) return std::nullopt;
    name.remove_prefix(prefix.size());
    return number_in(name.substr(0, name.find('-')));
}

/// Removes the leaf that a killed netrunner had moved to, if it is empty, and disables the controllers that were
/// enabled for the groups beside it, if there is none: with them no process can enter the group again
/// (docs/decisions/0014).
void remove_leaf(int parent, const std::string& name, const std::string& path, const ClearingListener& told) {
    if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0) return;
    told(fmt::format("removed the empty group '{}', left by a run that was killed", path), false);
    if (has_groups_inside(parent)) return;
    for (const std::string& controller : enabled_controllers(parent)) {
        write_text_at(parent, "cgroup.subtree_control", "-" + controller);
    }
}

/// Clears and removes a locked group that a run made. Throws SetupFailure if it is a parent that is still in use.
void clear_ours(int parent, int directory, const std::string& name, const std::string& path,
                const ClearingListener& told) {
    if (owner_of(directory).empty()) {
        clear_parent(directory, path, told);
        ::unlinkat(parent, name.c_str(), AT_REMOVEDIR);
    } else {
        clear_leftover(directory, path, true, told);
    }
}

}  // namespace

Descriptor open_group_in(int directory, const std::string& name) {
    return Descriptor(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

std::vector<std::string> groups_inside(const std::string& path) {
    std::vector<std::string> names;
    std::error_code unknown;
    for (const auto& entry : std::filesystem::directory_iterator(path, unknown)) {
        if (entry.is_directory(unknown) && !entry.is_symlink(unknown)) names.push_back(entry.path().filename());
    }
    return names;
}

bool has_groups_inside(int directory) {
    struct stat info {};
    return ::fstat(directory, &info) == 0 && info.st_nlink > 2;  // itself, "." and one for each group inside
}

bool process_exists(std::uint64_t pid) { return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH; }

void refuse_used(const std::string& path, const std::string& owner) {
    cgroup_failure(EBUSY,
                   fmt::format("group '{}' is in use by another run of netrunner{}", path,
                               owner.empty() ? "" : fmt::format(" ({})", owner)),
                   "a different --cgroup PATH");
}

void refuse_populated(const std::string& path, const std::vector<std::string>& members) {
    cgroup_failure(EBUSY,
                   fmt::format("group '{}' is not netrunner's and not empty{}", path,
                               members.empty() ? "" : fmt::format(" ({})", named(members))),
                   "a different --cgroup PATH");
}

bool is_ours(int directory) {
    struct stat info {};
    return ::fstat(directory, &info) == 0 && (info.st_mode & S_ISVTX) != 0;
}

std::string owner_of(int directory) {
    std::array<char, 64> text{};
    const ssize_t length = ::fgetxattr(directory, mark_name, text.data(), text.size());
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
}

void mark_as_ours(int directory) {
    const std::string mark = fmt::format("pid {}", ::getpid());
    ::fsetxattr(directory, mark_name, mark.data(), mark.size(), 0);  // on failure, the group counts as a parent
}

void remove_mark(int directory) { ::fremovexattr(directory, mark_name); }

bool lock_group(int directory, int how) { return ::flock(directory, how | LOCK_NB) == 0; }

void clear_leftover(int directory, const std::string& path, bool remove, const ClearingListener& told) {
    JobGroup leftover;
    if (!leftover.open(duplicate(directory))) {
        if (errno == ENOENT) return;  // its run was not killed: it removed the group before this lock was taken
        cgroup_failure(errno, fmt::format("cannot open the files of group '{}'", path));
    }
    const std::string owner = owner_of(directory);
    const bool was_populated = leftover.is_populated();
    const auto end = std::chrono::steady_clock::now() + clearing_time;
    while (leftover.is_populated() && std::chrono::steady_clock::now() < end) {
        leftover.kill();
        pollfd changed{leftover.events(), POLLPRI, 0};
        ::poll(&changed, 1, 20);
    }
    const int error = remove ? leftover.remove(0) : leftover.remove_inside();
    if (error != 0 && error != ENOENT) {
        cgroup_failure(error, fmt::format("cannot clear group '{}', left by a run that was killed", path));
    }
    if (!remove) remove_mark(directory);
    told(was_populated ? fmt::format("ended the processes left in '{}' by a run that was killed ({})", path, owner)
                       : fmt::format("cleared group '{}', left by a run that was killed ({})", path, owner),
         was_populated);
}

void clear_parent(int directory, const std::string& path, const ClearingListener& told) {
    for (const std::string& name : groups_inside(path)) {
        const std::string inner_path = fmt::format("{}/{}", path, name);
        const Descriptor inner = open_group_in(directory, name);
        if (!inner) continue;
        if (is_ours(inner.get())) {
            if (!lock_group(inner.get(), LOCK_EX)) refuse_used(inner_path, owner_of(inner.get()));
            clear_ours(directory, inner.get(), name, inner_path, told);
        } else if (::unlinkat(directory, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
            refuse_populated(inner_path, processes_in(inner.get()));
        }
    }
    if (const auto members = processes_in(directory); !members.empty()) {
        cgroup_failure(
            EBUSY,
            fmt::format("group '{}' holds processes that no run of netrunner left there ({})", path, named(members)),
            "a different --cgroup PATH");
    }
}

void clear_strays(int directory, const std::string& path, const ClearingListener& told) {
    for (const std::string& name : groups_inside(path)) {
        const auto maker = maker_of(name);
        if (!maker || process_exists(*maker)) continue;
        const Descriptor stray = open_group_in(directory, name);
        if (!stray || !is_ours(stray.get()) || !lock_group(stray.get(), LOCK_EX)) continue;
        try {
            // The group around the jobs of a killed batch is a parent. Its jobs' helpers may still be at work.
            clear_ours(directory, stray.get(), name, fmt::format("{}/{}", path, name), told);
        } catch (const SetupFailure& failure) {
            told(failure_text(failure), false);  // not fatal: the new run uses another name
        }
    }
}

int clear_inside(int directory, const std::string& path, const ClearingListener& told) {
    int failed = 0;
    for (const std::string& name : groups_inside(path)) {
        failed += clear_group(directory, name, fmt::format("{}/{}", path, name), told);
    }
    return failed;
}

int clear_group(int parent, const std::string& name, const std::string& path, const ClearingListener& told) {
    if (const auto maker = maker_of(name, leaf_prefix); maker && !process_exists(*maker)) {
        remove_leaf(parent, name, path, told);
        return 0;
    }
    const Descriptor group = open_group_in(parent, name);
    if (!group) return 0;
    const bool ours = is_ours(group.get());
    const bool owned = !owner_of(group.get()).empty();
    const bool free = (ours || owned) && lock_group(group.get(), LOCK_EX);
    if (!free || !owned) {
        const int failed = clear_inside(group.get(), path, told);
        if (free) ::unlinkat(parent, name.c_str(), AT_REMOVEDIR);  // fails if it is not empty
        return failed;
    }
    try {
        clear_leftover(group.get(), path, ours, told);
        return 0;
    } catch (const SetupFailure& failure) {
        told(failure_text(failure), true);
        return 1;
    }
}

}  // namespace netrunner
