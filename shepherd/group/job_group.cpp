#include "shepherd/group/job_group.hpp"

#include <fcntl.h>
#include <linux/limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "shepherd/group/inner_groups.hpp"

namespace netrunner {
namespace {

/// How many levels of groups are searched for processes; each level takes one descriptor. cgroup.kill and the removal
/// have no such limit.
constexpr int deepest = 64;
constexpr int removal_attempts = 10;
constexpr int freeze_wait_ms = 200;

bool put(const Descriptor& file, std::string_view text) noexcept {
    return file && ::pwrite(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

Descriptor open_group(int at, const char* name) noexcept {
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    Descriptor group(::openat(at, name, flags));
    if (!group && errno == EACCES) {
        // The group's owner may have taken our permission away. Restore it, or the group could never be removed.
        ::fchmodat(at, name, 0700, 0);
        group = Descriptor(::openat(at, name, flags));
    }
    return group;
}

/// Calls `use(pid)` for each process in `directory` and in the groups up to `depth` levels below, until it returns
/// false. False if it did.
template <class Use>
bool each_member(int directory, int depth, Use use) noexcept {
    // A threaded group lists only its threads; the id of any of them stands for its process.
    for (const char* name : {"cgroup.procs", "cgroup.threads"}) {
        const Descriptor file(::openat(directory, name, O_RDONLY | O_CLOEXEC));
        std::array<char, 4096> block{};
        std::size_t kept = 0;
        ssize_t got = 0;
        while (file && (got = ::read(file.get(), block.data() + kept, block.size() - kept)) > 0) {
            const std::string_view text(block.data(), kept + static_cast<std::size_t>(got));
            std::size_t from = 0;
            for (std::size_t end = 0; (end = text.find('\n', from)) != std::string_view::npos; from = end + 1) {
                pid_t pid = 0;
                std::from_chars(text.data() + from, text.data() + end, pid);
                if (pid > 1 && !use(pid)) return false;  // 0: a process outside of this PID namespace
            }
            kept = text.size() - from;
            std::memmove(block.data(), block.data() + from, kept);
        }
        if (got == 0) break;
    }
    bool goes_on = true;
    if (depth == 0) return goes_on;
    each_group(directory, [&](const char* name) {
        if (!goes_on) return;
        if (const Descriptor group = open_group(directory, name)) goes_on = each_member(group.get(), depth - 1, use);
    });
    return goes_on;
}

/// Writes the name of one of the groups in `directory` to `name`; false if there is none.
bool find_group(int directory, std::array<char, NAME_MAX + 1>& name) noexcept {
    bool found = false;
    each_group(directory, [&](const char* seen) {
        if (!found) ::strncpy(name.data(), seen, name.size() - 1);
        found = true;
    });
    return found;
}

/// Removes the groups in `directory` at any depth; false if one cannot be removed. It descends to a group without
/// groups inside, removes that one and begins again at the top, so that two descriptors are enough.
bool remove_groups(int directory) noexcept {
    std::array<char, NAME_MAX + 1> name{};
    while (find_group(directory, name)) {
        Descriptor above;
        int at = directory;
        while (::unlinkat(at, name.data(), AT_REMOVEDIR) != 0) {
            if (errno == ENOENT) break;
            if (errno != EBUSY && errno != ENOTEMPTY) return false;
            Descriptor group = open_group(at, name.data());
            if (!group || !find_group(group.get(), name)) return false;  // a process is in it
            above = std::move(group);
            at = above.get();
        }
    }
    return true;
}

/// Whether a process of the group is spared: by the marks of `known` or, if it is not there, for its own sake.
bool is_left(pid_t pid, std::span<const TreeMember> known, const SpareRule& spare) noexcept {
    const auto found = std::ranges::find(known, pid, &TreeMember::pid);
    if (found != known.end()) return found->spared != Spared::no;
    TreeMember member;
    return see_member(pid, 0, member) && is_spared(spare, member);
}

bool move(pid_t pid, const Descriptor& procs) noexcept {
    std::array<char, 16> text{};
    const char* const end = std::to_chars(text.data(), text.data() + text.size(), pid).ptr;
    return put(procs, {text.data(), static_cast<std::size_t>(end - text.data())});
}

/// True if `path` leads to the open directory, not to a later directory of the same name.
bool is_at(int directory, const char* path) noexcept {
    struct stat there {};
    struct stat here {};
    return ::stat(path, &there) == 0 && ::fstat(directory, &here) == 0 && there.st_dev == here.st_dev &&
           there.st_ino == here.st_ino;
}

/// The path of an open directory, from /proc/self/fd. Empty if the directory was removed (errno is ENOENT) or if a call
/// fails.
std::string_view path_of(int directory, std::array<char, PATH_MAX>& room) noexcept {
    std::array<char, 32> link{"/proc/self/fd/"};
    *std::to_chars(link.data() + std::strlen(link.data()), link.data() + link.size() - 1, directory).ptr = '\0';
    const ssize_t length = ::readlink(link.data(), room.data(), room.size() - 1);
    if (length <= 0) return {};
    room[static_cast<std::size_t>(length)] = '\0';
    // The kernel appends " (deleted)" to the path of a removed directory, but a name may also end so. Compare the
    // inodes.
    errno = ENOENT;
    return is_at(directory, room.data()) ? std::string_view(room.data(), static_cast<std::size_t>(length))
                                         : std::string_view();
}

}  // namespace

bool JobGroup::open(Descriptor directory) noexcept {
    directory_ = std::move(directory);
    const auto file = [&](const char* name, int flags) {
        return Descriptor(::openat(directory_.get(), name, flags | O_CLOEXEC));
    };
    procs_ = file("cgroup.procs", O_WRONLY);
    events_ = file("cgroup.events", O_RDONLY);
    // Older kernels lack cgroup.kill, or both files. cgroup.freeze is used only without cgroup.kill.
    kill_ = file("cgroup.kill", O_WRONLY);
    if (!kill_ && errno != ENOENT) return false;
    freeze_ = file("cgroup.freeze", O_WRONLY);
    if (!freeze_ && errno != ENOENT) return false;
    return procs_ && events_;
}

void JobGroup::kill() noexcept {
    if (put(kill_, "1")) return;
    // Freeze the group while its processes are listed and killed, so that none can fork or leave. Thaw it afterwards,
    // because some processes die only then.
    put(freeze_, "1");
    pollfd changed{events_.get(), POLLPRI, 0};
    ::poll(&changed, 1, freeze_wait_ms);
    each_member(directory_.get(), deepest, [](pid_t pid) {
        ::kill(pid, SIGKILL);
        return true;
    });
    put(freeze_, "0");
}

bool JobGroup::let_spared_leave(const Tree& tree, std::span<TreeMember> room) noexcept {
    if (!tree.spare) return true;
    // A process can be born in the group between the walk and its parent's move. So walk until nothing has to move.
    constexpr int most_walks = 100;
    for (int walk = 0; walk < most_walks; ++walk) {
        const auto known = room.first(find_tree(tree, room));
        bool moved = false;
        bool stays = false;
        each_member(directory_.get(), deepest, [&](pid_t pid) {
            if (is_left(pid, known, tree.spare)) (move(pid, home_) ? moved : stays) = true;
            return true;
        });
        if (stays) return false;
        if (!moved) return true;
    }
    return false;
}

bool JobGroup::let_all_leave() noexcept {
    for (int attempt = 0; attempt < removal_attempts && is_populated(); ++attempt) {
        bool moved = false;
        each_member(directory_.get(), deepest, [&](pid_t pid) {
            moved = move(pid, home_) || moved;
            return true;
        });
        if (!moved) break;
    }
    return !is_populated();
}

void JobGroup::disown() noexcept {
    ::fremovexattr(directory_.get(), owner_mark);
    struct stat info {};
    constexpr mode_t all_bits = 07777;
    if (::fstat(directory_.get(), &info) == 0 && (info.st_mode & all_bits) == made_by_run) {
        ::fchmod(directory_.get(), made_by_run & ~static_cast<mode_t>(S_ISVTX));
    }
}

bool JobGroup::has_unspared(std::span<const TreeMember> known, const SpareRule& spare) const noexcept {
    return !each_member(directory_.get(), deepest, [&](pid_t pid) {
        TreeMember member;
        return is_left(pid, known, spare) || !see_member(pid, 0, member) || member.is_dead();
    });
}

template <class Use>
void JobGroup::each_other(std::span<const TreeMember> known, const SpareRule& spare, Use use) const noexcept {
    each_member(directory_.get(), deepest, [&](pid_t pid) {
        TreeMember member;
        const bool is_known = std::ranges::find(known, pid, &TreeMember::pid) != known.end();
        return is_known || !see_member(pid, 0, member) || member.is_dead() || is_spared(spare, member) || use(member);
    });
}

std::size_t JobGroup::find_others(std::span<const TreeMember> known, const SpareRule& spare,
                                  std::span<TreeMember> room) const noexcept {
    std::size_t count = 0;
    if (room.empty()) return count;
    each_other(known, spare, [&](const TreeMember& member) {
        room[count++] = member;
        return count < room.size();
    });
    return count;
}

void JobGroup::signal_others(std::span<const TreeMember> known, const SpareRule& spare, OuterOrder order,
                             TreeVisitor visitor, void* context) const noexcept {
    each_other(known, spare, [&](const TreeMember& member) {
        if (may_signal(member)) visitor(context, member);
        if (member.is_readable()) {
            signal_process(member, order, order.signal != SIGKILL && member.name == OwnName::runner);
            return true;
        }
        // If the group still lists the pid, the process is not a later one with the same pid.
        const HeldProcess held(member.pid);
        const bool listed = !each_member(directory_.get(), deepest, [&](pid_t pid) { return pid != member.pid; });
        if (held && listed) held.send(order);
        return true;
    });
}

bool JobGroup::is_populated() const noexcept {
    std::array<char, 256> text{};
    const ssize_t got = ::pread(events_.get(), text.data(), text.size(), 0);
    return got > 0 &&
           std::string_view(text.data(), static_cast<std::size_t>(got)).find("populated 1") != std::string_view::npos;
}

int JobGroup::remove_inside() noexcept {
    for (int attempt = 0; attempt < removal_attempts; ++attempt) {
        if (remove_groups(directory_.get())) return 0;
        ::poll(nullptr, 0, 1 << attempt);  // some kernels count dead processes for a little longer
    }
    return EBUSY;
}

bool JobGroup::remove_unused(const char* path) noexcept {
    const Descriptor group = open_group(AT_FDCWD, path);
    struct stat info {};
    if (!group || ::fstat(group.get(), &info) != 0 || (info.st_mode & S_ISVTX) == 0) return false;
    // No other run removes a group that this process has locked. If `path` still leads to the locked group, rmdir
    // removes that one.
    return ::flock(group.get(), LOCK_EX | LOCK_NB) == 0 && is_at(group.get(), path) && ::rmdir(path) == 0;
}

int JobGroup::remove(unsigned parents) noexcept {
    std::array<char, PATH_MAX> room{};
    std::string_view path = path_of(directory_.get(), room);
    if (path.empty()) return errno;
    if (path.front() != '/') return ENOENT;
    int error = 0;
    for (int attempt = 0; attempt < removal_attempts; ++attempt) {
        remove_groups(directory_.get());
        error = ::rmdir(room.data()) == 0 ? 0 : errno;
        if (error != EBUSY) break;
        ::poll(nullptr, 0, 1 << attempt);  // some kernels count dead processes for a little longer
    }
    if (error != 0) return error;
    while (parents-- > 0) {
        path = path.substr(0, path.rfind('/'));
        room[path.size()] = '\0';
        if (path.empty() || !remove_unused(room.data())) break;
    }
    return 0;
}

}  // namespace netrunner
