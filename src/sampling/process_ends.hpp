// Holds processes of a tree by pidfds, at most 256 at once, to learn when they end and, where the kernel tells it
// (PIDFD_GET_INFO, Linux 6.15), with which status. TreeWatch asks it for the processes that its looks find. Without
// pidfds (docs/decisions/0054) it learns nothing. It keeps no record.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "shepherd/system/descriptor.hpp"
#include "src/relay/pump.hpp"
#include "src/sampling/process_table.hpp"

namespace netrunner {

/// How many more pidfds may be open. The jobs of a batch share one.
struct PidfdRoom {
    static constexpr std::size_t most = 256;
    std::size_t left = most;
};

class ProcessEnds {
  public:
    /// `owner`: gets the wakes of `pump`. `room` must outlive this object.
    ProcessEnds(Pump& pump, Owner owner, PidfdRoom& room) : pump_(pump), owner_(owner), room_(room) {}
    ~ProcessEnds();
    ProcessEnds(const ProcessEnds&) = delete;
    ProcessEnds& operator=(const ProcessEnds&) = delete;

    enum class Held : std::uint8_t {
        yes,
        no,     ///< there is no room or no descriptor left, or the kernel has no pidfds
        ended,  ///< the process has ended already and is reaped
    };
    /// Holds the process. It must not be held already.
    Held hold(const ProcessKey& key);

    /// The process that has ended, if the readable `descriptor` is a pidfd of this object.
    std::optional<ProcessKey> take_end(int descriptor);
    /// The next process that has ended without a wake, or whose wake is still to come.
    std::optional<ProcessKey> find_end();

    struct Status {
        ProcessKey key;
        int status = 0;  ///< as from wait(2)
    };
    /// The statuses of processes that have ended, and that their parents have reaped since the last call.
    std::vector<Status> take_statuses();

  private:
    struct Handle {
        ProcessKey key;
        Descriptor pidfd;
    };
    void release_ended();

    Pump& pump_;
    Owner owner_;
    PidfdRoom& room_;
    std::unordered_map<int, Handle> living_;  ///< by descriptor
    std::vector<Handle> ended_;               ///< not reaped yet, as far as is known
    bool refused_ = false;                    ///< the kernel has no pidfds
    int highest_ = -1;                        ///< the last descriptor that may be used; -1: not looked up yet
};

}  // namespace netrunner
