// The output modes `group` and `ordered`: the job that has the floor writes through; the output of the others is stored
// until they get it, and held up when there is no room. The conductor makes it. Which job gets the floor is decided in
// Floor.
#pragma once

#include <deque>
#include <unordered_map>

#include "src/batch/floor.hpp"
#include "src/batch/outputs.hpp"
#include "src/batch/stored_output.hpp"

namespace netrunner {

class GroupOutputs final : public Outputs {
  public:
    struct Terms {
        Floor::Order order = Floor::Order::ended_first;
        bool failed_only = false;  ///< --show failed
        bool ends_lines = false;   ///< the last line of a job gets a newline if it has none, because lines are tagged
        Size spill_max = Size{1} << 30;
    };
    GroupOutputs(OwnOutputs own, const Terms& terms);
    ~GroupOutputs() override;

    std::unique_ptr<JobOutput> open(const Filling& job) override;
    void attend() override;
    [[nodiscard]] bool has_room() const override { return floor_.backlog() < most_ended; }
    [[nodiscard]] bool has_lost_output() const override { return has_lost_; }

  private:
    static constexpr std::size_t most_ended = 1000;
    class Pair;

    void pass_floor_on();
    void hold_up(Pair& pair);
    void release_held_up(std::size_t most);

    OwnOutputs own_;
    bool ends_lines_;
    Floor floor_;
    OutputStorage storage_;
    std::unordered_map<std::uint64_t, Pair*> pairs_;
    bool has_lost_ = false;
    std::deque<std::uint64_t> held_up_;  ///< jobs whose output found no room, each once, in that order
};

}  // namespace netrunner
