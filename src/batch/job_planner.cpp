#include "src/batch/job_planner.hpp"

#include <algorithm>
#include <utility>

namespace netrunner {

using Mode = OutputModeChoice::Kind;

JobPlanner::JobPlanner(const ConductorSetup& setup) : setup_(setup) {
    if (setup_.options.output_mode.kind == Mode::files) files_.emplace(setup_.options.output_mode.name);
}

LaunchPlan JobPlanner::plan(const BatchJob& job, bool is_relayed) const {
    const Options options = options_of(job, is_relayed);
    const auto plan_with = [&](const Facts& facts) {
        LaunchPlan plan = make_launch_plan(options, facts);
        plan.cgroup = setup_.group.plan_for(job, std::move(plan.cgroup));
        return plan;
    };
    if (!setup_.options.jsonl) return plan_with(setup_.facts);
    Facts facts = setup_.facts;
    facts.identity = resolve_identity(options.user, options.group, options.groups);
    return plan_with(facts);
}

Options JobPlanner::options_of(const BatchJob& job, bool is_relayed) const {
    using Stream = StreamChoice::Mode;
    Options options = job.options;
    const std::string name = job.name();
    Filling filling{.values = job.values, .number = job.number, .id = name};
    options.pipe_size = std::min(options.pipe_size, setup_.pipe_size);
    for (const bool of_error : {false, true}) {
        StreamChoice& stream = of_error ? options.standard_error : options.standard_output;
        if (stream.mode == Stream::file) setup_.own_files.refuse(stream.path);
        if (stream.mode != Stream::automatic && stream.mode != Stream::pipe) continue;
        if (setup_.options.output_mode.kind == Mode::null && !is_relayed) stream = {Stream::null, {}};
        if (setup_.options.output_mode.kind == Mode::inherit) stream = {Stream::inherit, {}};
        if (!files_) continue;
        filling.stream = of_error ? "stderr" : "stdout";
        if (of_error && !files_->parts_streams()) {
            stream = {Stream::merge, {}};
        } else if (is_relayed) {
            stream = {Stream::pipe, {}};
        } else {
            stream = {Stream::file, files_->path(filling)};
            open_output(stream.path, [&](const struct stat& file) { setup_.own_files.refuse(file, stream.path); });
        }
    }
    return options;
}

}  // namespace netrunner
