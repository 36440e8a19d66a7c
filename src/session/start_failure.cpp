#include "src/session/start_failure.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "src/cgroup/shortage.hpp"
#include "src/cli/value_syntax.hpp"
#include "src/link/namespace_refusal.hpp"
#include "src/session/command_hint.hpp"
#include "src/values/errno_text.hpp"

namespace netrunner {
namespace {

struct StageText {
    const char* word;     ///< the stage in the report
    const char* message;  ///< the beginning of the message
};

/// In the order of protocol::Stage.
constexpr std::array<StageText, protocol::stage_count> stages{{
    {"protocol", "netrunner-shepherd does not understand netrunner (install both programs from one build)"},
    {"shepherd", "cannot open the descriptors with which netrunner-shepherd watches the run"},
    {"pipe", "cannot create the command's pipes"},
    {"terminal", "cannot create a pseudo-terminal"},
    {"fork", "cannot create a process"},
    {"pid-namespace", "cannot create a PID namespace"},
    {"session", "cannot create a process group"},
    {"streams", "cannot set up the command's descriptors"},
    {"cgroup", "cgroup: cannot join"},
    {"rlimit", "cannot set the resource limit"},
    {"nice", "cannot set the nice value"},
    {"groups", "cannot set the groups"},
    {"gid", "cannot set the group"},
    {"uid", "cannot set the user"},
    {"no-new-privs", "cannot set no-new-privs"},
    {"exec", "cannot run"},
}};

bool is_directory(const std::string& file) {
    struct stat info {};
    return ::stat(file.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

/// What the errno of joining a control group means (cgroups(7)), and what the user can do.
const char* why_not_joined(int error) {
    switch (error) {
        case EACCES:
            return ", because this user may not write cgroup.procs of the nearest group that contains both it and "
                   "netrunner (try: run netrunner itself inside the delegated group)";
        case EBUSY: return ", because it has controllers enabled for the groups inside it (try: a group inside it)";
        case EOPNOTSUPP: return ", because it or a group above it is in threaded mode (try: another group)";
        case ENOENT:
        case ENODEV: return ", because another process has removed it, or because it is outside this cgroup namespace";
        default: return "";
    }
}

}  // namespace

NotStarted describe_start_failure(const protocol::Failed& failed, const std::string& file, const std::string& group) {
    const StageText& stage = stages.at(static_cast<std::size_t>(failed.stage));
    NotStarted end{.stage = stage.word, .error = failed.error};
    std::string why = errno_text(failed.error);
    std::string object;
    if (failed.stage == protocol::Stage::pid_namespace) why = describe_namespace_refusal(failed.error);
    if (failed.stage == protocol::Stage::rlimit) object = fmt::format(" '{}'", limit_name(failed.detail));
    if (failed.stage == protocol::Stage::exec) {
        object = fmt::format(" '{}'", file);
        const bool interpreter_missing = failed.error == ENOENT && failed.detail != 0;
        if (interpreter_missing) why = "its interpreter was not found";
        if (failed.error == EACCES && is_directory(file)) why = "is a directory";
        const bool found = failed.error != ENOENT || interpreter_missing;
        end.fault = found ? NotStarted::Fault::not_executable : NotStarted::Fault::not_found;
    }
    const bool for_a_limit = failed.error == EAGAIN || failed.error == EMFILE || failed.error == ENFILE;
    const bool of_ours = failed.stage != protocol::Stage::exec && failed.stage != protocol::Stage::uid;
    if (for_a_limit && of_ours) object = describe_limit_met(failed.error);
    if (failed.stage == protocol::Stage::cgroup && failed.error == ENOMEM) {
        end.message = fmt::format("cgroup: the memory limit of '{}' is too small to start '{}'", group, file);
        return end;
    }
    if (failed.stage == protocol::Stage::cgroup) object = fmt::format(" '{}'{}", group, why_not_joined(failed.error));
    const bool no_subreaper = failed.stage == protocol::Stage::session && failed.detail != 0;
    const char* what = no_subreaper ? "cannot become the parent of the command's orphans" : stage.message;
    end.message = fmt::format("{}{}: {}", what, object, why);
    if (end.fault == NotStarted::Fault::not_found) end.message += describe_meant_command(file);
    return end;
}

NotStarted describe_foreign_shepherd(int status) {
    constexpr const char* text =
        "the program in the shepherd's place exited with status {} without a word (install both programs from one "
        "build)";
    return {.stage = "shepherd", .message = fmt::format(text, status)};
}

}  // namespace netrunner
