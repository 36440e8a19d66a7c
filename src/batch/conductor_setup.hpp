// What a batch has found before its first job starts, for the conductor and its parts. A plain value.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "src/batch/batch_events.hpp"
#include "src/batch/batch_group.hpp"
#include "src/batch/batch_pulse.hpp"
#include "src/batch/job_server.hpp"
#include "src/batch/logged_outputs.hpp"
#include "src/batch/own_files.hpp"
#include "src/batch/own_lines.hpp"
#include "src/batch/shared_output.hpp"
#include "src/cli/batch_options.hpp"
#include "src/plan/facts.hpp"
#include "src/system/signal_source.hpp"
#include "src/values/deadline.hpp"
#include "src/values/narrator.hpp"

namespace netrunner {

struct ConductorSetup {
    const BatchOptions& options;
    Facts facts;
    SignalState found;
    bool has_terminal = false;  ///< netrunner has a controlling terminal; its jobs have none
    ShardChoice shard{};        ///< never `automatic`
    TimePoint begun{};
    std::uint64_t jobs_at_once = 1;
    std::size_t pidfds = 0;  ///< that --sample may hold, for all jobs together
    Size pipe_size = 256 * 1024;
    std::optional<JobServerAddress> server{};
    BatchGroup& group;
    int input = -1;  ///< what the source reads; -1: it reads nothing
    const OwnFiles& own_files;
    OutputLog* log = nullptr;  ///< of -o, which the conductor takes; null: none
    Narrator narrate{};
    std::function<void(const std::string& line)> say{};   ///< not with -q
    std::function<void(const std::string& line)> warn{};  ///< a failure of netrunner
    OwnLines& own_lines;                                  ///< through which `say` and `warn` go
    ErrorFile error_file{};
    BatchPulse* pulse = nullptr;    ///< for --progress; null: not wanted
    BatchEvents* events = nullptr;  ///< for --events; null: not wanted
};

}  // namespace netrunner
