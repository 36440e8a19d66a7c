#include "src/batch/logged_outputs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "src/system/file_place.hpp"
#include "src/system/patient_open.hpp"
#include "src/values/errno_text.hpp"

namespace netrunner {
namespace {

/// Passes bytes on to the log. What the log does not take after a failure is lost, so that the job goes on.
class LossyReceiver final : public Receiver {
  public:
    explicit LossyReceiver(Receiver& receiver) : receiver_(receiver) {}
    IoResult take(std::span<const std::byte> bytes) override {
        const IoResult result = receiver_.take(bytes);
        return result.status == IoResult::Status::failed ? IoResult{IoResult::Status::moved, bytes.size(), 0} : result;
    }
    bool take_break() override { return receiver_.take_break(); }

  private:
    Receiver& receiver_;
};

}  // namespace

OutputLog open_log(const std::string& name, bool append, std::optional<TimePoint> until) {
    if (const auto place = find_place(name); place && place->descriptor)
        return {.name = name, .file = duplicate(*place->descriptor)};
    // O_NONBLOCK matters for a device. No other process shares the open file.
    const int flags = O_WRONLY | O_CREAT | O_NOCTTY | O_NONBLOCK | (append ? O_APPEND : 0);
    return {.name = name, .file = open_patiently(name, flags, until), .is_replaced = !append};
}

class LoggedOutputs::Both final : public JobOutput {
  public:
    Both(std::unique_ptr<JobOutput> shown, std::unique_ptr<JobOutput> logged)
        : shown_(std::move(shown)),
          logged_(std::move(logged)),
          output_log_(logged_->output()),
          error_log_(logged_->error()) {}

    Receiver& output() override { return shown_->output(); }
    Receiver& error() override { return shown_->error(); }
    Receiver* output_log() override { return &output_log_; }
    Receiver* error_log() override { return &error_log_; }
    void begin_attempt() override {
        shown_->begin_attempt();
        logged_->begin_attempt();
    }
    void end(bool is_shown) override {
        shown_->end(is_shown);
        logged_->end(true);
    }
    [[nodiscard]] bool is_delivered() const override { return shown_->is_delivered() && logged_->is_delivered(); }
    [[nodiscard]] EndedLines ended_lines() const override { return shown_->ended_lines(); }

  private:
    std::unique_ptr<JobOutput> shown_;
    std::unique_ptr<JobOutput> logged_;
    LossyReceiver output_log_;
    LossyReceiver error_log_;
};

LoggedOutputs::LoggedOutputs(std::unique_ptr<Outputs> shown, OutputLog log, Pump& pump,
                             std::function<void(const std::string&)> say)
    : shown_(std::move(shown)),
      log_(std::move(log)),
      say_(std::move(say)),
      shared_(log_.file.get(), pump),
      lines_({shared_, shared_}) {
    if (!log_.is_replaced) return;
    [[maybe_unused]] const int refused = ::ftruncate(log_.file.get(), 0);  // a FIFO or a device has no content
}

LoggedOutputs::~LoggedOutputs() = default;

std::unique_ptr<JobOutput> LoggedOutputs::open(const Filling& job) {
    return std::make_unique<Both>(shown_->open(job), lines_.open(job));
}

bool LoggedOutputs::handle(const Wake& wake) { return shared_.handle(wake) || shown_->handle(wake); }

void LoggedOutputs::attend() {
    shown_->attend();
    lines_.attend();
    if (shared_.error() == 0 || !say_) return;
    std::exchange(say_, nullptr)(
        fmt::format("cannot write to '{}': {} (the jobs go on)", log_.name, errno_text(shared_.error())));
}

std::optional<TimePoint> LoggedOutputs::deadline() const { return earlier(shown_->deadline(), lines_.deadline()); }

void LoggedOutputs::handle_time(TimePoint now) {
    shown_->handle_time(now);
    lines_.handle_time(now);
}

std::vector<std::uint64_t> LoggedOutputs::take_moved() {
    std::vector<std::uint64_t> moved = shown_->take_moved();
    const std::vector<std::uint64_t> logged = lines_.take_moved();
    moved.insert(moved.end(), logged.begin(), logged.end());
    return moved;
}

}  // namespace netrunner
