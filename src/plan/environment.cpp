#include "src/plan/environment.hpp"

#include <algorithm>
#include <utility>

namespace netrunner {

std::optional<std::vector<std::string>> plan_environment(const Options& options,
                                                         const std::vector<std::string>& inherited) {
    if (!options.ignore_environment && options.set.empty() && options.unset.empty()) return std::nullopt;
    const auto has_name = [](const std::string& entry, const std::string& name) {
        return entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name);
    };
    std::vector<std::string> environment;
    if (!options.ignore_environment) environment = inherited;
    const auto remove = [&](const std::string& name) {
        std::erase_if(environment, [&](const std::string& entry) { return has_name(entry, name); });
    };
    for (const std::string& name : options.unset) remove(name);
    for (const EnvironmentChange& change : options.set) {
        std::string entry;
        if (change.value) {
            entry = change.name + '=' + *change.value;
        } else {
            const auto found =
                std::ranges::find_if(inherited, [&](const std::string& e) { return has_name(e, change.name); });
            if (found == inherited.end()) continue;
            entry = *found;
        }
        remove(change.name);
        environment.push_back(std::move(entry));
    }
    return environment;
}

}  // namespace netrunner
