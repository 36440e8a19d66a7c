#include "arena.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace support {
namespace {

std::string fresh_directory(Trial& trial) {
    const auto name = trial.path("arena");
    std::filesystem::create_directory(name);
    ::chmod(name.c_str(), 0777);  // commands of another user have to write here
    return name;
}

bool among(const std::vector<pid_t>& some, pid_t pid) { return std::find(some.begin(), some.end(), pid) != some.end(); }

}  // namespace

Arena::Arena(Trial& trial, const CgroupDir& groups)
    : trial_{trial},
      groups_{groups},
      around_{"around"},
      directory_{fresh_directory(trial)},
      liveness_{directory_ + "/fifo"} {
    groups_.make(around_ + "/runner");
    groups_.make(around_ + "/elsewhere");
}

Arena::~Arena() {
    groups_.end(around_);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::string Arena::path(const std::string& name) const { return directory_ + "/" + name; }

std::vector<std::string> Arena::in_group() const { return {"--cgroup-base", groups(), "--cgroup", "job"}; }

Setup Arena::runner(const std::vector<std::string>& arguments, const std::vector<std::string>& before) const {
    auto setup = trial_.runner(arguments);
    setup.argv.insert(setup.argv.begin(), before.begin(), before.end());
    setup.argv.insert(setup.argv.begin(), {"/bin/sh", "-c", "echo 0 >\"$0/cgroup.procs\" && exec \"$@\"",
                                           groups_.path(around_ + "/runner")});
    setup.environment["NETRUNNER_CGROUP_BASE"] = groups();
    return setup;
}

std::string Arena::left(const Process& process, const std::vector<pid_t>& spared) const {
    std::string text;
    if (liveness_.somebody_lives()) text += "a process holds the FIFO; ";
    auto tagged = trial_.left(process);
    std::erase_if(tagged, [&](const Seen& seen) { return among(spared, seen.pid); });
    if (!tagged.empty()) text += "tagged: " + describe(tagged) + "; ";
    for (const pid_t pid : groups_.members(around_)) {
        if (!among(spared, pid)) text += "in the group: " + std::to_string(pid) + " " + command_line_of(pid) + "; ";
    }
    const bool all = std::none_of(spared.begin(), spared.end(), [](pid_t pid) { return is_running(pid); });
    if (all && groups_.is_populated(around_)) text += "the group is populated; ";
    for (const auto& name : groups_.groups(around_)) {
        if (name != "runner" && name != "elsewhere") text += "group " + name + "; ";
    }
    return text;
}

std::size_t Arena::count_left(const Process& process, const std::vector<pid_t>& spared) const {
    std::set<pid_t> pids;
    for (const auto& seen : trial_.left(process)) pids.insert(seen.pid);
    for (const pid_t pid : groups_.members(around_)) pids.insert(pid);
    for (const pid_t pid : spared) pids.erase(pid);
    return pids.size();
}

bool Arena::nobody_left(const Process& process, const std::vector<pid_t>& spared, Millis limit) const {
    return wait_until([&] { return !liveness_.somebody_lives() && count_left(process, spared) == 0; }, limit);
}

bool Arena::all_gone(const Process& process, const std::vector<pid_t>& spared, Millis limit) const {
    return wait_until([&] { return left(process, spared).empty(); }, limit);
}

bool Arena::all_gone_after_gc(const Process& process) const {
    trial_.complete(trial_.command({Trial::netrunner(), "gc", "--cgroup-base", groups()}));
    return all_gone(process);
}

}  // namespace support
