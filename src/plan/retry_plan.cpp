#include "src/plan/retry_plan.hpp"

#include <fmt/format.h>

#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

constexpr Duration default_delay = std::chrono::seconds(1);

void refuse_without_retries(const Options& options) {
    const char* option = !options.retry_on.empty() ? "--retry-on"
                         : options.retry_delay     ? "--retry-delay"
                         : options.retry_timeout   ? "--retry-timeout"
                                                   : nullptr;
    if (option != nullptr) throw UsageError(fmt::format("{} needs --retries", option));
}

}  // namespace

std::optional<RetryPlan> plan_retries(const Options& options, bool feeds) {
    if (!options.retries) {
        refuse_without_retries(options);
        return std::nullopt;
    }
    if (options.orphans == OrphanPolicy::leave) {
        throw UsageError(
            "--orphans leave cannot be used with --retries: an attempt begins when no process of the last is left");
    }
    if (feeds) {
        throw UsageError(
            "--retries needs input that can be given twice, but netrunner passes standard input on only once (name a "
            "file: --stdin FILE)");
    }
    RetryPlan plan{.retries = *options.retries,
                   .on = options.retry_on,
                   .delay = options.retry_delay.value_or(default_delay),
                   .preserve_status = options.preserve_status,
                   .quiet = options.quiet};
    if (plan.on.empty()) plan.on.push_back({.word = "failure"});
    const Duration timeout = options.retry_timeout.value_or(forever);
    if (timeout != Duration::zero()) plan.timeout = timeout;
    return plan;
}

}  // namespace netrunner
