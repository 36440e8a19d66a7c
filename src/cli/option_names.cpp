#include "src/cli/option_names.hpp"

#include <algorithm>
#include <array>

#include "src/values/nearest_word.hpp"

namespace netrunner {
namespace {

constexpr std::array<Synonym, 30> table{{
    {"--clear-env", "--ignore-environment"},
    {"--cpus", "--cpu-max"},
    {"--cpuset-cpus", "--cpuset"},
    {"--cwd", "--chdir"},
    {"--dir", "--chdir"},
    {"--directory", "--chdir"},
    {"--env", "--setenv"},
    {"--environment", "--setenv"},
    {"--grace", "--kill-after"},
    {"--group", "--gid"},
    {"--interactive", "--pty"},
    {"--json", "--report"},
    {"--limit", "--rlimit"},
    {"--log", "--output"},
    {"--log-file", "--output"},
    {"--max-memory", "--memory-max"},
    {"--mem", "--memory-max"},
    {"--memory", "--memory-max"},
    {"--memory-limit", "--memory-max"},
    {"--pids-limit", "--pids-max"},
    {"--setuid", "--uid"},
    {"--silent", "--quiet"},
    {"--tee", "--output"},
    {"--time", "--timeout"},
    {"--time-limit", "--timeout"},
    {"--tty", "--pty"},
    {"--ulimit", "--rlimit"},
    {"--user", "--uid"},
    {"--workdir", "--chdir"},
    {"--working-directory", "--chdir"},
}};

}  // namespace

std::span<const Synonym> synonyms() { return table; }

std::string meant_option(std::string_view typed, std::span<const std::string_view> known) {
    const auto name_of = [](std::string_view word) {
        const auto* const synonym = std::ranges::find(table, word, &Synonym::typed);
        return std::string(synonym == table.end() ? "" : synonym->name);
    };
    std::string meant = name_of(typed);
    if (meant.empty()) meant = nearest_word(typed, known);
    if (!meant.empty()) return meant;
    std::array<std::string_view, table.size()> other_names;
    std::ranges::transform(table, other_names.begin(), &Synonym::typed);
    return name_of(nearest_word(typed, other_names));
}

}  // namespace netrunner
