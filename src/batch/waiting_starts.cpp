#include "src/batch/waiting_starts.hpp"

#include <sys/stat.h>

#include "src/system/patient_open.hpp"

namespace netrunner {
namespace {

bool is_fifo(const StreamChoice& choice) {
    struct stat info {};
    return choice.mode == StreamChoice::Mode::file && ::stat(choice.path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode);
}

}  // namespace

bool may_wait_for_files(const LaunchPlan& plan) {
    return is_fifo(plan.standard_input) || is_fifo(plan.standard_output) || is_fifo(plan.standard_error);
}

void WaitingStarts::add(std::uint64_t number, LaunchPlan plan, TimePoint begun) {
    auto made = std::make_unique<Waiting>();
    Waiting& waiting = *made;
    waiting.start = {.number = number, .plan = std::move(plan), .begun = begun};
    if (waiting.start.plan.timeout != forever) waiting.until = begun + waiting.start.plan.timeout;
    waiting.opening.emplace([&start = waiting.start] { start.files.emplace(start.plan, std::nullopt); });
    const int descriptor = waiting.opening->descriptor();
    if (waiting.until) due_.emplace(*waiting.until, descriptor);
    waiting_.emplace(descriptor, std::move(made));
    pump_.watch(descriptor, this);
}

WaitingStart WaitingStarts::remove(int descriptor) {
    pump_.unwatch(descriptor);
    const auto removed = std::move(waiting_.extract(descriptor).mapped());
    if (removed->until) due_.erase({*removed->until, descriptor});
    removed->start.failure = removed->opening->end();
    return std::move(removed->start);
}

WaitingStart WaitingStarts::take(const Wake& wake) { return remove(wake.descriptor); }

std::optional<TimePoint> WaitingStarts::deadline() const {
    return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
}

std::optional<WaitingStart> WaitingStarts::take_due(TimePoint now) {
    if (!is_due(deadline(), now)) return std::nullopt;
    return remove(due_.begin()->second);
}

std::optional<WaitingStart> WaitingStarts::take_any() {
    if (waiting_.empty()) return std::nullopt;
    return remove(waiting_.begin()->first);
}

void WaitingStarts::pause(Duration paused) {
    due_.clear();
    for (const auto& [descriptor, waiting] : waiting_) {
        waiting->start.begun += paused;
        if (!waiting->until) continue;
        *waiting->until += paused;
        due_.emplace(*waiting->until, descriptor);
    }
}

std::string text_of_wait(const WaitingStart& start) {
    try {
        if (start.failure) std::rethrow_exception(start.failure);
    } catch (const OpenTimedOut& failure) {
        return failure.what();
    } catch (const std::exception&) {
    }
    return "its files were not open";
}

}  // namespace netrunner
