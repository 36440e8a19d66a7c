// Users and groups by name or number, from /etc/passwd and /etc/group. The programs are static, so the name service
// switch (LDAP and the like) is not asked: numbers always work.
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

/// What `--uid`, `--gid` and `--groups` come to. A user's own primary and supplementary groups come with it, unless
/// others are named. Throws std::runtime_error "unknown user 'x'".
Identity resolve_identity(const std::optional<std::string>& user, const std::optional<std::string>& group,
                          const std::optional<std::vector<std::string>>& groups);

}  // namespace netrunner
