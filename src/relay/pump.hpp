// The event loop's wait, on one epoll instance. It watches descriptors, moves relays, and returns one event at a
// time to the runner, which passes the event to its owner. One pump serves any number of sessions. It knows neither
// policy nor protocol.
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

/// Identifies the object that asked for a watch. Returned in the Wake; the pump never dereferences it.
using Owner = const void*;

struct Wake {
    enum class Kind {
        deadline,  ///< the deadline given to `wait` has passed
        readable,  ///< `descriptor` is readable or at its end
        relay,     ///< `relay` has stopped moving: it waits for its source or sink, or is over; or its budget is spent
    };
    Kind kind = Kind::deadline;
    Owner owner = nullptr;
    int descriptor = -1;
    Relay* relay = nullptr;
};

class Pump {
  public:
    /// Whether `wait` may sleep for a moment to let a stream's small writes gather (docs/decisions/0028). That sleep
    /// holds up every other stream, so a pump of several sessions never makes it.
    enum class Gathering : std::uint8_t { pauses, never };
    explicit Pump(Gathering gathering = Gathering::pauses);

    /// Reports `fd` again and again while it is readable (level-triggered).
    void watch(int fd, Owner owner);
    /// Reports `fd` once for each arrival of bytes (edge-triggered), also if nothing reads them.
    void watch_arrivals(int fd, Owner owner);
    /// Reports `fd` as `readable` whenever it begins to take bytes again (edge-triggered), or has an error.
    void watch_room(int fd, Owner owner);
    void unwatch(int fd);

    /// Moves `relay` whenever it can move. It must stay alive until `remove`.
    void add(Relay& relay, Owner owner);
    void remove(const Relay& relay);
    /// Tries to move `relay` again, after a change from outside such as a larger sink.
    void nudge(const Relay& relay);

    /// Blocks until there is an event to return, at the latest until `deadline`. Throws std::system_error.
    Wake wait(std::optional<TimePoint> deadline);

  private:
    // Each event carries an id that is never reused. An event that comes after its watch was removed, for example for
    // an open file that another process still holds, therefore matches no entry and is ignored.
    using Id = std::uint64_t;
    struct Entry {
        Owner owner = nullptr;
        int descriptor = -1;                         ///< for a watch
        Relay* relay = nullptr;                      ///< for a relay
        bool watches_sink = false;                   ///< its sink is watched: it may block
        bool watches_copy = false;                   ///< so is its copy
        bool runnable = false;                       ///< is in `runnable_`
        bool reported = false;                       ///< is in `readable_`
        std::optional<WakeModeration> moderation{};  ///< for a relay that has moved bytes
    };

    bool subscribe(int fd, std::uint32_t events, Id id);
    void collect(std::optional<TimePoint> deadline);
    void make_runnable(Id id, Entry& entry);
    bool has_paused(Entry& entry);
    void record(int fd, Id id);

    Descriptor epoll_;
    Gathering gathering_;
    Id next_ = 1;
    std::unordered_map<Id, Entry> entries_;
    std::vector<Id> watches_;  ///< the id of each watch, by descriptor; 0: none
    std::deque<Id> runnable_;
    std::deque<Id> readable_;
    bool sleeps_exactly_ = false;
};

}  // namespace netrunner
