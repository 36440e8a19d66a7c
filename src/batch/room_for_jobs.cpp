#include "src/batch/room_for_jobs.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <exception>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include "src/cgroup/mount.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

constexpr Size largest_pipe = 256 * 1024;

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

std::uint64_t limit_of(int resource, bool hard) {
    rlimit limit{};
    if (::getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return std::numeric_limits<rlim_t>::max();
    return hard ? limit.rlim_max : limit.rlim_cur;
}

std::uint64_t entries_of(const char* path) {
    const Directory directory(::opendir(path));
    std::uint64_t count = 0;
    while (directory && ::readdir(directory.get()) != nullptr) ++count;
    return count > 3 ? count - 3 : 0;  // ".", "..", and the directory's own descriptor
}

/// Processes and threads of this user, as RLIMIT_NPROC counts them.
std::uint64_t processes_of_user() {
    const Directory proc(::opendir("/proc"));
    if (!proc) return 0;
    std::uint64_t count = 0;
    while (const dirent* entry = ::readdir(proc.get())) {
        if (!number_in(entry->d_name)) continue;
        struct stat tasks {};
        const std::string path = fmt::format("/proc/{}/task", static_cast<const char*>(entry->d_name));
        if (::stat(path.c_str(), &tasks) != 0 || tasks.st_uid != ::getuid()) continue;
        count += tasks.st_nlink > 2 ? tasks.st_nlink - 2 : 1;  // a link for each thread
    }
    return count;
}

/// Whether this process has `bit` of capabilities(7) in effect.
bool has_capability(unsigned bit) {
    const auto status = read_text("/proc/self/status");
    const std::size_t at = status ? status->find("CapEff:") : std::string::npos;
    if (at == std::string::npos) return ::geteuid() == 0;
    const auto words = words_in(std::string_view(*status).substr(at, 40));
    if (words.size() < 2) return false;
    return ((std::stoull(words[1], nullptr, 16) >> bit) & 1U) != 0;
}

std::vector<RoomForJobs::GroupLimit> group_limits() {
    std::vector<RoomForJobs::GroupLimit> limits;
    try {
        const CgroupView view = look_for_cgroups();
        const CgroupMount* const mount = choose_mount(view);
        if (mount == nullptr) return limits;
        const auto own = own_directory(view, *mount);
        std::string directory = own.value_or("");
        while (own && directory.size() >= mount->point.size()) {
            const auto most = read_text(directory + "/pids.max");
            const auto now = read_text(directory + "/pids.current");
            const auto number = most ? number_in(trimmed(*most)) : std::nullopt;  // "max" is no number
            if (number && now) limits.push_back({directory, *number, number_in(trimmed(*now)).value_or(0)});
            const std::size_t slash = directory.rfind('/');
            if (slash == std::string::npos || slash == 0) break;
            directory.resize(slash);
        }
    } catch (const std::exception&) {  // without /proc no limit is known
    }
    return limits;
}

std::string advice(std::uint64_t room, std::uint64_t each) {
    return each > 0 && room >= each ? fmt::format("say -j {}, or raise the limit", room / each) : "raise the limit";
}

}  // namespace

RoomForJobs RoomForJobs::find() {
    constexpr unsigned sys_admin = 21;
    constexpr unsigned sys_resource = 24;
    RoomForJobs room;
    room.hard_descriptors = limit_of(RLIMIT_NOFILE, true);
    room.open_descriptors = entries_of("/proc/self/fd");
    const bool is_bound = !has_capability(sys_admin) && !has_capability(sys_resource);
    const std::uint64_t processes = limit_of(RLIMIT_NPROC, false);
    if (is_bound && ::getuid() != 0 && processes != RLIM_INFINITY) {
        room.most_processes = processes;
        room.processes = processes_of_user();
    }
    room.groups = group_limits();
    const auto pages = read_text("/proc/sys/fs/pipe-user-pages-soft");
    const auto number = pages ? number_in(trimmed(*pages)) : std::nullopt;
    if (is_bound && number && *number > 0) room.pipe_pages = number;
    room.page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return room;
}

std::uint64_t RoomForJobs::descriptors_for(std::uint64_t jobs) const {
    return jobs * descriptors_each + descriptors_of_batch + open_descriptors;
}

std::string RoomForJobs::refusal(std::uint64_t jobs) const {
    const std::uint64_t besides = descriptors_of_batch + open_descriptors;
    if (descriptors_for(jobs) > hard_descriptors) {
        return fmt::format("-j {}: {} descriptors are needed, and the hard limit is {} (ulimit -Hn; {})", jobs,
                           descriptors_for(jobs), hard_descriptors,
                           advice(hard_descriptors > besides ? hard_descriptors - besides : 0, descriptors_each));
    }
    const std::uint64_t needed = jobs * processes_of_job;
    if (most_processes && processes + needed > *most_processes) {
        return fmt::format("-j {}: {} processes are needed, and the user has {} of at most {} (ulimit -u; {})", jobs,
                           needed, processes, *most_processes,
                           advice(*most_processes > processes ? *most_processes - processes : 0, processes_of_job));
    }
    for (const GroupLimit& group : groups) {
        if (group.now + needed <= group.most) continue;
        return fmt::format(
            "-j {}: {} processes are needed, and the control group '{}' has {} of at most {} (pids.max; {})", jobs,
            needed, group.path, group.now, group.most,
            advice(group.most > group.now ? group.most - group.now : 0, processes_of_job));
    }
    return "";
}

Size RoomForJobs::pipe_size(std::uint64_t jobs) const {
    if (!pipe_pages) return largest_pipe;
    const Size share = *pipe_pages * page / 2 / std::max<std::uint64_t>(1, jobs * pipes_of_job);
    return std::clamp<Size>(std::bit_floor(share), page, largest_pipe);
}

}  // namespace netrunner
