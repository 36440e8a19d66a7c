#include "src/doctor/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "src/values/version.hpp"

namespace netrunner {

bool Diagnosis::suffices() const {
    return std::ranges::all_of(checks, [&](const Check& check) {
        return check.works || (!required.empty() && std::ranges::find(required, check.name) == required.end());
    });
}

std::string render_text(const Diagnosis& diagnosis) {
    std::string text = fmt::format("netrunner {} on {} {}, as user {}\n", version, diagnosis.kernel, diagnosis.machine,
                                   diagnosis.user);
    std::size_t width = 0;
    for (const Check& check : diagnosis.checks) width = std::max(width, check.name.size());
    for (const Check& check : diagnosis.checks) {
        text += fmt::format("{:<4} {:<{}}  needed for {}: {}\n", check.works ? "yes" : "no", check.name, width,
                            check.needed_for, check.detail);
    }
    if (diagnosis.container) text += sentence(*diagnosis.container) + "\n";
    return text;
}

std::string render_json(const Diagnosis& diagnosis) {
    constexpr int schema = 1;
    constexpr int indent = 2;
    nlohmann::ordered_json text;
    text["schema"] = schema;
    text["version"] = version;
    text["kernel"] = diagnosis.kernel;
    text["machine"] = diagnosis.machine;
    text["user"] = diagnosis.user;
    text["required"] = diagnosis.required;
    text["ok"] = diagnosis.suffices();
    text["checks"] = nlohmann::ordered_json::array();
    for (const Check& check : diagnosis.checks) {
        text["checks"].push_back(
            {{"name", check.name}, {"ok", check.works}, {"needed_for", check.needed_for}, {"detail", check.detail}});
    }
    text["container"] = nullptr;
    if (const auto& container = diagnosis.container) {
        text["container"] = {{"engine", nullptr},
                             {"first_process", container->first_process},
                             {"seccomp", container->filtered},
                             {"sys_admin", container->admin},
                             {"no_new_privileges", container->no_new_privileges},
                             {"cgroups", name_of(container->groups)}};
        if (!container->engine.empty()) text["container"]["engine"] = container->engine;
    }
    // JSON has to be UTF-8, but paths may hold any bytes: invalid ones become U+FFFD.
    return text.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace netrunner
