// The output mode `null` with a log: what the jobs write is dropped here, so that only the log gets it. The conductor
// makes it. Without a log the jobs write to /dev/null, and netrunner sees nothing.
#pragma once

#include "src/batch/outputs.hpp"

namespace netrunner {

class NullOutputs final : public Outputs {
  public:
    std::unique_ptr<JobOutput> open(const Filling& /*job*/) override { return std::make_unique<Dropped>(); }
    void attend() override {}

  private:
    class Dropped final : public JobOutput {
      public:
        Receiver& output() override { return nothing_; }
        Receiver& error() override { return nothing_; }
        void end(bool /*is_shown*/) override {}
        [[nodiscard]] bool is_delivered() const override { return true; }

      private:
        struct Nothing final : Receiver {
            IoResult take(std::span<const std::byte> bytes) override {
                return {IoResult::Status::moved, bytes.size(), 0};
            }
        };
        Nothing nothing_;
    };
};

}  // namespace netrunner
