// The output mode `line`: whole lines of all jobs as they come. The conductor makes it.
#pragma once

#include <unordered_map>
#include <utility>

#include "src/batch/line_output.hpp"
#include "src/batch/outputs.hpp"

namespace netrunner {

class LineOutputs final : public Outputs {
  public:
    explicit LineOutputs(OwnOutputs own) : own_(own) {}

    std::unique_ptr<JobOutput> open(const Filling& job) override;
    void attend() override;
    [[nodiscard]] std::optional<TimePoint> deadline() const override;
    void handle_time(TimePoint now) override;
    [[nodiscard]] bool has_room() const override { return ended_ < most_ended; }

  private:
    static constexpr std::size_t most_ended = 1000;
    class Pair;
    OwnOutputs own_;
    Silences silences_;
    std::size_t ended_ = 0;  ///< jobs that have ended, with output that waits
    std::unordered_map<SharedOutput::Writer, std::pair<std::uint64_t, LineOutput*>> writers_;
};

}  // namespace netrunner
