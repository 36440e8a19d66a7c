#include "shepherd/tree/spare.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "shepherd/tree/proc_path.hpp"

namespace netrunner {
namespace {

constexpr std::size_t longest_name = 15;  // of /proc/PID/comm

std::string_view last_component(std::string_view path) noexcept { return path.substr(path.rfind('/') + 1); }

/// Takes the first of several texts that end with NUL.
std::string_view take_text(std::string_view& rest) noexcept {
    const std::string_view text = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    return text;
}

/// Whether a program runs scripts: "python3.11", "sh".
bool is_interpreter(std::string_view program) noexcept {
    constexpr std::array<std::string_view, 13> known{"sh",   "bash", "dash",   "zsh", "ksh", "busybox", "python",
                                                     "perl", "ruby", "nodejs", "php", "lua", "node"};
    return std::ranges::any_of(known, [&](std::string_view name) {
        return program.starts_with(name) && std::ranges::all_of(program.substr(name.size()), [](char c) {
                   return c == '.' || (c >= '0' && c <= '9');
               });
    });
}

/// The first word after argv[0] that is no option; empty if the program text itself is a word (sh -c).
std::string_view script_of(std::string_view words) noexcept {
    take_text(words);
    while (!words.empty()) {
        const std::string_view word = take_text(words);
        if (word == "-c") return {};
        if (!word.starts_with('-')) return word;
    }
    return {};
}

std::string_view read_file(pid_t pid, const char* leaf, std::span<char> room) noexcept {
    const Descriptor file = open_proc(pid, leaf);
    return file ? std::string_view(room.data(), read_all(file.get(), room)) : std::string_view();
}

bool runs_named(std::string_view names, pid_t pid) noexcept {
    std::array<char, 4096> path{};
    std::array<char, 2048> line{};
    std::array<char, longest_name + 1> comm{};
    ProgramSeen seen{.file = executable_of(pid, path),
                     .name = read_file(pid, "/comm", comm),
                     .words = read_file(pid, "/cmdline", line)};
    if (seen.name.ends_with('\n')) seen.name.remove_suffix(1);
    while (!names.empty()) {
        if (is_named(take_text(names), seen)) return true;
    }
    return false;
}

/// Whether the process belongs to a daemon: it leads its session, which is not the command's, or that session has lost
/// its leader, as after the second fork of daemon(3).
bool is_detached(const SpareRule& rule, const TreeMember& member) noexcept {
    if (member.session == rule.session) return false;
    TreeMember leader;
    return member.pid == member.session || !read_member(member.session, leader) || leader.is_dead();
}

}  // namespace

bool is_named(std::string_view name, const ProgramSeen& seen) noexcept {
    if (name.find('/') != std::string_view::npos) return name == seen.file;
    std::string_view words = seen.words;
    const std::string_view first = last_component(take_text(words));
    const std::string_view program = last_component(seen.file);
    if (name.empty() || name == program || name == first) return !name.empty();
    // The kernel names a process after the script that it executes (#!), until an `env` in the script's first line
    // executes the interpreter.
    const bool is_script =
        seen.name == name.substr(0, longest_name) || is_interpreter(program) || is_interpreter(first);
    return is_script && name == last_component(script_of(seen.words));
}

bool is_spared(const SpareRule& rule, const TreeMember& member) noexcept {
    if (!rule || !member.is_readable() || member.is_dead()) return false;
    return (rule.outlived || is_detached(rule, member)) && runs_named(rule.names, member.pid);
}

void mark_spared(const SpareRule& rule, pid_t command, std::span<TreeMember> members) noexcept {
    constexpr std::size_t most_sessions = 256;
    std::array<pid_t, most_sessions> sessions{};
    std::size_t session_count = 0;
    bool any = false;
    for (TreeMember& member : members) {
        if (member.pid == command || member.nested_in > 0 || !is_spared(rule, member)) continue;
        member.spared = Spared::by_name;
        any = true;
        if (session_count < sessions.size() && is_detached(rule, member)) sessions[session_count++] = member.session;
    }
    if (!any) return;
    const auto end = sessions.begin() + static_cast<std::ptrdiff_t>(session_count);
    for (TreeMember& member : members) {
        const bool with_daemon = std::find(sessions.begin(), end, member.session) != end;
        if (with_daemon && member.spared == Spared::no) member.spared = Spared::with_another;
    }
    for (TreeMember& member : members) {
        const bool below = member.above != no_member && members[member.above].spared != Spared::no;
        if (below) member.spared = Spared::with_another;
    }
}

}  // namespace netrunner
