#include "src/cgroup/limit.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

#include "src/cgroup/disk.hpp"
#include "src/cgroup/place.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

/// Replaces the device by its disk's MAJOR:MINOR, because io.max accepts only that.
std::string with_device_number(const CgroupSetting& setting) {
    const std::size_t blank = setting.value.find(' ');
    return disk_of(setting.option, setting.value.substr(0, blank)) + setting.value.substr(blank);
}

/// The words of the line for `device` in a text with one line per device; empty if the device has no limit.
std::vector<std::string> line_of(const std::string& text, const std::string& device) {
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        auto words = words_in(rest.substr(0, end));
        if (!words.empty() && words.front() == device) return words;
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return {};
}

bool holds_on_disk(const std::string& asked, const std::string& found) {
    const auto wanted = words_in(asked);
    const auto line = line_of(found, wanted.front());
    return std::all_of(wanted.begin() + 1, wanted.end(), [&](const std::string& word) {
        return word.ends_with("=max") || std::ranges::find(line, word) != line.end();
    });
}

/// Whether the value read back matches the requested one. The kernel rounds memory sizes down to whole pages.
bool holds(const CgroupSetting& setting, const std::string& found) {
    if (setting.file == "io.max") return holds_on_disk(setting.value, found);
    if (setting.file == "cpuset.cpus") return same_processors(setting.value, found);
    if (setting.value == found) return true;
    const auto a = number_in(setting.value);
    const auto b = number_in(found);
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return setting.file.starts_with("memory.") && a && b && *b <= *a && *a - *b < page;
}

std::set<std::uint64_t> processors_in(const std::string& list) {
    std::set<std::uint64_t> numbers;
    std::string words = list;
    std::ranges::replace(words, ',', ' ');
    for (const std::string& range : words_in(words)) {
        const std::size_t dash = range.find('-');
        const auto first = number_in(range.substr(0, dash));
        const auto last = dash == std::string::npos ? first : number_in(range.substr(dash + 1));
        constexpr std::uint64_t most = 65536;
        if (!first || !last || *last > most) continue;
        for (auto number = *first; number <= *last; ++number) numbers.insert(number);
    }
    return numbers;
}

/// Checks that the CPUs are in force and not only stored: a group does not get CPUs that its parent does not have.
void require_processors(int group, const CgroupSetting& setting) {
    const auto effective = read_text_at(group, "cpuset.cpus.effective");
    if (!effective || same_processors(setting.value, *effective)) return;
    cgroup_failure(EINVAL, fmt::format("{}: the CPUs '{}' were requested, but the group gets only '{}'", setting.option,
                                       setting.value, trimmed(*effective)));
}

/// The text that restores `before`. For a disk it is one line with all limits, because the kernel keeps each limit that
/// a line does not name.
std::string text_to_restore(const CgroupSetting& setting, const std::string& before) {
    if (setting.file != "io.max") return trimmed(before);
    const std::string device = setting.value.substr(0, setting.value.find(' '));
    const auto line = line_of(before, device);
    return line.empty() ? device + " rbps=max wbps=max riops=max wiops=max" : fmt::format("{}", fmt::join(line, " "));
}

int write_setting(int group, const std::string& file, const std::string& value) {
    return write_text_at(group, file, value.empty() ? "\n" : value);  // the kernel would not see a write of 0 bytes
}

}  // namespace

bool same_processors(const std::string& a, const std::string& b) { return processors_in(a) == processors_in(b); }

std::optional<AppliedSetting> apply_setting(int group, const CgroupSetting& asked) {
    CgroupSetting setting = asked;
    if (setting.file == "io.max") setting.value = with_device_number(setting);
    const auto before = read_text_at(group, setting.file);
    const int error = write_setting(group, setting.file, setting.value);
    if (error == ENOENT && setting.implied) return std::nullopt;
    if (error == ENOENT) {
        cgroup_failure(error, fmt::format("{}: this kernel has no '{}'", setting.option, setting.file));
    }
    if (error != 0) {
        cgroup_failure(error,
                       fmt::format("{}: the kernel refused '{}' for {}", setting.option, setting.value, setting.file));
    }
    AppliedSetting applied{.file = setting.file, .found = setting.value, .before = std::nullopt};
    if (before) applied.before = text_to_restore(setting, *before);
    if (const auto text = read_text_at(group, setting.file)) applied.found = trimmed(*text);
    // The kernel may write a value of --cgroup-set in another form, so only the word "invalid" counts as a refusal
    // there.
    const bool refused =
        setting.checked ? !holds(setting, applied.found) : applied.found.find("invalid") != std::string::npos;
    if (refused) {
        cgroup_failure(EINVAL, fmt::format("{}: {} reads back as '{}' instead of '{}'", setting.option, setting.file,
                                           applied.found, setting.value));
    }
    if (setting.file == "cpuset.cpus") require_processors(group, setting);
    return applied;
}

std::optional<std::string> lost_setting(int group, const AppliedSetting& setting) {
    const auto text = read_text_at(group, setting.file);
    if (!text) return setting.before ? std::optional<std::string>("gone") : std::nullopt;
    const std::string now = trimmed(*text);
    return now == setting.found ? std::nullopt : std::optional(fmt::format("'{}'", now));
}

void restore_setting(int group, const AppliedSetting& setting) {
    if (setting.before) write_setting(group, setting.file, *setting.before);
}

}  // namespace netrunner
