// netrunner's two outputs as real pipes, for unit tests of how the outputs of jobs are joined.
#pragma once

#include <chrono>

#include "pipes.hpp"
#include "src/batch/shared_output.hpp"
#include "src/relay/pump.hpp"

namespace unit {

struct OutputPair {
    Pipe out;
    Pipe err;
    netrunner::Pump pump{netrunner::Pump::Gathering::never};
    netrunner::SharedOutput output{out.writer.get(), pump};
    netrunner::SharedOutput error{err.writer.get(), pump};

    /// Handles what the pump has for the outputs now.
    void look() {
        while (true) {
            const netrunner::Wake wake = pump.wait(std::chrono::steady_clock::now());
            if (wake.kind == netrunner::Wake::Kind::deadline) return;
            output.handle(wake);
            error.handle(wake);
        }
    }
};

}  // namespace unit
