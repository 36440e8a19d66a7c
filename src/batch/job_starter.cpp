#include "src/batch/job_starter.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "src/link/standard_files.hpp"
#include "src/system/setup_failure.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

Outcome not_started(const BatchJob& job, NotStarted why) {
    Outcome outcome;
    outcome.command = job.options.command.empty() ? "" : job.options.command.front();
    outcome.end = std::move(why);
    outcome.stamp(std::chrono::steady_clock::now());
    return outcome;
}

}  // namespace

std::optional<Outcome> JobStarter::start(StartedJob& started) {
    const BatchJob& job = started.job();
    NotStarted why{.stage = "record", .message = job.problem};
    if (!job.problem.empty()) return not_started(job, std::move(why));
    try {
        using Attempt = StandardFiles::Attempt;
        const TimePoint now = std::chrono::steady_clock::now();
        const LaunchPlan planned = planner_.plan(job, outputs_ != nullptr);
        refuse_input_for_one_attempt(planned);
        // A job does not wait for the other end of a FIFO.
        const StandardFiles files(planned, now, started.is_first_attempt() ? Attempt::first : Attempt::further);
        LaunchPlan launch = started.begin(planned, now);
        launch.shepherd.lock_descriptor = lock_;
        started.shortages_before = setup_.group.shortages();
        SessionContext context{.begun = now,
                               .lines_from = started.begun(),
                               .narrate = setup_.narrate,
                               .outlets = started.outlets(outputs_, tags_),
                               .listener = setup_.events != nullptr ? &setup_.events->listener(job) : nullptr};
        running_.start(job.number, std::move(launch), files, std::move(context));
        return std::nullopt;
    } catch (const SetupFailure& failure) {
        why = {.stage = failure.stage(), .error = failure.code().value(), .message = failure_text(failure)};
    } catch (const std::runtime_error& failure) {
        why.message = failure.what();
    }
    // The record has asked for what does not exist, such as a user or a directory.
    if (setup_.options.jsonl) why.message = fmt::format("line {}: {}", job.line, why.message);
    return not_started(job, std::move(why));
}

}  // namespace netrunner
