#include "src/plan/identity.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "src/values/nearest_word.hpp"

namespace netrunner {
namespace {

struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

File open_database(const char* path) { return File(std::fopen(path, "re")); }

/// `text` as a user or group id. (uid_t)-1 is refused, because the kernel takes it for "do not change".
std::optional<std::uint32_t> parse_id(const std::string& text) {
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && id != std::numeric_limits<std::uint32_t>::max() ? std::optional(id) : std::nullopt;
}

struct User {
    uid_t id = 0;
    std::optional<gid_t> group;
    std::string name;
};

[[noreturn]] void refuse(std::string_view option, std::string_view kind, const std::string& text, const char* database,
                         const std::vector<std::string>& names) {
    throw std::runtime_error(fmt::format("{}: unknown {} '{}': expected a name in {} or a number{}", option, kind, text,
                                         database,
                                         suggestion(text, std::vector<std::string_view>(names.begin(), names.end()))));
}

User find_user(const std::string& text) {
    const auto number = parse_id(text);
    std::vector<std::string> names;
    if (const File file = open_database("/etc/passwd")) {
        // fgetpwent(3) reads this file only and never calls the name service switch.
        while (const passwd* entry = ::fgetpwent(file.get())) {
            if (number ? entry->pw_uid == *number : text == entry->pw_name) {
                return {entry->pw_uid, entry->pw_gid, entry->pw_name};
            }
            if (!number) names.emplace_back(entry->pw_name);
        }
    }
    if (!number) refuse("--uid", "user", text, "/etc/passwd", names);
    return {*number, std::nullopt, ""};
}

gid_t find_group(const std::string& text, std::string_view option) {
    if (const auto number = parse_id(text)) return *number;
    std::vector<std::string> names;
    if (const File file = open_database("/etc/group")) {
        while (const group* entry = ::fgetgrent(file.get())) {
            if (text == entry->gr_name) return entry->gr_gid;
            names.emplace_back(entry->gr_name);
        }
    }
    refuse(option, "group", text, "/etc/group", names);
}

std::vector<gid_t> groups_of(const User& user) {
    std::vector<gid_t> groups;
    if (user.group) groups.push_back(*user.group);
    const File file = open_database("/etc/group");
    if (user.name.empty() || !file) return groups;
    while (const group* entry = ::fgetgrent(file.get())) {
        for (char** member = entry->gr_mem; *member != nullptr; ++member) {
            if (user.name == *member && entry->gr_gid != user.group) groups.push_back(entry->gr_gid);
        }
    }
    return groups;
}

}  // namespace

Identity resolve_identity(const std::optional<std::string>& user, const std::optional<std::string>& group,
                          const std::optional<std::vector<std::string>>& groups) {
    Identity identity;
    if (user) {
        const User found = find_user(*user);
        identity.user = found.id;
        identity.group = found.group;
        identity.groups = groups_of(found);
    }
    if (group) identity.group = find_group(*group, "--gid");
    if (identity.user && !identity.group) {
        // Without this check the command would keep netrunner's group, which may be root's.
        throw std::runtime_error(fmt::format(
            "--uid: no group known for user '{}': it has no entry in /etc/passwd (add --gid GROUP)", *user));
    }
    if (groups) {
        identity.groups.emplace();
        for (const std::string& name : *groups) identity.groups->push_back(find_group(name, "--groups"));
    }
    return identity;
}

}  // namespace netrunner
