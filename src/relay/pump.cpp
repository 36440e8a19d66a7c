#include "src/relay/pump.hpp"

#include <sys/epoll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "src/values/poll_timeout.hpp"

namespace netrunner {

Pump::Pump(Gathering gathering) : epoll_(::epoll_create1(EPOLL_CLOEXEC)), gathering_(gathering) {
    if (!epoll_) throw std::system_error(errno, std::generic_category(), "cannot create an epoll instance");
}

/// False if there is nothing to watch.
bool Pump::subscribe(int fd, std::uint32_t events, Id id) {
    if (fd < 0) return false;  // a receiver inside this process, whose owner nudges the relay
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return true;
    // EPERM: epoll cannot watch regular files and /dev/null. These never block, so the relay never waits for them.
    if (errno != EPERM) throw std::system_error(errno, std::generic_category(), "cannot watch a descriptor");
    return false;
}

void Pump::watch(int fd, Owner owner) {
    const Id id = next_++;
    subscribe(fd, EPOLLIN, id);
    record(fd, id);
    entries_[id] = {.owner = owner, .descriptor = fd};
}

void Pump::watch_arrivals(int fd, Owner owner) {
    const Id id = next_++;
    subscribe(fd, EPOLLIN | EPOLLET, id);
    record(fd, id);
    entries_[id] = {.owner = owner, .descriptor = fd};
}

void Pump::watch_room(int fd, Owner owner) {
    const Id id = next_++;
    subscribe(fd, EPOLLOUT | EPOLLET, id);
    record(fd, id);
    entries_[id] = {.owner = owner, .descriptor = fd};
}

void Pump::record(int fd, Id id) {
    const auto place = static_cast<std::size_t>(fd);
    constexpr std::size_t step = 32;
    if (place >= watches_.size()) watches_.resize(place + step);
    watches_[place] = id;
}

void Pump::unwatch(int fd) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    const auto place = static_cast<std::size_t>(fd);
    if (place < watches_.size()) entries_.erase(std::exchange(watches_[place], 0));
}

void Pump::add(Relay& relay, Owner owner) {
    const Id id = next_++;
    // Edge-triggered: a relay moves bytes until the kernel reports would-block, or poll(2) an empty source
    // (docs/decisions/0020), so no edge is missed. A level-triggered watch would wake the pump again and again while
    // the source has bytes and the sink is full.
    subscribe(relay.source().descriptor(), relay.source().events() | EPOLLET, id);
    const bool watches_sink = subscribe(relay.sink().descriptor(), EPOLLOUT | EPOLLET, id);
    const bool watches_copy = relay.copy() && subscribe(relay.copy()->descriptor(), EPOLLOUT | EPOLLET, id);
    relay.place_in_pump(id);
    Entry& entry =
        entries_[id] = {.owner = owner, .relay = &relay, .watches_sink = watches_sink, .watches_copy = watches_copy};
    make_runnable(id, entry);
}

void Pump::remove(const Relay& relay) {
    const auto found = entries_.find(relay.place_in_pump());
    if (found == entries_.end()) return;
    // Delete the watches before the descriptors are closed: after a close, epoll still reports an open file of which
    // another process has a duplicate.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, relay.source().descriptor(), nullptr);
    if (found->second.watches_sink) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, relay.sink().descriptor(), nullptr);
    if (found->second.watches_copy && relay.copy())
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, relay.copy()->descriptor(), nullptr);
    entries_.erase(found);
}

void Pump::nudge(const Relay& relay) {
    if (const auto found = entries_.find(relay.place_in_pump()); found != entries_.end()) {
        make_runnable(found->first, found->second);
    }
}

Wake Pump::wait(std::optional<TimePoint> deadline) {
    while (true) {
        collect(deadline);
        while (!readable_.empty()) {
            const auto found = entries_.find(readable_.front());
            readable_.pop_front();
            if (found == entries_.end()) continue;
            found->second.reported = false;
            return {.kind = Wake::Kind::readable, .owner = found->second.owner, .descriptor = found->second.descriptor};
        }
        // Check the deadline before moving bytes: a stream that never blocks must not delay a limit.
        if (deadline && std::chrono::steady_clock::now() >= *deadline) return {};
        if (!runnable_.empty()) {
            const auto found = entries_.find(runnable_.front());
            runnable_.pop_front();
            if (found == entries_.end()) continue;
            Entry& entry = found->second;
            entry.runnable = false;
            const Relay::State state = entry.relay->move();
            const bool has_news = entry.relay->take_excess();
            const bool goes_on =
                state == Relay::State::moving || (state == Relay::State::needs_source && has_paused(entry));
            if (goes_on) make_runnable(found->first, entry);
            if (goes_on && !has_news) continue;
            return {.kind = Wake::Kind::relay, .owner = entry.owner, .relay = entry.relay};
        }
    }
}

void Pump::collect(std::optional<TimePoint> deadline) {
    std::array<epoll_event, 32> events{};
    const bool busy = !runnable_.empty() || !readable_.empty();
    int count = 0;
    // Retry after EINTR, which SIGCONT causes: events that came while netrunner was stopped are handled before a
    // deadline that passed meanwhile.
    do {
        count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                             busy ? 0 : milliseconds_until(deadline));
    } while (count < 0 && errno == EINTR);
    if (count < 0) throw std::system_error(errno, std::generic_category(), "epoll_wait");
    for (int i = 0; i < count; ++i) {
        const Id id = events[static_cast<std::size_t>(i)].data.u64;
        const auto found = entries_.find(id);
        if (found == entries_.end()) continue;
        if (found->second.relay != nullptr) {
            if ((events[static_cast<std::size_t>(i)].events & EPOLLERR) != 0) found->second.relay->check_reader();
            make_runnable(id, found->second);
        } else if (!std::exchange(found->second.reported, true)) {
            readable_.push_back(id);
        }
    }
}

void Pump::make_runnable(Id id, Entry& entry) {
    if (entry.runnable) return;
    entry.runnable = true;
    runnable_.push_back(id);
}

/// Sleeps for a moment before the wait for an empty source, if that lets small writes gather (docs/decisions/0028).
/// True if it slept.
bool Pump::has_paused(Entry& entry) {
    const Relay& relay = *entry.relay;
    if (gathering_ == Gathering::never || !relay.last_moved()) return false;
    if (!entry.moderation) entry.moderation.emplace(pipe_capacity(relay.source().descriptor()));
    const Duration pause = entry.moderation->pause_after(relay.passed() + relay.dropped(), *relay.last_moved());
    if (pause == Duration::zero()) return false;
    // Set the timer slack to 1 ns: the kernel's default of 50 us is longer than the shortest pause.
    if (!std::exchange(sleeps_exactly_, true)) ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    std::this_thread::sleep_for(pause);
    return true;
}

}  // namespace netrunner
