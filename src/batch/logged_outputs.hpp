// The log of `batch -o FILE`: whole lines of all jobs as they come, beside another output mode. The conductor makes it
// around the outputs of that mode. If the log cannot be written, the jobs go on without it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "src/batch/line_outputs.hpp"
#include "src/batch/outputs.hpp"
#include "src/system/fd.hpp"

namespace netrunner {

struct OutputLog {
    std::string name;  ///< for the message
    Descriptor file{};
    bool is_replaced = false;  ///< its content is to be removed first
};

/// Opens the file of -o and leaves its content. Throws SetupFailure; OpenTimedOut if no process opens a FIFO for
/// reading before `until`.
OutputLog open_log(const std::string& name, bool append, std::optional<TimePoint> until);

class LoggedOutputs final : public Outputs {
  public:
    /// Empties the log if it is to be replaced. `say`: gets one line if the log cannot be written.
    LoggedOutputs(std::unique_ptr<Outputs> shown, OutputLog log, Pump& pump,
                  std::function<void(const std::string&)> say);
    ~LoggedOutputs() override;

    std::unique_ptr<JobOutput> open(const Filling& job) override;
    bool handle(const Wake& wake) override;
    void attend() override;
    [[nodiscard]] std::optional<TimePoint> deadline() const override;
    void handle_time(TimePoint now) override;
    [[nodiscard]] bool has_room() const override { return shown_->has_room() && lines_.has_room(); }
    [[nodiscard]] std::vector<std::uint64_t> take_moved() override;
    [[nodiscard]] bool has_lost_output() const override { return shown_->has_lost_output(); }
    [[nodiscard]] int log_error() const override { return shared_.error(); }

  private:
    class Both;

    std::unique_ptr<Outputs> shown_;
    OutputLog log_;
    std::function<void(const std::string&)> say_;
    SharedOutput shared_;
    LineOutputs lines_;
};

}  // namespace netrunner
