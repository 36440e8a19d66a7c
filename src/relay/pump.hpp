// The one wait. It watches descriptors, keeps relays moving, and returns one thing at a time that somebody has to
// decide about. One pump serves any number of sessions; it knows no policy and no protocol.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "src/relay/relay.hpp"
#include "src/relay/wake_moderation.hpp"
#include "src/system/fd.hpp"
#include "src/values/stop_ladder.hpp"

namespace netrunner {

/// Who asked for a watch; comes back in the Wake, is never looked into.
using Owner = const void*;

struct Wake {
    enum class Kind {
        deadline,  ///< the time given to `wait` has come
        readable,  ///< `descriptor` can be read, or is at its end
        relay,     ///< `relay` has come to rest: needs its source or sink, is over, or has gone over its budget
    };
    Kind kind = Kind::deadline;
    Owner owner = nullptr;
    int descriptor = -1;
    Relay* relay = nullptr;
};

class Pump {
  public:
    Pump();

    /// Reports `fd` as long as it can be read.
    void watch(int fd, Owner owner);
    /// Reports `fd` whenever something has come that can be read, and leaves it there.
    void watch_arrivals(int fd, Owner owner);
    void unwatch(int fd);

    /// Moves `relay` whenever it can be moved; it outlives its time here.
    void add(Relay& relay, Owner owner);
    void remove(const Relay& relay);
    /// Something was changed from outside that may let it move again.
    void nudge(const Relay& relay);

    /// Blocks until there is something to say, at the latest until `deadline`.
    Wake wait(std::optional<TimePoint> deadline);

  private:
    // Events carry a number that is never used again: one that is still underway when its watch is removed, or that
    // the kernel reports for a description somebody else keeps open, finds nobody.
    using Id = std::uint64_t;
    struct Entry {
        Owner owner = nullptr;
        int descriptor = -1;                         ///< of a watch
        Relay* relay = nullptr;                      ///< of a relay
        bool runnable = false;                       ///< is in `runnable_`
        std::optional<WakeModeration> moderation{};  ///< of a relay that has moved something
    };

    void subscribe(int fd, std::uint32_t events, Id id);
    void collect(std::optional<TimePoint> deadline);
    void make_runnable(Id id, Entry& entry);
    bool has_paused(Entry& entry);
    Id find(const Relay& relay) const;

    Descriptor epoll_;
    Id next_ = 1;
    std::unordered_map<Id, Entry> entries_;
    std::deque<Id> runnable_;
    std::deque<Id> readable_;
    bool sleeps_exactly_ = false;
};

}  // namespace netrunner
