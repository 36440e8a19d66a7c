#include "shepherd/tree/member.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include "shepherd/system/pidfd.hpp"
#include "shepherd/tree/children.hpp"
#include "shepherd/tree/proc_path.hpp"

namespace netrunner {
namespace {

template <class Integer>
bool next_number(const char*& at, const char* end, Integer& value) {
    while (at != end && *at == ' ') ++at;
    const auto result = std::from_chars(at, end, value);
    if (result.ec != std::errc{}) return false;
    at = result.ptr;
    return true;
}

OwnName own_name(std::string_view name) {
    if (name == shepherd_name || name == guard_name) return OwnName::helper;
    return name == "netrunner" ? OwnName::runner : OwnName::other;
}

/// FNV-1a.
std::uint32_t digest_of(std::string_view name) {
    std::uint32_t digest = 2166136261U;
    for (const char character : name) digest = (digest ^ static_cast<unsigned char>(character)) * 16777619U;
    return digest;
}

bool needs_continue(OuterOrder order) {
    return order.step > 0 && order.signal != SIGKILL && order.signal != SIGSTOP && order.signal != SIGCONT;
}

bool send_by_pid(pid_t pid, int signal, const siginfo_t* info) {
    return info != nullptr ? ::syscall(SYS_rt_sigqueueinfo, pid, signal, info) == 0 : ::kill(pid, signal) == 0;
}

/// The value that tells a nested runner the order.
siginfo_t mark_of(OuterOrder order) {
    siginfo_t info{};
    info.si_signo = carrier_of(order);
    info.si_code = SI_QUEUE;
    info.si_pid = ::getpid();
    info.si_uid = ::getuid();
    info.si_value.sival_int = value_of(order);
    return info;
}

/// Whether the process that was held before this call is still `member`: if the start time matches, or its parent still
/// lists it, it is not a later process with the same pid.
bool is_still(const TreeMember& member) {
    if (member.is_readable()) {
        TreeMember now;
        return read_member(member.pid, now) && now.started == member.started;
    }
    bool listed = false;
    each_child(member.parent, [&](pid_t child) { listed = listed || child == member.pid; });
    return listed;
}

}  // namespace

bool read_member(pid_t pid, TreeMember& member) noexcept {
    const Descriptor file = open_proc(pid, "/stat");
    if (!file) return false;
    std::array<char, 1024> text{};
    const std::size_t length = read_all(file.get(), text);
    const char* const end = text.data() + length;
    // The name is in parentheses and may contain parentheses; the last one closes it (proc_pid_stat(5)).
    const char* at = static_cast<const char*>(::memrchr(text.data(), ')', length));
    const char* const open = static_cast<const char*>(std::memchr(text.data(), '(', length));
    if (at == nullptr || open == nullptr || open > at || end - at < 4) return false;
    member = {};
    const std::string_view name(open + 1, static_cast<std::size_t>(at - open - 1));
    member.name = own_name(name);
    member.name_digest = digest_of(name);
    member.pid = pid;
    member.state = at[2];
    at += 3;
    constexpr int skipped_to_flags = 2;         // tty_nr, tpgid
    constexpr int skipped_to_times = 4;         // minflt ... cmajflt
    constexpr int skipped_to_threads = 2;       // priority, nice
    constexpr int skipped_to_started = 1;       // itrealvalue
    constexpr std::uint64_t exiting = 0x4;      // the kernel's PF_EXITING
    constexpr std::uint64_t signalled = 0x400;  // PF_SIGNALED: a signal is ending it; it may still be dumping core
    std::int64_t skipped = 0;
    std::uint64_t flags = 0;
    bool good = next_number(at, end, member.parent) && next_number(at, end, member.group) &&
                next_number(at, end, member.session);
    for (int i = 0; i < skipped_to_flags; ++i) good = good && next_number(at, end, skipped);
    good = good && next_number(at, end, flags);
    member.exiting = (flags & exiting) != 0;
    for (int i = 0; i < skipped_to_times; ++i) good = good && next_number(at, end, skipped);
    std::uint64_t system = 0;
    std::uint64_t reaped_system = 0;
    good = good && next_number(at, end, member.used) && next_number(at, end, system) &&
           next_number(at, end, member.reaped_use) && next_number(at, end, reaped_system);
    member.used += system;
    member.reaped_use += reaped_system;
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

bool see_member(pid_t pid, pid_t parent, TreeMember& member) noexcept {
    if (read_member(pid, member)) return true;
    const pid_t group = ::getpgid(pid);
    if (group < 0) return false;
    member = {.pid = pid, .parent = parent, .group = group, .session = ::getsid(pid), .state = '?', .threads = 1};
    return true;
}

bool may_signal(const TreeMember& member) noexcept { return ::kill(member.pid, 0) == 0; }

HeldProcess::HeldProcess(pid_t pid) noexcept : pid_(pid), pidfd_(open_pidfd(pid)) {
    if (!pidfd_ && errno != ENOSYS) pid_ = 0;
}

void HeldProcess::send(OuterOrder order, bool marked) const noexcept {
    const siginfo_t mark = mark_of(order);
    const auto send_one = [&](int signal, const siginfo_t* info) {
        if (pidfd_) {
            if (send_by_pidfd(pidfd_, signal, info)) return true;
            if (errno != ENOSYS) return false;
        }
        return send_by_pid(pid_, signal, info);
    };
    const bool sent = marked ? send_one(mark.si_signo, &mark) : send_one(order.signal, nullptr);
    if (sent && needs_continue(order)) send_one(SIGCONT, nullptr);
}

bool HeldProcess::send_mark_to_group(OuterOrder order) const noexcept {
    constexpr unsigned to_group = 4;  // PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9
    const siginfo_t mark = mark_of(order);
    if (!pidfd_ || !send_by_pidfd(pidfd_, mark.si_signo, &mark, to_group)) return false;
    if (needs_continue(order)) send_by_pidfd(pidfd_, SIGCONT, nullptr, to_group);
    return true;
}

void signal_process(const TreeMember& member, OuterOrder order, bool marked) noexcept {
    const HeldProcess held(member.pid);
    if (held && is_still(member)) held.send(order, marked);
}

void signal_child(pid_t child, OuterOrder order, bool marked) noexcept {
    const siginfo_t mark = mark_of(order);
    const bool sent = marked ? send_by_pid(child, mark.si_signo, &mark) : send_by_pid(child, order.signal, nullptr);
    if (sent && needs_continue(order)) send_by_pid(child, SIGCONT, nullptr);
}

bool signal_group(pid_t group, OuterOrder order, bool marked) noexcept {
    if (!marked) {
        if (::kill(-group, order.signal) != 0) return false;
        if (needs_continue(order)) ::kill(-group, SIGCONT);
        return true;
    }
    return HeldProcess(group).send_mark_to_group(order);
}

std::string_view executable_of(pid_t pid, std::span<char> room) noexcept {
    const ssize_t length =
        ::readlink(ProcPath().text("/proc/").number(pid).text("/exe").get(), room.data(), room.size());
    if (length <= 0) return {};
    std::string_view path(room.data(), static_cast<std::size_t>(length));
    constexpr std::string_view replaced = " (deleted)";  // by an update
    if (path.ends_with(replaced)) path.remove_suffix(replaced.size());
    return path;
}

bool executes_shepherd(pid_t pid) noexcept {
    std::array<char, 4096> path{};
    const std::string_view name = executable_of(pid, path);
    return name.substr(name.rfind('/') + 1) == "netrunner-shepherd";
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
