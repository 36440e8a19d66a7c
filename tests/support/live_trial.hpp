// A trial of runs with --events and --control.
#pragma once

#include <string>
#include <vector>

#include "live_peer.hpp"
#include "trial.hpp"

namespace support {

struct Leashed {
    Process process;
    LivePeer peer;
};

class LiveTrial : public Trial {
  public:
    // `netrunner run OPTIONS` with the leash of the returned peer (--control 9).
    Leashed leash(std::vector<std::string> options, Setup changes = {});
    // A reader of what is written to descriptor 8, such as --events 8.
    std::pair<LivePeer, Setup> reading(std::vector<std::string> options);
    // The lines of a file of the trial's directory.
    std::vector<nlohmann::json> events_in(const std::string& name) { return json_lines(read_text(path(name))); }
    std::string socket() { return directory() + "/s"; }
};

}  // namespace support
