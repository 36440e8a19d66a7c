#include "src/cgroup/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "src/values/kernel_text.hpp"
#include "src/values/nearest_word.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr std::size_t longest_name = 255;

[[noreturn]] void refuse(std::string_view what, std::string_view text, std::string_view why) {
    throw UsageError(fmt::format("invalid {} '{}': {}", what, text, why));
}

std::optional<double> decimal(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
    return number;
}

/// Names that mkdir(2) accepts, but that look like an interface file of the parent group.
bool looks_like_a_file(std::string_view name) {
    constexpr std::array<std::string_view, 9> prefixes{"cgroup.", "memory.",  "cpu.",  "cpuset.", "io.",
                                                       "pids.",   "hugetlb.", "rdma.", "misc."};
    return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::vector<std::string> split_path(const std::string& path) {
    if (path.starts_with('/')) refuse("group", path, "expected a path relative to the base (see --cgroup-base)");
    std::vector<std::string> components;
    std::string_view rest = path;
    while (!rest.empty()) {
        const std::size_t slash = rest.find('/');
        const std::string_view name = rest.substr(0, slash);
        if (name.empty()) refuse("group", path, "it has an empty component");
        if (name == "." || name == "..") refuse("group", path, "'.' and '..' are not allowed");
        if (name.size() > longest_name) refuse("group", path, fmt::format("a name is longer than {}", longest_name));
        if (name.find('\n') != std::string_view::npos) refuse("group", path, "a name contains a newline");
        if (looks_like_a_file(name))
            refuse("group", path, fmt::format("'{}' looks like an interface file of the kernel", name));
        components.emplace_back(name);
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    }
    return components;
}

bool sets(const std::vector<CgroupSetting>& settings, std::string_view file) {
    return std::ranges::find(settings, file, &CgroupSetting::file) != settings.end();
}

/// Keeps the last setting for each file. io.max keeps all its settings, because each is about one disk. Adds the
/// settings that a limit of memory.max implies.
std::vector<CgroupSetting> settle(const std::vector<CgroupSetting>& asked) {
    std::vector<CgroupSetting> settings;
    for (const CgroupSetting& setting : asked) {
        if (setting.file != "io.max")
            std::erase_if(settings, [&](const auto& known) { return known.file == setting.file; });
        settings.push_back(setting);
    }
    const auto limit = std::ranges::find(settings, "memory.max", &CgroupSetting::file);
    if (limit == settings.end() || limit->value == "max") return settings;
    const std::string option = limit->option;
    // Without a swap limit the command could exceed memory.max by swapping. If memory runs out, kill the whole group: a
    // build with some processes killed is of no use.
    if (!sets(settings, "memory.swap.max")) settings.push_back({"memory.swap.max", "0", option, true, true});
    if (!sets(settings, "memory.oom.group")) settings.push_back({"memory.oom.group", "1", option, true, true});
    return settings;
}

std::string io_limit(std::string_view whole, std::string_view word) {
    const std::size_t equals = word.find('=');
    const std::string_view key = word.substr(0, equals);
    constexpr std::array<std::string_view, 4> keys{"rbps", "wbps", "riops", "wiops"};
    if (equals == std::string_view::npos || std::ranges::find(keys, key) == keys.end()) {
        refuse("limit", whole, "expected rbps=, wbps=, riops= or wiops= after the device");
    }
    const std::string_view value = word.substr(equals + 1);
    if (value == "max") return fmt::format("{}=max", key);
    const Size number = key.ends_with("bps") ? parse_size(value) : number_in(value).value_or(0);
    if (number == 0) refuse("limit", whole, fmt::format("expected a number above 0 after '{}='", key));
    constexpr Size most_operations = 0xffffffff;  // the kernel's "max" for operations per second
    const bool is_none = number == unlimited || (!key.ends_with("bps") && number >= most_operations);
    return is_none ? fmt::format("{}=max", key) : fmt::format("{}={}", key, number);
}

void check_base(const std::optional<std::string>& base) {
    if (base && *base != "root" && *base != "self" && !base->starts_with('/')) {
        constexpr std::array<std::string_view, 2> words{"root", "self"};
        refuse("base", *base, "expected root, self or an absolute directory" + suggestion(*base, words));
    }
}

}  // namespace

void check_cgroup_path(const std::optional<std::string>& base, const std::string& path) {
    check_base(base);
    split_path(path);
}

void check_environment_base(const std::optional<std::string>& base) {
    try {
        check_base(base);
    } catch (const UsageError& error) {
        throw UsageError(fmt::format("NETRUNNER_CGROUP_BASE: {}", error.what()));
    }
}

std::optional<CgroupPlan> plan_cgroup(const CgroupChoice& choice, const std::optional<std::string>& environment_base) {
    if (!choice.path && choice.settings.empty()) {
        if (choice.base) throw UsageError("--cgroup-base needs --cgroup or a limit");
        return std::nullopt;
    }
    CgroupPlan plan;
    plan.base = choice.base ? choice.base : environment_base;
    if (plan.base && plan.base->empty()) plan.base.reset();
    choice.base ? check_base(plan.base) : check_environment_base(plan.base);
    if (choice.path && choice.path->empty()) refuse("group", "", "expected a path");
    plan.components = split_path(choice.path.value_or(""));
    plan.unique = !choice.path || choice.path->ends_with('/');
    plan.settings = settle(choice.settings);
    return plan;
}

std::optional<std::string> controller_of(std::string_view file) {
    const std::string_view name = file.substr(0, file.find('.'));
    if (name == "cgroup" || file.ends_with(".pressure")) return std::nullopt;
    return std::string(name);
}

std::string group_value(const std::string& text) {
    if (text.empty()) refuse("group", text, "expected a path below the base");
    split_path(text);
    return text;
}

std::string base_value(const std::string& text) {
    check_base(text);
    return text;
}

std::string memory_value(std::string_view text) {
    const Size size = parse_size(text);
    return size == unlimited ? "max" : fmt::format("{}", size);
}

std::string pids_value(std::string_view text) {
    constexpr std::uint64_t most = 4194304;  // PID_MAX_LIMIT
    if (text == "max" || text == "infinity") return "max";
    const auto number = number_in(text);
    if (!number || *number > most) refuse("number", text, fmt::format("expected 0 to {}, or max", most));
    return fmt::format("{}", *number);
}

std::string cpu_value(std::string_view text) {
    constexpr double usual_period = 100'000;
    constexpr double longest_period = 1'000'000;
    constexpr double least_quota = 1'000;
    if (text == "max" || text == "infinity") return fmt::format("max {:.0f}", usual_period);
    const bool percent = text.ends_with('%');
    const auto number = decimal(percent ? text.substr(0, text.size() - 1) : text);
    const double cpus = number.value_or(0) / (percent ? 100 : 1);
    // The kernel counts in microseconds and accepts no quota below one millisecond, so a small share gets a longer
    // period.
    const double period = cpus * usual_period < least_quota ? longest_period : usual_period;
    const double quota = std::floor(cpus * period + 0.5);
    if (!number || quota < least_quota || cpus > 1e6) {
        refuse("share", text, "expected CPUs (1.5) or a percentage (150%), at least 0.001");
    }
    return fmt::format("{:.0f} {:.0f}", quota, period);
}

std::string weight_value(std::string_view text) {
    const auto number = number_in(text);
    if (!number || *number < 1 || *number > 10000) refuse("weight", text, "expected 1 to 10000");
    return fmt::format("{}", *number);
}

std::string cpuset_value(std::string_view text) {
    const bool known = text.find_first_not_of("0123456789,-") == std::string_view::npos;
    const bool ends_well = !text.empty() && text.front() >= '0' && text.back() >= '0';
    if (!known || !ends_well) refuse("list", text, "expected CPUs such as 0-3,8");
    return std::string(text);
}

std::string io_value(std::string_view text) {
    std::string words(text);
    std::ranges::replace(words, ',', ' ');
    std::string value;
    std::string_view rest = words;
    std::size_t count = 0;
    while (true) {
        const std::size_t from = rest.find_first_not_of(' ');
        if (from == std::string_view::npos) break;
        rest.remove_prefix(from);
        const std::string_view word = rest.substr(0, rest.find(' '));
        value += count++ == 0 ? std::string(word) : ' ' + io_limit(text, word);
        rest.remove_prefix(word.size());
    }
    if (count < 2) refuse("limit", text, "expected a device and limits, such as '8:0 wbps=1M'");
    return value;
}

CgroupSetting setting_value(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string_view file = text.substr(0, equals);
    if (equals == std::string_view::npos || file.empty()) refuse("setting", text, "expected FILE=VALUE");
    constexpr std::array<std::string_view, 6> ours{"cgroup.procs",  "cgroup.threads", "cgroup.kill",
                                                   "cgroup.freeze", "cgroup.type",    "cgroup.subtree_control"};
    const bool is_file =
        file.find('.') != std::string_view::npos && file.find('/') == std::string_view::npos && file.front() != '.';
    if (!is_file) refuse("setting", text, "expected an interface file of the group, such as memory.low");
    if (std::ranges::find(ours, file) != ours.end()) {
        refuse("setting", text, fmt::format("'{}' cannot be set on a run's group", file));
    }
    return {.file = std::string(file),
            .value = std::string(text.substr(equals + 1)),
            .option = "--cgroup-set",
            .implied = false,
            .checked = false};
}

}  // namespace netrunner
