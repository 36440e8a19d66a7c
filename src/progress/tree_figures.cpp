#include "src/progress/tree_figures.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "src/system/process_figures.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

constexpr std::size_t first_room = 64;
constexpr std::size_t most_members = 4096;

std::size_t count_members(const std::string& group) {
    const auto text = read_text(group + "/cgroup.procs");
    return text ? static_cast<std::size_t>(std::ranges::count(*text, '\n')) : 0;
}

/// Counts the group and all groups inside it.
std::size_t count_all_members(const std::string& group) {
    namespace fs = std::filesystem;
    std::size_t count = count_members(group);
    std::error_code gone;
    for (fs::recursive_directory_iterator at(group, gone); !gone && at != fs::recursive_directory_iterator();
         at.increment(gone)) {
        if (at->is_directory(gone)) count += count_members(at->path().string());
    }
    return count;
}

}  // namespace

std::vector<TreeMember> members_of_tree(pid_t root) {
    std::vector<TreeMember> members;
    for (std::size_t room = first_room; room <= most_members; room *= 2) {
        members.resize(room);
        const std::size_t found = find_tree({.root = root}, members);
        members.resize(found);
        if (found < room) break;
    }
    return members;
}

TreeFigures look_at_tree(pid_t root, const std::string& group) {
    TreeFigures figures;
    if (!group.empty()) {
        figures.processes = count_all_members(group);
        figures.memory = number_in(trimmed(read_text(group + "/memory.current").value_or("")));
        figures.of_group = figures.memory.has_value();
        if (figures.of_group) return figures;
    }
    const std::vector<TreeMember> members = members_of_tree(root);
    if (group.empty()) figures.processes = members.size();
    Size sum = 0;
    for (const TreeMember& member : members) sum += resident_size(member.pid).value_or(0);
    if (!members.empty()) figures.memory = sum;
    return figures;
}

}  // namespace netrunner
