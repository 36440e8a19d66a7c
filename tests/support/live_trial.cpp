#include "live_trial.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace support {

Leashed LiveTrial::leash(std::vector<std::string> options, Setup changes) {
    auto [peer, other] = LivePeer::pair();
    options.insert(options.begin(), {"--control", "9"});
    changes.argv = runner(options).argv;
    changes.more_descriptors[9] = other;
    auto process = start(changes);
    ::close(other);
    return {std::move(process), std::move(peer)};
}

std::pair<LivePeer, Setup> LiveTrial::reading(std::vector<std::string> options) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    Setup setup = runner(options);
    setup.more_descriptors[8] = ends[1];
    return {LivePeer(ends[0]), setup};
}

}  // namespace support
