#include "src/plan/environment.hpp"

#include <algorithm>
#include <utility>

#include "shepherd/link/protocol.hpp"

namespace netrunner {
namespace {

using Entries = std::vector<std::string>;

constexpr const char* usual_terminal = "xterm-256color";

bool has_name(const std::string& entry, const std::string& name) {
    return entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name);
}

const std::string* find(const Entries& entries, const std::string& name) {
    const auto found = std::ranges::find_if(entries, [&](const std::string& entry) { return has_name(entry, name); });
    return found == entries.end() ? nullptr : &*found;
}

void remove(Entries& entries, const std::string& name) {
    std::erase_if(entries, [&](const std::string& entry) { return has_name(entry, name); });
}

void set(Entries& entries, const std::string& name, const std::string& value) {
    remove(entries, name);
    entries.push_back(name + '=' + value);
}

void apply_changes(const Options& options, const Entries& inherited, Entries& entries) {
    for (const std::string& name : options.unset) remove(entries, name);
    for (const EnvironmentChange& change : options.set) {
        if (change.value) {
            set(entries, change.name, *change.value);
        } else if (const std::string* const found = find(inherited, change.name)) {
            const std::string entry = *found;
            remove(entries, change.name);
            entries.push_back(entry);
        }
    }
}

/// The user's own choice with -E, -u or -i stays.
void suit_terminal(const Options& options, bool gets_keys, Entries& entries) {
    const auto is_chosen = [&](const std::string& name) {
        return options.ignore_environment || std::ranges::find(options.unset, name) != options.unset.end() ||
               std::ranges::find(options.set, name, &EnvironmentChange::name) != options.set.end();
    };
    const std::string* const term = find(entries, "TERM");
    if (options.term) {
        set(entries, "TERM", *options.term);
    } else if (!is_chosen("TERM") && (term == nullptr || *term == "TERM=")) {
        set(entries, "TERM", usual_terminal);
    }
    for (const char* pager : {"PAGER", "GIT_PAGER"}) {
        if (!gets_keys && !is_chosen(pager)) set(entries, pager, "cat");
    }
    if (find(entries, "GPG_TTY") != nullptr && !is_chosen("GPG_TTY")) {
        remove(entries, "GPG_TTY");
        entries.emplace_back(protocol::unnamed_terminal);
    }
}

}  // namespace

std::optional<Entries> plan_environment(const Options& options, const Entries& inherited, bool gets_keys) {
    if (!options.pty && !options.ignore_environment && options.set.empty() && options.unset.empty()) {
        return std::nullopt;
    }
    Entries entries;
    if (!options.ignore_environment) entries = inherited;
    apply_changes(options, inherited, entries);
    if (options.pty) suit_terminal(options, gets_keys, entries);
    if (entries == inherited) return std::nullopt;
    return entries;
}

}  // namespace netrunner
