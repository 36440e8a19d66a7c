// Which processes of a tree a run leaves running (--spare, docs/decisions/0055). The walk (shepherd/tree/tree) marks
// them. It compares names, which any program can choose, so it protects nothing. It allocates and signals nothing.
#pragma once

#include <sys/types.h>

#include <span>
#include <string_view>

#include "shepherd/tree/member.hpp"

namespace netrunner {

struct SpareRule {
    std::string_view names{};  ///< each name ends with NUL; one with a slash is a path; empty: no process is spared
    pid_t session = 0;         ///< the command's session
    /// The command ended before a signal was sent to the tree. Then each orphan with one of the names is spared, else
    /// only a daemon: a process that leads a session other than the command's, or whose session has lost its leader.
    bool outlived = false;

    explicit operator bool() const { return !names.empty(); }
};

/// What is known of the program that a process runs.
struct ProgramSeen {
    std::string_view file{};   ///< the path of the executable; empty if it cannot be read
    std::string_view name{};   ///< /proc/PID/comm, at most 15 bytes
    std::string_view words{};  ///< the start of its command line; each word ends with NUL
};

/// Whether `name` is the path of the program (with a slash), or the last component of its executable, of its argv[0],
/// or of the script that it interprets.
bool is_named(std::string_view name, const ProgramSeen& seen) noexcept;

/// Whether the rule spares this process for its own sake.
bool is_spared(const SpareRule& rule, const TreeMember& member) noexcept;

/// Marks the members that the rule spares, then all processes of such a daemon's session and all descendants of
/// these. `command`: never spared; 0 if it is reaped. Processes of a nested run are not spared: its own options say
/// what it leaves. `members`: parents before children.
void mark_spared(const SpareRule& rule, pid_t command, std::span<TreeMember> members) noexcept;

}  // namespace netrunner
