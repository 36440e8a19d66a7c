#include "src/cgroup/shortage.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "src/cgroup/mount.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

namespace fs = std::filesystem;

/// Tolerance for netrunner's own processes: those about to start, and those that have ended since the failure.
constexpr std::uint64_t comers_and_goers = 3;

std::optional<std::uint64_t> number_at(const std::string& path) {
    const auto text = read_text(path);
    return text ? number_in(trimmed(*text)) : std::nullopt;
}

std::string reached(const std::string& what, std::uint64_t limit) {
    return fmt::format(", since {} is reached ({})", what, limit);
}

/// The message fragment about the first group, from `directory` up to `top`, whose pids.max is reached.
std::string full_group(fs::path directory, const fs::path& top) {
    for (; directory.string().starts_with(top.string()); directory = directory.parent_path()) {
        const auto most = number_at(directory / "pids.max");
        const auto now = number_at(directory / "pids.current");
        if (most && now && *now + comers_and_goers >= *most)
            return reached(fmt::format("pids.max of '{}'", directory.string()), *most);
        if (directory == top) break;
    }
    return "";
}

/// The same for cgroup v1, if the pids hierarchy is mounted where most systems mount it.
std::string full_v1_group() {
    const auto text = read_text("/proc/self/cgroup");
    constexpr std::string_view key = ":pids:";
    const std::size_t at = text ? text->find(key) : std::string::npos;
    if (at == std::string::npos) return "";
    const std::size_t begin = at + key.size();
    return full_group("/sys/fs/cgroup/pids" + text->substr(begin, text->find('\n', begin) - begin),
                      "/sys/fs/cgroup/pids");
}

std::string full_v2_group() {
    const CgroupView view = look_for_cgroups();
    const CgroupMount* mount = choose_mount(view);
    if (mount == nullptr) return "";
    const auto own = own_directory(view, *mount);
    return own ? full_group(*own, mount->point) : "";
}

/// Number of threads of this user, which RLIMIT_NPROC limits.
std::uint64_t tasks_of_user() {
    std::uint64_t count = 0;
    std::error_code unknown;
    for (const auto& entry : fs::directory_iterator("/proc", unknown)) {
        if (!number_in(entry.path().filename().string())) continue;
        struct stat info {};
        if (::stat(entry.path().c_str(), &info) != 0 || info.st_uid != ::getuid()) continue;
        const auto status = read_text(entry.path() / "status");
        count += status ? number_after(*status, "Threads:").value_or(1) : 0;
    }
    return count;
}

std::string full_machine() {
    const auto load = read_text("/proc/loadavg");  // "... RUNNING/ALL LAST"
    const std::size_t slash = load ? load->find('/') : std::string::npos;
    if (slash == std::string::npos) return "";
    const auto all = number_in(load->substr(slash + 1, load->find(' ', slash) - slash - 1));
    constexpr std::uint64_t ended_since = 64;       // tolerance for tasks that have ended since the failure
    constexpr std::uint64_t not_given_again = 300;  // lowest pids, never reused: RESERVED_PIDS in the kernel's pid.c
    const auto limit = number_at("/proc/sys/kernel/pid_max");
    if (all && limit && *all + ended_since + not_given_again >= *limit) return reached("kernel.pid_max", *limit);
    const auto threads = number_at("/proc/sys/kernel/threads-max");
    if (all && threads && *all + ended_since >= *threads) return reached("kernel.threads-max", *threads);
    return "";
}

std::string too_many_processes() {
    std::string group = full_v2_group();
    if (group.empty()) group = full_v1_group();
    if (!group.empty()) return group;
    rlimit limit{};
    ::getrlimit(RLIMIT_NPROC, &limit);
    if (limit.rlim_cur != RLIM_INFINITY && tasks_of_user() + comers_and_goers >= limit.rlim_cur) {
        return reached("the limit of this user's processes (RLIMIT_NPROC)", limit.rlim_cur);
    }
    return full_machine();
}

std::string too_many_files(const char* what, std::optional<std::uint64_t> limit) {
    return limit ? reached(what, *limit) : "";
}

}  // namespace

std::string describe_limit_met(int error) {
    try {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        if (error == EMFILE) return too_many_files("the limit of open files (RLIMIT_NOFILE)", limit.rlim_cur);
        if (error == ENFILE)
            return too_many_files("the machine's limit of open files", number_at("/proc/sys/fs/file-max"));
        if (error == EAGAIN) return too_many_processes();
    } catch (const std::exception&) {
        // If a file cannot be read, the limit stays unknown. The caller reports the failure without it.
    }
    return "";
}

}  // namespace netrunner
