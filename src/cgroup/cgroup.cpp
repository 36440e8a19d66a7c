#include "src/cgroup/cgroup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/limits.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <random>
#include <string_view>

#include "src/cgroup/leftover.hpp"
#include "src/cgroup/limit.hpp"
#include "src/cgroup/place.hpp"
#include "src/system/fd.hpp"
#include "src/system/setup_failure.hpp"
#include "src/system/text_file.hpp"
#include "src/values/errno_text.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& word) {
    return std::ranges::find(list, word) != list.end();
}

std::string unique_name() {
    std::random_device random;
    return fmt::format("{}{}-{:06x}", made_up_prefix, ::getpid(), random() & 0xffffffU);
}

/// Empty if netrunner may not move processes there.
Descriptor open_own_procs() {
    try {
        const std::string path = find_cgroup_base("self") + "/cgroup.procs";
        return Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    } catch (const SetupFailure&) {
        return {};
    }
}

/// The options that watch what `settings` limit, for where there can be no group; empty: there are none.
std::string watched_instead(const std::vector<CgroupSetting>& settings) {
    const auto asks = [&](const char* option) {
        return std::ranges::find(settings, option, &CgroupSetting::option) != settings.end();
    };
    const bool memory = asks("--memory-max");
    const bool processes = asks("--pids-max");
    if (!memory && !processes) return "";
    return fmt::format("{}{}{}, which netrunner watches without a control group", memory ? "--max-rss" : "",
                       memory && processes ? " and " : "", processes ? "--max-processes" : "");
}

}  // namespace

Cgroup::Cgroup(const CgroupPlan& plan, const Narrator& narrate) : narrate_(narrate) {
    try {
        make(plan);
        for (const CgroupSetting& setting : plan.settings) apply(setting);
        if (plan.spares) job_.set_home(open_own_procs());
        if (adopted()) before_ = read_figures(job_.directory());
    } catch (const SetupFailure& failure) {
        undo();
        const std::string watched = watched_instead(plan.settings);
        if (watched.empty()) throw;
        throw failure.suggesting(watched);
    } catch (...) {
        undo();
        throw;
    }
}

Cgroup::~Cgroup() { undo(); }

void Cgroup::make(const CgroupPlan& plan) {
    base_ = find_cgroup_base(plan.base);
    Descriptor parent(::open(base_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!parent) cgroup_failure(errno, fmt::format("cannot open '{}'", base_));
    require_cgroup2(parent.get(), base_);

    std::vector<std::string> names = plan.components;
    if (plan.unique) names.push_back(unique_name());
    std::size_t length = base_.size();
    for (const std::string& name : names) length += name.size() + 1;
    constexpr std::size_t longest_file = 64;
    if (length + longest_file > PATH_MAX) {
        cgroup_failure(ENAMETOOLONG, fmt::format("the path of the group has {} characters", length));
    }
    std::vector<std::string> controllers;
    for (const CgroupSetting& setting : plan.settings) {
        const auto controller = controller_of(setting.file);
        if (controller && !contains(controllers, *controller)) controllers.push_back(*controller);
    }

    while (base_.size() > 1 && base_.ends_with('/')) base_.pop_back();
    // Retry if another run removes a group of the path meanwhile.
    constexpr int attempts = 2000;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        made_parents_.clear();
        if (descend(duplicate(parent.get()), names, controllers, plan.unique)) return;
    }
    cgroup_failure(EBUSY, fmt::format("cannot take group '{}': other processes keep making and removing it", path_));
}

/// Walks from the base down to the group and makes the missing groups. False if the caller has to retry: another
/// process removed a group of the path meanwhile, or holds a lock that it will soon release.
bool Cgroup::descend(Descriptor parent, const std::vector<std::string>& names,
                     const std::vector<std::string>& controllers, bool unique) {
    std::vector<Descriptor> way;  // parents, locked until the group itself is locked
    std::string parent_path = base_;
    for (const std::string& name : names) {
        const bool last = &name == &names.back();
        path_ = fmt::format("{}/{}", parent_path, name);
        try {
            provide_controllers(parent.get(), parent_path, controllers);
        } catch (const SetupFailure&) {
            if (same_file(parent_path, parent.get())) throw;
            return false;
        }
        if (last && unique) clear_strays(parent.get(), parent_path, clearing_listener());
        const bool made = ::mkdirat(parent.get(), name.c_str(), JobGroup::made_by_run) == 0;
        if (!made && errno != EEXIST) {
            if (!same_file(parent_path, parent.get())) return false;
            refuse_to_create(errno);
        }
        if (last) return take(parent.get(), name, made);
        if (made) made_parents_.push_back(path_);
        Descriptor next = open_group_in(parent.get(), name);
        if (!next) {
            if (errno == ENOENT) return false;
            cgroup_failure(errno, fmt::format("cannot open group '{}'", path_));
        }
        if (!lock_group(next.get(), LOCK_SH)) {
            const std::string owner = owner_of(next.get());
            if (is_lock_passing(owner)) return false;
            refuse_used(path_, owner);
        }
        if (!same_file(path_, next.get())) return false;
        // Parents that earlier runs made count too, because the last run below them removes them. A group that no run
        // made stays, and with it all groups above it.
        if (!is_ours(next.get())) made_parents_.clear();
        if (is_ours(next.get()) && !made) made_parents_.push_back(path_);
        way.push_back(std::move(parent));
        parent = std::move(next);
        parent_path = path_;
    }
    return false;  // not reached: the last name returns above
}

void Cgroup::refuse_to_create(int error) const {
    if (error == EAGAIN) {
        cgroup_failure(
            error, fmt::format("cannot create group '{}': cgroup.max.descendants or cgroup.max.depth of a group above "
                               "it is reached",
                               path_));
    }
    cgroup_failure(error, fmt::format("cannot create group '{}'", path_), own_scope());
}

/// Whether the lock will probably be released soon; if so, first waits 1 or 20 ms. A group without an owner is locked
/// only while a run walks through it or removes it. If the owner is dead, its shepherd or guard holds the lock until it
/// has cleaned up. False if the owner is alive or `patience_` is used up.
bool Cgroup::is_lock_passing(std::string_view owner) {
    const auto pid = number_after(owner, "pid");
    if ((pid && process_exists(*pid)) || patience_.count() <= 0) return false;
    const std::chrono::milliseconds moment{pid ? 20 : 1};
    ::poll(nullptr, 0, static_cast<int>(moment.count()));
    patience_ -= moment;
    return true;
}

/// Opens, locks and marks the group for this run. False if the caller has to retry.
bool Cgroup::take(int parent, const std::string& name, bool made) {
    Descriptor directory = open_group_in(parent, name);
    if (!directory) {
        if (errno == ENOENT) return false;
        cgroup_failure(errno, fmt::format("cannot open group '{}'", path_));
    }
    if (!lock_group(directory.get(), LOCK_EX)) {
        const std::string owner = owner_of(directory.get());
        if (made || is_lock_passing(owner)) return false;
        refuse_used(path_, owner);
    }
    // If the group was removed between mkdir(2) and the lock, the lock is on a directory that is gone.
    if (!same_file(path_, directory.get())) return false;
    // Between mkdir(2) and the lock, another run may have made its own group inside and released this one. The group
    // then is that run's parent group, as if it had been there before.
    if (made && has_groups_inside(directory.get())) made = false;
    if (!made && !adopt(parent, name, directory)) return false;
    claim_ = made ? Claim::made : Claim::adopted;
    mark_as_ours(directory.get());
    if (!job_.open(std::move(directory))) {
        cgroup_failure(errno, fmt::format("cannot open the files of group '{}'", path_));
    }
    return true;
}

/// Prepares a locked group that existed before the run. False if killed runs had left it: it is removed, and the caller
/// retries. Throws SetupFailure if the group is not empty or is frozen.
bool Cgroup::adopt(int parent, const std::string& name, const Descriptor& directory) {
    const std::string owner = owner_of(directory.get());
    if (is_ours(directory.get())) {
        if (owner.empty()) {
            clear_parent(directory.get(), path_, clearing_listener());
            ::unlinkat(parent, name.c_str(), AT_REMOVEDIR);
        } else {
            clear_leftover(directory.get(), path_, true, clearing_listener());
        }
        return false;
    }
    // A run that had adopted this group was killed: clear what that run left, keep the group.
    if (!owner.empty()) clear_leftover(directory.get(), path_, false, clearing_listener());
    const auto members = processes_in(directory.get());
    if (!members.empty() || !groups_inside(path_).empty()) refuse_populated(path_, members);
    if (number_in(trimmed(read_text_at(directory.get(), "cgroup.freeze").value_or(""))) == 1) {
        cgroup_failure(EBUSY, fmt::format("group '{}' is frozen", path_), "write 0 to its cgroup.freeze");
    }
    made_parents_.clear();
    return true;
}

/// If processes were ended, the user is told with or without --verbose, because the processes may matter to the user.
ClearingListener Cgroup::clearing_listener() {
    return [this](const std::string& line, bool was_populated) {
        if (was_populated) {
            notes_.push_back("cgroup: " + line);
        } else {
            narrate_(1, line);
        }
    };
}

void Cgroup::provide_controllers(int directory, const std::string& path, const std::vector<std::string>& wanted) {
    auto controllers = enabled_controllers(directory);
    std::vector<std::string> missing;
    for (const std::string& controller : wanted) {
        if (!contains(controllers, controller)) missing.push_back(controller);
    }
    for (const std::string& controller : missing) require_controller(directory, path, controller);
    controllers.insert(controllers.begin(), missing.begin(), missing.end());
    // Check for processes before enabling: the kernel accepts some controllers (cpu) despite processes in the group,
    // and the groups inside then cannot hold processes (docs/decisions/0014).
    if (!controllers.empty() && !may_have_inner_limits(directory) && !make_room(directory, path)) {
        refuse_inner_limits(directory, path, controllers.front());
    }
    for (const std::string& controller : missing) enable(directory, path, controller);
}

void Cgroup::enable(int directory, const std::string& path, const std::string& controller) {
    const int error = write_text_at(directory, "cgroup.subtree_control", "+" + controller);
    if (error != 0) cgroup_failure(error, fmt::format("cannot enable '{}' below '{}'", controller, path), own_scope());
    narrate_(1, fmt::format("enabled the controller '{}' below '{}'", controller, path));
}

/// A group with processes cannot limit the groups inside it. Moves to a leaf group inside: netrunner, if it is the only
/// process (as in its own systemd scope); all processes of a container. False if nothing was moved.
bool Cgroup::make_room(int directory, const std::string& path) {
    const Movable movable = vacated_ ? Movable::none : movable_from(directory, path);
    if (movable == Movable::none) return false;
    VacatedGroup group(duplicate(directory), ::getpid());
    const bool whole_container = movable == Movable::container;
    if (!(whole_container ? group.vacate_with_all() : group.vacate())) return false;
    vacated_ = std::move(group);
    narrate_(1, fmt::format("moved {} to a group inside '{}', since controllers need a group without processes",
                            whole_container ? "all processes of this container" : "netrunner", path));
    return true;
}

void Cgroup::apply(const CgroupSetting& asked) {
    auto applied = apply_setting(job_.directory(), asked);
    if (!applied) return;
    std::string shown = applied->found;
    for (std::size_t at = 0; (at = shown.find('\n', at)) != std::string::npos;) shown.replace(at, 1, "; ");
    narrate_(1, fmt::format("set {} to {}", applied->file, shown));
    limits_[applied->file] = applied->found;
    applied_.push_back(std::move(*applied));
}

CgroupFigures Cgroup::figures() const {
    const CgroupFigures now = read_figures(job_.directory());
    return adopted() ? since(before_, now) : now;
}

std::optional<std::chrono::microseconds> Cgroup::cpu_usage() const {
    const auto text = read_text_at(job_.directory(), "cpu.stat");
    const auto now = text ? number_after(*text, "usage_usec") : std::nullopt;
    if (!now) return std::nullopt;
    return std::chrono::microseconds(*now - std::min(*now, before_.cpu_usage_us.value_or(0)));
}

std::vector<std::string> Cgroup::lost_limits() const {
    std::vector<std::string> lines;
    if (!read_text_at(job_.directory(), "cgroup.events")) return lines;  // the group is gone: remove() reports that
    for (const AppliedSetting& setting : applied_) {
        if (limits_.at(setting.file) != setting.found) continue;  // a later setting of the same file replaced it
        const auto now = lost_setting(job_.directory(), setting);
        if (!now) continue;
        lines.push_back(
            fmt::format("cgroup: another process changed {} of '{}' during the run: it was '{}', now it is {}",
                        setting.file, path_, setting.found, *now));
    }
    return lines;
}

std::optional<std::string> Cgroup::let_spared_leave() {
    if (job_.let_all_leave()) return std::nullopt;
    leave();
    return fmt::format("cgroup: '{}' stays, because the processes that --spare leaves cannot be moved out of it",
                       path_);
}

std::optional<std::string> Cgroup::remove() {
    const Claim claim = std::exchange(claim_, Claim::none);
    if (claim == Claim::none) return std::nullopt;
    if (claim == Claim::adopted) give_back();
    const int error = claim == Claim::adopted ? job_.remove_inside() : job_.remove(made_parents());
    if (error == 0) return std::nullopt;
    if (error == ENOENT || error == ENODEV) {
        notes_.push_back(
            fmt::format("cgroup: another process removed '{}' during the run: its figures are lost", path_));
        return std::nullopt;
    }
    const auto members = processes_in(job_.directory());
    return fmt::format("cgroup: cannot remove '{}'{}: {}", path_,
                       members.empty() ? "" : fmt::format(" (it still holds {})", named(members)), errno_text(error));
}

/// Restores the settings of an adopted group, the last one first, and removes the mark.
void Cgroup::give_back() noexcept {
    for (auto setting = applied_.rbegin(); setting != applied_.rend(); ++setting) {
        restore_setting(job_.directory(), *setting);
    }
    remove_mark(job_.directory());
}

void Cgroup::become_parent() {
    remove_mark(job_.directory());
    // The kernel gives up the exclusive lock before it grants the shared one, so another run may take the group
    // between.
    if (lock_group(job_.directory(), LOCK_SH) && same_file(path_, job_.directory())) return;
    hand_over();
    refuse_used(path_, owner_of(job_.directory()));
}

void Cgroup::leave() {
    remove_mark(job_.directory());
    if (claim_ == Claim::made) ::fchmod(job_.directory(), JobGroup::made_by_run & ~static_cast<mode_t>(S_ISVTX));
    hand_over();
}

void Cgroup::hand_over() {
    claim_ = Claim::none;
    vacated_ = {};  // moving back would disable the controllers, and the limits with them
}

void Cgroup::undo() noexcept {
    const Claim claim = std::exchange(claim_, Claim::none);
    if (claim == Claim::adopted) {
        give_back();
    } else if (claim == Claim::made && job_) {
        job_.remove(made_parents());
    } else if (!job_) {
        // Also remove groups that other runs made: while this run held the lock, those runs could not remove them.
        JobGroup::remove_unused(path_.c_str());
        for (; !made_parents_.empty(); made_parents_.pop_back()) {
            JobGroup::remove_unused(made_parents_.back().c_str());
        }
    }
    if (vacated_) vacated_.move_back();
    vacated_ = {};
}

}  // namespace netrunner
