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

/// Nothing if `act` throws nothing; else the outcome of the attempt.
std::optional<Outcome> JobStarter::attempt(const BatchJob& job, const std::function<void()>& act) const {
    NotStarted why{.stage = "record"};
    try {
        act();
        return std::nullopt;
    } catch (const SetupFailure& failure) {
        why = {.stage = failure.stage(), .error = failure.code().value(), .message = failure_text(failure)};
    } catch (const std::runtime_error& failure) {
        why.message = failure.what();
    }
    // The record has asked for what cannot be, such as a directory that does not exist.
    why.message = at_place(job.line, setup_.options.nul, why.message);
    return not_started(job, std::move(why));
}

std::optional<Outcome> JobStarter::start(StartedJob& started) {
    const BatchJob& job = started.job();
    if (!job.problem.empty()) return not_started(job, {.stage = "record", .message = job.problem});
    return attempt(job, [&] {
        using Attempt = StandardFiles::Attempt;
        const TimePoint now = std::chrono::steady_clock::now();
        if (started.is_first_attempt()) planner_.claim_files(job);
        const LaunchPlan planned = planner_.plan(job, outputs_ != nullptr);
        refuse_input_for_one_attempt(planned);
        if (StandardFiles* const kept = started.kept_files()) {
            kept->renew_input(planned);
            return run(started, started.begin(planned, now), *kept, now);
        }
        if (started.is_first_attempt() && may_wait_for_files(planned)) {
            started.begin_wait();
            return waiting_.add(job.number, started.begin(planned, now), now);
        }
        const StandardFiles files(planned, now, started.is_first_attempt() ? Attempt::first : Attempt::further);
        run(started, started.begin(planned, now), files, now);
    });
}

std::optional<Outcome> JobStarter::go_on(StartedJob& started, WaitingStart opened) {
    auto failed = attempt(started.job(), [&] {
        if (opened.failure) std::rethrow_exception(opened.failure);
    });
    if (failed) {
        started.withdraw();
        return failed;
    }
    failed = attempt(started.job(), [&] { run(started, std::move(opened.plan), *opened.files, opened.begun); });
    started.end_wait(*std::move(opened.files));
    return failed;
}

/// Throws SetupFailure, UsageError.
void JobStarter::run(StartedJob& started, LaunchPlan plan, const StandardFiles& files, TimePoint begun) {
    plan.shepherd.lock_descriptor = lock_;
    started.counts_before = setup_.group.counts();
    RunRecorder* const recorder = started.recorder(plan, setup_.begun);
    SessionContext context{.begun = begun,
                           .lines_from = started.begun(),
                           .narrate = setup_.narrate,
                           .outlets = started.outlets(outputs_, tags_),
                           .listener = setup_.events != nullptr ? &setup_.events->listener(started.job()) : nullptr,
                           .recording = {.recorder = recorder}};
    running_.start(started.job().number, std::move(plan), files, std::move(context));
}

}  // namespace netrunner
