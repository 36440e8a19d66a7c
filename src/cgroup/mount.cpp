#include "src/cgroup/mount.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "src/system/setup_failure.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

/// Calls `use` with each line, without its newline.
template <class Use>
void each_line(std::string_view text, Use use) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        use(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

/// Decodes octal escapes: mountinfo writes a blank as "\040", and tabs, newlines and backslashes alike.
std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned code = 0;
        const char* const digits = text.data() + i + 1;
        const bool escaped = text[i] == '\\' && i + 3 < text.size() &&
                             std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3 && code < 256;
        plain += escaped ? static_cast<char>(code) : text[i];
        if (escaped) i += 3;
    }
    return plain;
}

bool has_option(std::string_view options, std::string_view wanted) {
    while (!options.empty()) {
        const std::size_t comma = options.find(',');
        if (options.substr(0, comma) == wanted) return true;
        options.remove_prefix(comma == std::string_view::npos ? options.size() : comma + 1);
    }
    return false;
}

/// `path` relative to `root`: "" for the root itself, "/x" below it; nothing if `path` is not below `root`.
std::optional<std::string> below(const std::string& path, const std::string& root) {
    if (root == "/") return path == "/" ? "" : path;
    if (path == root) return "";
    if (path.starts_with(root + '/')) return path.substr(root.size());
    return std::nullopt;
}

/// The words of the line for `controller` in a /proc/cgroups text: name, hierarchy, number of groups, enabled.
std::vector<std::string> controller_line(std::string_view text, std::string_view controller) {
    std::vector<std::string> found;
    each_line(text, [&](std::string_view line) {
        const auto parts = words_in(line);
        if (parts.size() >= 4 && parts[0] == controller) found = parts;
    });
    return found;
}

}  // namespace

std::vector<CgroupMount> parse_mountinfo(std::string_view text) {
    std::vector<CgroupMount> mounts;
    each_line(text, [&](std::string_view line) {
        const std::size_t dash = line.find(" - ");
        if (dash == std::string_view::npos) return;
        const auto left = words_in(line.substr(0, dash));
        const auto right = words_in(line.substr(dash + 3));
        if (left.size() < 6 || right.empty()) return;
        // A later mount on the same point hides the earlier one.
        const std::string point = unescape(left[4]);
        std::erase_if(mounts, [&](const CgroupMount& mount) { return mount.point == point; });
        if (right[0] != "cgroup2") return;
        const bool super_read_only = right.size() > 2 && has_option(right[2], "ro");
        mounts.push_back(
            {.point = point, .root = unescape(left[3]), .read_only = has_option(left[5], "ro") || super_read_only});
    });
    return mounts;
}

std::optional<std::string> parse_own_group(std::string_view text) {
    std::optional<std::string> path;
    each_line(text, [&](std::string_view line) {
        constexpr std::string_view unified = "0::";
        constexpr std::string_view gone = " (deleted)";
        if (!line.starts_with(unified)) return;
        line.remove_prefix(unified.size());
        if (line.ends_with(gone)) line.remove_suffix(gone.size());
        path = std::string(line);
    });
    return path;
}

int parse_v1_hierarchy(std::string_view text, std::string_view controller) {
    const auto line = controller_line(text, controller);
    int number = 0;
    if (!line.empty()) std::from_chars(line[1].data(), line[1].data() + line[1].size(), number);
    return std::max(number, 0);
}

bool is_switched_off(std::string_view text, std::string_view controller) {
    const auto line = controller_line(text, controller);
    return !line.empty() && line[3] == "0";
}

const CgroupMount* choose_mount(const CgroupView& view) {
    const CgroupMount* chosen = nullptr;
    for (const CgroupMount& mount : view.mounts) {
        if (!below(view.own, mount.root)) continue;
        if (!mount.read_only) return &mount;
        if (chosen == nullptr) chosen = &mount;
    }
    return chosen;
}

std::optional<std::string> own_directory(const CgroupView& view, const CgroupMount& mount) {
    const auto inside = below(view.own, mount.root);
    if (!inside) return std::nullopt;
    return mount.point + *inside;
}

CgroupView look_for_cgroups() {
    const auto mounts = read_text("/proc/self/mountinfo");
    if (!mounts) throw SetupFailure("cgroup", errno, "cgroup: cannot read '/proc/self/mountinfo'");
    return {.mounts = parse_mountinfo(*mounts),
            .own = parse_own_group(read_text("/proc/self/cgroup").value_or("")).value_or("")};
}

}  // namespace netrunner
