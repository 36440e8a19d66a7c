#include "src/batch/job_planner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "src/values/usage_error.hpp"

namespace netrunner {

using Mode = OutputModeChoice::Kind;

namespace {

std::optional<OutputNames> names_of(const BatchOptions& options) {
    if (options.output_mode.kind != Mode::files) return std::nullopt;
    return OutputNames(options.output_mode.name);
}

/// Whether the output mode says where this stream of a job goes.
bool follows_mode(const StreamChoice& stream) {
    return stream.mode == StreamChoice::Mode::automatic || stream.mode == StreamChoice::Mode::pipe;
}

}  // namespace

JobPlanner::JobPlanner(const ConductorSetup& setup)
    : setup_(setup), files_(names_of(setup.options)), claims_(files_ && files_->may_repeat(setup.options.jsonl)) {}

/// The names of the job's files of `--output-mode files`.
std::vector<std::string> JobPlanner::files_of(const BatchJob& job) const {
    std::vector<std::string> files;
    if (!files_) return files;
    const std::string name = job.name();
    Filling filling{.values = job.values, .number = job.number, .id = name, .stream = "stdout"};
    if (follows_mode(job.options.standard_output)) files.push_back(files_->path(filling));
    filling.stream = "stderr";
    if (files_->parts_streams() && follows_mode(job.options.standard_error)) files.push_back(files_->path(filling));
    return files;
}

void JobPlanner::claim_files(const BatchJob& job) {
    for (const std::string& file : files_of(job)) {
        if (!claims_.claim(file))
            throw UsageError(
                fmt::format("its output file '{}' is that of an earlier job (add {{#}} to the name)", file));
    }
}

void JobPlanner::keep_files(const BatchJob& job) {
    try {
        for (const std::string& file : files_of(job)) claims_.claim(file);
    } catch (const UsageError&) {  // it makes no name, so it has no file
    }
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
        if (!follows_mode(stream)) continue;
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
