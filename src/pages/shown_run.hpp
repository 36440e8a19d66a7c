// What `netrunner report show|html|trace` knows of one run: the fields of its report, checked and in plain values. Made
// by run_reader, read by everything else in this folder. What a report does not tell is empty.
//
// Every number is finite and within bounds that arithmetic cannot leave: run_reader drops others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace netrunner {

/// The samples of a run (`timeline`). Times are seconds since the start of the run.
struct Samples {
    struct Row {
        double from = 0;                                                ///< the end of the row before, or 0
        double to = 0;                                                  ///< after `from`
        std::optional<double> cpu{}, read{}, written{}, out{}, err{};   ///< so far: never less than in the row before
        std::optional<double> memory{}, processes{}, busy{};            ///< the most within the row
        std::optional<double> cpu_waits{}, memory_waits{}, io_waits{};  ///< seconds of pressure so far
    };
    double interval = 0;
    std::string memory_source{};         ///< `cgroup` or `resident-sum`
    std::optional<double> processors{};  ///< of the machine, for the run
    std::vector<Row> rows{};             ///< in the order of time
};

/// One process of a run (`processes`). Times are seconds since the start of the run.
struct SeenProcess {
    std::int64_t pid = 0;     ///< 0: not known
    std::int64_t parent = 0;  ///< 0: not known
    std::string command{};    ///< `?` if it is not known
    double start = 0;
    std::optional<double> end{};   ///< not before `start`; nothing: it was not seen to end
    std::optional<double> cpu{};   ///< seconds
    std::optional<double> peak{};  ///< bytes
    std::optional<int> exit_code{};
    std::string signal{};

    [[nodiscard]] bool has_failed() const { return !signal.empty() || exit_code.value_or(0) != 0; }
};

struct ShownRun {
    std::vector<std::string> command{};
    std::string directory{}, version{};
    std::optional<double> started_at{}, ended_at{};  ///< seconds since 1970
    std::string reason{}, signal{}, message{};
    bool core_dumped = false;
    std::optional<int> exit_code{};
    int status = 0;
    std::optional<double> wall{}, user{}, system{};  ///< seconds
    std::optional<double> memory_peak{};             ///< bytes
    std::string memory_source{};                     ///< of `memory_peak`: `cgroup` or `rusage`
    std::optional<double> out{}, err{};              ///< bytes that were relayed
    std::string error{};                             ///< why the command could not be started

    struct Step {
        std::string signal{};
        double after = 0;  ///< seconds since the start of the first attempt
        bool to_command = false;
    };
    std::string stop_cause{};  ///< empty: netrunner did not stop the run
    std::vector<Step> steps{};

    // Limits: nothing where there was none, or none is known
    std::optional<double> timeout{};                        ///< seconds
    std::optional<double> memory_limit{}, process_limit{};  ///< bytes, a number
    std::optional<double> cpu_limit{};                      ///< seconds

    struct Change {
        double after = 0;                 ///< seconds since the start of the first attempt
        std::optional<double> timeout{};  ///< nothing: no limit any more
    };
    std::vector<Change> changes{};  ///< of the time limit

    struct Attempt {
        std::string reason{};
        int status = 0;
        std::optional<double> wall{};
        std::optional<double> started_at{};  ///< seconds since 1970
    };
    double last_start = 0;  ///< of the last attempt: seconds since the start of the first one
    std::vector<Attempt> attempts{};
    std::vector<std::string> orphans{};    ///< each as text: command, pid, signal
    std::vector<std::string> survivors{};  ///< the same, with the state
    std::optional<double> oom_kills{};     ///< in the run's own control group
    std::optional<double> oom_kills_above{};
    std::optional<double> processes_peak{};  ///< as the control group counted

    std::optional<Samples> timeline{};
    std::vector<SeenProcess> processes{};  ///< in the order of their start
    double unlisted_processes = 0;
    std::optional<double> unlisted_cpu{};  ///< seconds
    std::optional<double> cpu_coverage{};  ///< which part of the processor time the processes account for, 0 to 1

    [[nodiscard]] std::optional<double> cpu() const {
        return user || system ? std::optional(user.value_or(0) + system.value_or(0)) : std::nullopt;
    }
    /// How long the page's time axis is: the duration, or as far as the samples and the processes go.
    [[nodiscard]] double length() const;
    /// The most memory that is known, of a sample or of the whole run.
    [[nodiscard]] std::optional<double> peak() const;
};

}  // namespace netrunner
