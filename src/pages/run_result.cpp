#include "src/pages/run_result.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace netrunner {

RunResult result_of(const ShownRun& run) {
    using Tone = RunResult::Tone;
    constexpr std::array<std::pair<std::string_view, std::string_view>, 10> words{{
        {"timeout", "timed out"},
        {"idle-timeout", "stopped: no output for too long"},
        {"output-limit", "stopped: too much output"},
        {"cpu-limit", "stopped: processor time used up"},
        {"memory-limit", "stopped: memory limit"},
        {"process-limit", "stopped: too many processes"},
        {"no-input", "stopped: waited for keys"},
        {"oom", "killed: out of memory"},
        {"spawn-failed", "could not be started"},
        {"lost", "lost"},
    }};
    if (run.reason == "cancelled") return {"cancelled", Tone::neutral};
    for (const auto& [reason, text] : words) {
        if (run.reason == reason) return {std::string(text), Tone::bad};
    }
    if (!run.signal.empty())
        return {fmt::format("killed by {}{}", run.signal, run.core_dumped ? ", core dumped" : ""), Tone::bad};
    if (run.status == 0) return {"succeeded", Tone::good};
    return {fmt::format("failed with {}", run.exit_code.value_or(run.status)), Tone::bad};
}

}  // namespace netrunner
