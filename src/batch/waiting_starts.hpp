// The jobs of a batch whose files are being opened, because one of them is a FIFO whose other end no process may have
// opened yet. The conductor asks when one is ready, and ends those that wait too long. It starts no job.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/link/standard_files.hpp"
#include "src/plan/launch_plan.hpp"
#include "src/relay/pump.hpp"
#include "src/system/file_opening.hpp"
#include "src/values/deadline.hpp"

namespace netrunner {

/// Whether the files of `plan` may have to wait for another process.
bool may_wait_for_files(const LaunchPlan& plan);

/// An attempt of a job that waited for its files.
struct WaitingStart {
    std::uint64_t number = 0;
    LaunchPlan plan;
    TimePoint begun{};                     ///< when the attempt began; its time limit counts from here
    std::optional<StandardFiles> files{};  ///< empty: they are not open
    std::exception_ptr failure{};          ///< SetupFailure; OpenTimedOut if the wait was given up
};

class WaitingStarts {
  public:
    explicit WaitingStarts(Pump& pump) : pump_(pump) {}

    /// Opens the files for the first attempt of job `number`, which has begun at `begun`. Throws SetupFailure.
    void add(std::uint64_t number, LaunchPlan plan, TimePoint begun);
    [[nodiscard]] std::size_t size() const { return waiting_.size(); }

    /// Whether `wake` says that `take` has something.
    [[nodiscard]] bool handle(const Wake& wake) const { return wake.owner == this; }
    /// The start whose files are open, or whose opening has failed.
    WaitingStart take(const Wake& wake);

    /// When `take_due` has something.
    [[nodiscard]] std::optional<TimePoint> deadline() const;
    /// One whose time limit has passed; its opening is given up.
    std::optional<WaitingStart> take_due(TimePoint now);
    /// Any one; its opening is given up.
    std::optional<WaitingStart> take_any();
    /// No time passed for `paused`.
    void pause(Duration paused);

  private:
    struct Waiting {
        WaitingStart start;
        std::optional<TimePoint> until{};      ///< its time limit
        std::optional<FileOpening> opening{};  ///< uses `start`
    };
    WaitingStart remove(int descriptor);

    Pump& pump_;
    std::unordered_map<int, std::unique_ptr<Waiting>> waiting_;  ///< by the descriptor of the opening
    std::set<std::pair<TimePoint, int>> due_;                    ///< of those with a time limit
};

/// Why the files of `start` are not open, in words.
std::string text_of_wait(const WaitingStart& start);

}  // namespace netrunner
