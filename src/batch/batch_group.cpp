#include "src/batch/batch_group.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <utility>

#include "src/system/setup_failure.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"
#include "src/values/quantity.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

/// The helpers of a batch that was killed may hold its group for a moment more. Throws SetupFailure.
std::unique_ptr<Cgroup> make_patiently(const CgroupPlan& plan, const Narrator& narrate) {
    constexpr int moment_ms = 20;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (true) {
        try {
            return std::make_unique<Cgroup>(plan, narrate);
        } catch (const SetupFailure& failure) {
            if (failure.code().value() != EBUSY || std::chrono::steady_clock::now() >= until) throw;
        }
        ::poll(nullptr, 0, moment_ms);
    }
}

}  // namespace

CgroupChoice take_group_choice(BatchOptions& options) {
    CgroupChoice& of_job = options.job.cgroup;
    CgroupChoice choice{.path = std::exchange(of_job.path, std::nullopt),
                        .base = std::exchange(of_job.base, std::nullopt),
                        .settings = std::exchange(options.group_limits, {})};
    const bool needed = choice.path || !choice.settings.empty() || !of_job.settings.empty();
    if (choice.base && !needed && !options.jsonl) throw UsageError("--cgroup-base needs --cgroup or a limit");
    return choice;
}

BatchGroup::BatchGroup(CgroupChoice choice, bool of_jobs, std::optional<std::string> environment_base,
                       const Narrator& narrate)
    : choice_(std::move(choice)),
      environment_base_(std::move(environment_base)),
      needed_(of_jobs || choice_.path || !choice_.settings.empty()),
      narrate_(narrate) {}

/// With a made-up name, if neither a path nor a limit is asked for.
CgroupPlan BatchGroup::plan_around() const {
    if (choice_.path || !choice_.settings.empty()) return *plan_cgroup(choice_, environment_base_);
    CgroupPlan plan;
    plan.base = choice_.base ? choice_.base : environment_base_;
    plan.unique = true;
    return plan;
}

void BatchGroup::make() {
    if (group_) return;
    CgroupPlan plan = plan_around();
    // A shortage of memory in it ends one job, not all of them.
    std::erase_if(plan.settings,
                  [](const CgroupSetting& each) { return each.file == "memory.oom.group" && each.implied; });
    auto made = make_patiently(plan, narrate_);
    made->become_parent();
    for (const auto& name : std::filesystem::path(made->path().substr(made->base().size() + 1)))
        names_.push_back(name.string());
    const auto limit = std::ranges::find(plan.settings, "memory.max", &CgroupSetting::file);
    if (const auto bytes = limit == plan.settings.end() ? std::nullopt : number_in(limit->value))
        memory_limit_ = fmt::format("{} {} of all jobs together", limit->option, format_size(*bytes));
    group_ = std::move(made);
}

void BatchGroup::make_if_needed(const std::optional<CgroupPlan>& of_job) {
    if (!needed_ || group_) return;
    make();
    if (!of_job || of_job->settings.empty()) return;
    // As the groups of the jobs, but with a name that no job has.
    CgroupPlan plan = plan_inside(of_job, "");
    plan.unique = true;
    const Narrator silent;
    Cgroup trial(plan, silent);
    [[maybe_unused]] const auto complaint = trial.remove();  // it is said when the group around it is removed
}

/// `name`: of a group that has none.
CgroupPlan BatchGroup::plan_inside(std::optional<CgroupPlan> asked, const std::string& name) const {
    CgroupPlan plan;
    if (asked) plan = *std::move(asked);
    if (plan.components.empty() && !name.empty()) {
        plan.components.push_back(name);
        plan.unique = false;
    }
    plan.components.insert(plan.components.begin(), names_.begin(), names_.end());
    plan.base = group_->base();
    const bool is_set =
        std::ranges::find(plan.settings, "memory.oom.group", &CgroupSetting::file) != plan.settings.end();
    // If all jobs together run out of memory, the kernel ends one of them as a whole.
    if (!memory_limit_.empty() && !is_set)
        plan.settings.push_back({"memory.oom.group", "1", "--group-memory-max", true, true});
    return plan;
}

std::optional<CgroupPlan> BatchGroup::plan_for(const BatchJob& job, std::optional<CgroupPlan> asked) {
    if (!asked && !needed_) return std::nullopt;
    make();
    CgroupPlan plan = plan_inside(std::move(asked), std::to_string(job.number));
    plan.spares = plan.spares || !job.options.spare.empty();
    return plan;
}

std::uint64_t BatchGroup::shortages() const {
    if (memory_limit_.empty()) return 0;
    const auto events = read_text_at(group_->directory(), "memory.events.local");
    return events ? number_after(*events, "oom").value_or(0) : 0;
}

BatchGroup::Counts BatchGroup::counts() const {
    Counts counts{.shortages = shortages(), .around = around_.count()};
    const auto events = group_ ? read_text_at(group_->directory(), "memory.events") : std::nullopt;
    if (events) counts.killed = number_after(*events, "oom_kill").value_or(0);
    return counts;
}

void BatchGroup::explain(Outcome& outcome, const Counts& before) const {
    const Counts now = counts();
    const std::string path = group_ ? group_->path() : "";
    // What is killed in the groups of the jobs is in their own counts.
    outcome.killed_above = around_.killed_since(before.around, path, now.killed - std::min(before.killed, now.killed));
    if (!outcome.cgroup || outcome.cgroup->figures.oom_kills.value_or(0) == 0) return;
    if (now.shortages > before.shortages) outcome.cgroup->shortage_above = memory_limit_;
}

std::vector<std::string> BatchGroup::remove() {
    if (!group_) return {};
    std::vector<std::string> lines = group_->lost_limits();
    if (auto complaint = group_->remove()) lines.push_back(std::move(*complaint));
    lines.insert(lines.end(), group_->notes().begin(), group_->notes().end());
    return lines;
}

}  // namespace netrunner
