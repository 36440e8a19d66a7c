#include "shepherd/tree/tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {
namespace {

/// Builds a path such as "/proc/12/task/13/children" without stdio.
class ProcPath {
  public:
    ProcPath& text(const char* part) {
        const std::size_t length = std::strlen(part);
        std::memcpy(buffer_.data() + at_, part, length);
        at_ += length;
        buffer_[at_] = '\0';
        return *this;
    }
    ProcPath& number(pid_t value) {
        const auto result = std::to_chars(buffer_.data() + at_, buffer_.data() + buffer_.size() - 1, value);
        *result.ptr = '\0';
        at_ = static_cast<std::size_t>(result.ptr - buffer_.data());
        return *this;
    }
    [[nodiscard]] const char* get() const { return buffer_.data(); }

  private:
    std::array<char, 96> buffer_{};
    std::size_t at_ = 0;
};

Descriptor open_proc(pid_t pid, const char* leaf, int flags = 0) {
    return Descriptor(::open(ProcPath().text("/proc/").number(pid).text(leaf).get(), O_RDONLY | O_CLOEXEC | flags));
}

std::size_t read_all(int fd, std::span<char> room) {
    std::size_t length = 0;
    while (length < room.size()) {
        const ssize_t got = ::read(fd, room.data() + length, room.size() - length);
        if (got <= 0) break;
        length += static_cast<std::size_t>(got);
    }
    return length;
}

template <class Integer>
bool next_number(const char*& at, const char* end, Integer& value) {
    while (at != end && *at == ' ') ++at;
    const auto result = std::from_chars(at, end, value);
    if (result.ec != std::errc{}) return false;
    at = result.ptr;
    return true;
}

/// The list of found processes. It leaves out the strangers and processes with a reused pid.
struct Collection {
    const Tree& tree;
    std::span<TreeMember> room;
    std::size_t count = 0;

    [[nodiscard]] bool full() const { return count == room.size(); }

    void consider(pid_t pid, pid_t parent) {
        if (full()) return;
        if (parent == tree.root && std::ranges::find(tree.strangers, pid) != tree.strangers.end()) return;
        TreeMember& member = room[count];
        if (!read_member(pid, member)) return;
        // With any other parent, the process has died since its pid was read, and the pid is now another process's.
        if (member.parent != parent && member.parent != tree.root) return;
        ++count;
    }
};

void collect_children(Collection& all, pid_t parent, pid_t thread) {
    const Descriptor file(
        ::open(ProcPath().text("/proc/").number(parent).text("/task/").number(thread).text("/children").get(),
               O_RDONLY | O_CLOEXEC));
    if (!file) return;
    std::array<char, 4096> text{};
    std::size_t kept = 0;
    while (!all.full()) {
        const ssize_t got = ::read(file.get(), text.data() + kept, text.size() - kept);
        if (got <= 0) break;
        const char* const end = text.data() + kept + got;
        const char* at = text.data();
        // The kernel writes a blank after every pid. A pid without one may continue in the next block.
        while (const void* found = std::memchr(at, ' ', static_cast<std::size_t>(end - at))) {
            const char* const blank = static_cast<const char*>(found);
            pid_t child = 0;
            if (std::from_chars(at, blank, child).ec == std::errc{}) all.consider(child, parent);
            at = blank + 1;
        }
        kept = static_cast<std::size_t>(end - at);
        std::memmove(text.data(), at, kept);
    }
}

void collect_children_of_all_threads(Collection& all, pid_t parent) {
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
                collect_children(all, parent, thread);
            }
        }
    }
}

/// Collects the whole tree, also dead processes: their children may not have been reparented yet.
std::size_t collect(const Tree& tree, std::span<TreeMember> room) {
    Collection all{tree, room};
    collect_children_of_all_threads(all, tree.root);
    for (std::size_t i = 0; i < all.count; ++i) {
        if (room[i].threads > 1) {
            collect_children_of_all_threads(all, room[i].pid);
        } else {
            collect_children(all, room[i].pid, room[i].pid);
        }
    }
    return all.count;
}

int pidfd_open(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }
int pidfd_send_signal(int pidfd, int signal) {
    return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

bool needs_continue(int signal) { return signal != 0 && signal != SIGKILL && signal != SIGSTOP && signal != SIGCONT; }

void signal_group(pid_t group, int signal) {
    if (::kill(-group, signal) == 0 && needs_continue(signal)) ::kill(-group, SIGCONT);
}

}  // namespace

void signal_process(const TreeMember& member, int signal) noexcept {
    const Descriptor pidfd(pidfd_open(member.pid));
    TreeMember now;
    // Open the pidfd first and check the start time after: if the time matches, the pidfd is this process's and not
    // that of a later one with the same pid.
    if (!pidfd || !read_member(member.pid, now) || now.started != member.started) return;
    if (pidfd_send_signal(pidfd.get(), signal) == 0 && needs_continue(signal)) {
        pidfd_send_signal(pidfd.get(), SIGCONT);
    }
}

bool read_member(pid_t pid, TreeMember& member) noexcept {
    const Descriptor file = open_proc(pid, "/stat");
    if (!file) return false;
    std::array<char, 1024> text{};
    const std::size_t length = read_all(file.get(), text);
    const char* const end = text.data() + length;
    // The name is in parentheses and may contain parentheses; the last one closes it (proc_pid_stat(5)).
    const char* at = static_cast<const char*>(::memrchr(text.data(), ')', length));
    if (at == nullptr || end - at < 4) return false;
    member.pid = pid;
    member.state = at[2];
    at += 3;
    constexpr int skipped_to_flags = 3;         // session, tty_nr, tpgid
    constexpr int skipped_to_threads = 10;      // minflt ... nice
    constexpr int skipped_to_started = 1;       // itrealvalue
    constexpr std::uint64_t exiting = 0x4;      // the kernel's PF_EXITING
    constexpr std::uint64_t signalled = 0x400;  // PF_SIGNALED: a signal is ending it; it may still be dumping core
    std::int64_t skipped = 0;
    std::uint64_t flags = 0;
    bool good = next_number(at, end, member.parent) && next_number(at, end, member.group);
    for (int i = 0; i < skipped_to_flags; ++i) good = good && next_number(at, end, skipped);
    good = good && next_number(at, end, flags);
    member.exiting = (flags & exiting) != 0;
    for (int i = 0; i < skipped_to_threads; ++i) good = good && next_number(at, end, skipped);
    good = good && next_number(at, end, member.threads);
    for (int i = 0; i < skipped_to_started; ++i) good = good && next_number(at, end, skipped);
    good = good && next_number(at, end, member.started);
    constexpr int skipped_to_pending = 8;  // vsize ... kstkeip, which need all 64 bits
    constexpr std::uint64_t sigkill = 1U << (SIGKILL - 1);
    std::uint64_t pending = 0;
    for (int i = 0; i < skipped_to_pending; ++i) good = good && next_number(at, end, pending);
    good = good && next_number(at, end, pending);
    member.killed = (pending & sigkill) != 0 || (flags & signalled) != 0;
    return good;
}

std::size_t find_tree(const Tree& tree, std::span<TreeMember> room) noexcept {
    const std::size_t count = collect(tree, room);
    const auto live = std::remove_if(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(count),
                                     [](const TreeMember& member) { return member.is_dead(); });
    return static_cast<std::size_t>(live - room.begin());
}

std::size_t signal_tree(const Tree& tree, int signal, std::span<TreeMember> room, TreeVisitor visitor,
                        void* context) noexcept {
    const auto members = room.first(find_tree(tree, room));
    if (visitor != nullptr) {
        for (const TreeMember& member : members) visitor(context, member);
    }
    const bool group_alive =
        std::ranges::any_of(members, [&](const TreeMember& member) { return member.group == tree.group; });
    if (tree.group > 1 && (tree.leader_unreaped || group_alive)) signal_group(tree.group, signal);
    for (const TreeMember& member : members) {
        if (member.group != tree.group) signal_process(member, signal);
    }
    return members.size();
}

void describe_process(pid_t pid, std::span<char> name, std::span<char> command) noexcept {
    std::ranges::fill(name, '\0');
    std::ranges::fill(command, '\0');
    if (const Descriptor file = open_proc(pid, "/comm")) {
        const std::size_t length = read_all(file.get(), name.first(name.size() - 1));
        if (length > 0 && name[length - 1] == '\n') name[length - 1] = '\0';
    }
    if (command.size() <= 1) return;
    if (const Descriptor file = open_proc(pid, "/cmdline")) {
        std::size_t length = read_all(file.get(), command.first(command.size() - 1));
        while (length > 0 && command[length - 1] == '\0') --length;
        std::replace(command.begin(), command.begin() + static_cast<std::ptrdiff_t>(length), '\0', ' ');
    }
}

}  // namespace netrunner
