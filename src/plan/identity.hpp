// Resolves the users and groups of --uid, --gid and --groups to ids, from /etc/passwd and /etc/group. The programs are
// static, so it does not use the name service switch (LDAP and others). Numbers work without an entry in these files,
// but a user without an entry needs --gid.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace netrunner {

struct Identity {
    std::optional<uid_t> user{};
    std::optional<gid_t> group{};
    std::optional<std::vector<gid_t>> groups{};  ///< supplementary
};

/// The ids of `--uid`, `--gid` and `--groups`. `user` brings its primary and supplementary groups, unless `group` or
/// `groups` replace them. Throws std::runtime_error, such as "--uid: unknown user 'x': ...".
Identity resolve_identity(const std::optional<std::string>& user, const std::optional<std::string>& group,
                          const std::optional<std::vector<std::string>>& groups);

}  // namespace netrunner
