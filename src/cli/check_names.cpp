#include "src/cli/check_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "src/values/nearest_word.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

/// In the order in which doctor prints them.
constexpr std::array<std::string_view, 11> names{"run",           "proc",          "pidfd",        "pty",
                                                 "cgroup",        "cgroup.memory", "cgroup.pids",  "cgroup.cpu",
                                                 "cgroup.cpuset", "cgroup.io",     "pid-namespace"};

std::string_view short_name(std::string_view name) {
    constexpr std::string_view prefix = "cgroup.";
    return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

}  // namespace

std::vector<std::string> required_checks(std::string_view list) {
    std::vector<std::string> required;
    std::string_view rest = list;
    while (true) {
        const std::string_view word = rest.substr(0, rest.find(','));
        const auto* const found = std::ranges::find_if(
            names, [&](std::string_view name) { return word == name || word == short_name(name); });
        if (found == names.end()) {
            std::array<std::string_view, names.size()> known;
            std::ranges::transform(names, known.begin(), short_name);
            throw UsageError(fmt::format("doctor: --require: no check '{}': expected names of {}{}", word,
                                         fmt::join(known, " "), suggestion(word, known)));
        }
        required.emplace_back(*found);
        if (word.size() == rest.size()) return required;
        rest.remove_prefix(word.size() + 1);
    }
}

}  // namespace netrunner
