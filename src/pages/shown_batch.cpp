#include "src/pages/shown_batch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace netrunner {

std::string ShownJob::name() const {
    if (!id.empty()) return id;
    const std::vector<std::string>& words = values.empty() ? run.command : values;
    return fmt::format("{}", fmt::join(words, " "));
}

std::size_t ShownBatch::failed() const {
    return static_cast<std::size_t>(std::ranges::count_if(jobs, &ShownJob::has_failed));
}

std::optional<double> ShownBatch::begin() const {
    std::optional<double> first = started_at;
    for (const ShownJob& job : jobs) {
        if (job.run.started_at)
            first = std::min(first.value_or(*job.run.started_at), *job.run.started_at - job.run.last_start);
    }
    return first;
}

}  // namespace netrunner
