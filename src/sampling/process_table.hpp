// The processes that the looks at a tree have seen (--sample): at most 1000, those that have used the most processor
// time; the rest only as sums. RunRecorder fills it, the report has the list. Pure.
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "src/values/quantity.hpp"

namespace netrunner {

/// A process and no later one with the same pid.
struct ProcessKey {
    pid_t pid = 0;
    std::uint64_t started = 0;  ///< clock ticks since boot

    friend bool operator==(const ProcessKey&, const ProcessKey&) = default;
};

struct ProcessRecord {
    pid_t pid = 0;
    std::optional<pid_t> parent{};  ///< nothing: the guard
    std::string command{};          ///< empty: not known
    Duration start{};               ///< since the start of the run
    std::optional<Duration> end{};  ///< nothing: its end was not seen
    std::optional<Duration> cpu{};  ///< that it has used itself; nothing: no look has seen it
    std::optional<Size> peak{};     ///< resident, bytes
    std::optional<int> status{};    ///< as from wait(2)
};

class ProcessTable {
  public:
    static constexpr std::size_t most_listed = 1000;

    struct Sight {
        ProcessKey key;
        std::optional<pid_t> parent{};
        Duration start{};
        Duration cpu{};
        std::optional<Size> peak{};
        std::uint32_t name_digest = 0;  ///< of its name
    };
    /// What to do with a process after `note`.
    enum class Wish : std::uint8_t {
        nothing,
        command,  ///< it is listed, and its command line should be read: at first, and after an exec
    };

    /// A look begins, which sees a living process once.
    void begin_look();
    Wish note(const Sight& sight);
    /// The look is over.
    void end_look();

    /// Whether the list has the process.
    [[nodiscard]] bool has(const ProcessKey& key) const { return listed_.contains(key); }
    /// Adds a process that no look has seen.
    void add(const ProcessKey& key, ProcessRecord record);
    void set_command(const ProcessKey& key, std::string command);
    /// Only the first end of a process counts.
    void set_end(const ProcessKey& key, Duration t);
    void set_status(const ProcessKey& key, int status);

    struct Others {
        std::uint64_t count = 0;
        Duration cpu{};
        std::optional<Size> peak{};  ///< of the largest of them
    };
    struct Result {
        std::vector<ProcessRecord> list;  ///< in order of start
        Others others;
    };
    [[nodiscard]] Result result() const;
    /// What all processes have used, as last seen.
    [[nodiscard]] Duration cpu() const { return listed_cpu_ + others_.cpu; }

  private:
    struct Hash {
        std::size_t operator()(const ProcessKey& key) const {
            return std::hash<std::uint64_t>()(key.started * 4'194'304 + static_cast<std::uint64_t>(key.pid));
        }
    };
    struct Listed {
        ProcessRecord record;
        std::uint32_t looks = 0;
        std::uint32_t name_digest = 0;  ///< at the last look
    };
    struct Rest {
        Duration cpu{};
        int missed = 0;  ///< looks since it was seen
    };
    void move_to_others(std::size_t most);

    std::unordered_map<ProcessKey, Listed, Hash> listed_;
    std::unordered_map<ProcessKey, Rest, Hash> rest_;  ///< those of `others_` that a look may see again
    Others others_;
    Duration listed_cpu_{};  ///< of all in `listed_`
};

}  // namespace netrunner
