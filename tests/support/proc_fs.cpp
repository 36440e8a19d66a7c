#include "proc_fs.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace support {
namespace {

std::string proc_path(pid_t pid, const std::string& leaf) { return "/proc/" + std::to_string(pid) + "/" + leaf; }

std::vector<pid_t> all_processes() {
    std::vector<pid_t> pids;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        const std::string name = entry.path().filename();
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error == std::errc{} && end == name.data() + name.size()) pids.push_back(pid);
    }
    return pids;
}

// The words of /proc/PID/stat after the name, which may itself contain spaces and brackets; [0] is the state.
std::vector<std::string> stat_words(pid_t pid) {
    const std::string text = read_text(proc_path(pid, "stat"));
    const auto bracket = text.rfind(')');
    std::vector<std::string> words;
    if (bracket == std::string::npos) return words;
    std::istringstream rest{text.substr(bracket + 1)};
    for (std::string word; rest >> word;) words.push_back(word);
    return words;
}

// The variables of a process. While an exec replaces them, the file is empty for a moment: then it is read again.
std::string environment_of(pid_t pid) {
    constexpr unsigned long has_none = 0x200004;  // PF_KTHREAD, PF_EXITING
    constexpr std::size_t flags = 6, begin = 47, end = 48;
    while (true) {
        std::ifstream file{proc_path(pid, "environ"), std::ios::binary};
        std::ostringstream text;
        text << file.rdbuf();
        if (!text.str().empty()) return text.str();
        const auto words = stat_words(pid);
        if (!file.is_open() || words.size() <= end) return {};
        if ((std::stoul(words[flags]) & has_none) != 0) return {};
        if (words[end] != "0" && words[begin] == words[end]) return {};  // a program without variables
        std::this_thread::yield();
    }
}

std::vector<Seen> look_for_environment(const std::string& entry_prefix) {
    std::vector<Seen> found;
    for (const pid_t pid : all_processes()) {
        const std::string environment = '\0' + environment_of(pid);
        if (environment.find('\0' + entry_prefix) == std::string::npos || !is_running(pid)) continue;
        found.push_back({.pid = pid, .state = state_of(pid), .command = command_line_of(pid)});
    }
    return found;
}

}  // namespace

std::string describe(const std::vector<Seen>& processes) {
    std::string text;
    for (const auto& process : processes) {
        text += (text.empty() ? "" : ", ") + std::to_string(process.pid) + " " + process.state + " " + process.command;
    }
    return text;
}

std::string read_text(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

char state_of(pid_t pid) {
    const auto words = stat_words(pid);
    return words.empty() ? '\0' : words[0][0];
}

bool is_running(pid_t pid) {
    const char state = state_of(pid);
    return state != '\0' && state != 'Z' && state != 'X';
}

std::string name_of(pid_t pid) {
    std::string name = read_text(proc_path(pid, "comm"));
    if (!name.empty() && name.back() == '\n') name.pop_back();
    return name;
}

std::string command_line_of(pid_t pid) {
    std::string text = read_text(proc_path(pid, "cmdline"));
    if (!text.empty() && text.back() == '\0') text.pop_back();
    std::replace(text.begin(), text.end(), '\0', ' ');
    return text.empty() ? name_of(pid).insert(0, 1, '[').append("]") : text;
}

std::string status_field(pid_t pid, const std::string& name) {
    std::ifstream file{proc_path(pid, "status")};
    for (std::string line; std::getline(file, line);) {
        if (line.rfind(name + ":", 0) != 0) continue;
        std::istringstream words{line.substr(name.size() + 1)};
        std::string word;
        words >> word;
        return word;
    }
    return {};
}

long resident_bytes(pid_t pid) { return std::atol(status_field(pid, "VmRSS").c_str()) * 1024; }

long peak_resident_bytes(pid_t pid) { return std::atol(status_field(pid, "VmHWM").c_str()) * 1024; }

long bytes_written(pid_t pid) {
    std::ifstream file{proc_path(pid, "io")};
    long value = 0;
    for (std::string key; file >> key >> value;) {
        if (key == "wchar:") return value;
    }
    return 0;
}

double cpu_seconds(pid_t pid) {
    const auto words = stat_words(pid);
    if (words.size() < 13) return 0;
    return static_cast<double>(std::atol(words[11].c_str()) + std::atol(words[12].c_str())) /
           static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::map<int, std::string> descriptors_of(pid_t pid) {
    std::map<int, std::string> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{proc_path(pid, "fd"), error}) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(entry.path(), gone);
        if (!gone) found[std::atoi(entry.path().filename().c_str())] = target;
    }
    return found;
}

std::vector<pid_t> children_of(pid_t pid) {
    std::vector<pid_t> children;
    std::error_code error;
    for (const auto& task : std::filesystem::directory_iterator{proc_path(pid, "task"), error}) {
        std::ifstream file{task.path() / "children"};
        for (pid_t child = 0; file >> child;) children.push_back(child);
    }
    return children;
}

std::vector<pid_t> descendants_of(pid_t pid) {
    std::vector<pid_t> found = children_of(pid);
    for (std::size_t i = 0; i < found.size(); ++i) {
        for (const pid_t child : children_of(found[i])) found.push_back(child);
    }
    return found;
}

pid_t child_running(pid_t parent, const std::string& program) {
    for (const pid_t child : children_of(parent)) {
        std::error_code gone;
        if (std::filesystem::read_symlink(proc_path(child, "exe"), gone).filename() == program) return child;
    }
    return 0;
}

std::vector<Seen> processes_with_environment(const std::string& entry_prefix) {
    // A process that forks and exits during the look can be missed, so a single empty look proves nothing.
    auto found = look_for_environment(entry_prefix);
    return found.empty() ? look_for_environment(entry_prefix) : found;
}

}  // namespace support
