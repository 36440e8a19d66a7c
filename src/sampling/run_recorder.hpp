// Records a run for --sample: its use over time and its processes, over all attempts. The runner, or a job of a batch,
// owns one; TreeWatch tells it what its looks see. It looks at nothing itself. Pure: it is given the time.
#pragma once

#include <optional>

#include "src/sampling/process_table.hpp"
#include "src/sampling/processor_use.hpp"
#include "src/sampling/run_record.hpp"
#include "src/sampling/timeline.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

class RunRecorder {
  public:
    struct Setup {
        Duration interval{};
        TimePoint begun{};  ///< the run; its times count from here
        /// Looks are due at whole intervals since this time: the jobs of a batch have the same, so that one wake serves
        /// all of them.
        TimePoint grid{};
        unsigned processors = 1;
        bool has_group = false;
    };
    explicit RunRecorder(const Setup& setup)
        : setup_(setup), timeline_(setup.interval), use_(setup.processors), next_(setup.begun) {}

    /// An attempt has begun at `now`: what is counted so far begins anew in what is told.
    void begin(TimePoint now);
    /// When to look next.
    [[nodiscard]] TimePoint deadline() const { return next_; }
    /// A look for this recorder has been made, which took `took`. A look at a large tree takes long, so looks are left
    /// out if they would use more than a tenth of a processor.
    void looked(TimePoint now, Duration took);

    /// Takes what is known at `now`. `sample.t` and `sample.busy` are not read. `of_group`: the memory is the group's.
    void note(Sample sample, bool of_group, TimePoint now);
    /// The sample as the run's record has it: with the counts of the attempts before.
    [[nodiscard]] const Sample& latest() const { return latest_; }
    /// The attempt has ended, and all of it is known. `sample.cpu`: as the kernel has counted it in the end.
    void end(const Sample& sample, TimePoint now);

    [[nodiscard]] ProcessTable& processes() { return processes_; }
    /// For times of processes.
    [[nodiscard]] Duration since_begin(TimePoint time) const { return std::max(time - setup_.begun, Duration::zero()); }

    [[nodiscard]] RunRecord record();

  private:
    Setup setup_;
    Timeline timeline_;
    ProcessorUse use_;
    ProcessTable processes_;
    Sample before_;  ///< the counts of the attempts before
    Sample latest_;
    TimePoint next_;
    std::optional<bool> of_group_;   ///< where the memory comes from
    std::optional<Duration> total_;  ///< the processor time of all ended attempts, as the kernel has counted it
};

}  // namespace netrunner
