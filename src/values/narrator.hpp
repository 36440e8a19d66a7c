// Passes lines about the run's progress to a listener while the run goes on. Levels: 0 for the lines of --heartbeat, 1
// for steps (-v), 2 for frames on the link (-vv). Without a listener it does nothing.
#pragma once

#include <functional>
#include <string>
#include <utility>

namespace netrunner {

class Narrator {
  public:
    using Listener = std::function<void(int level, const std::string& line)>;

    /// The level of the line that says that the command waits for keys in vain.
    static constexpr int no_input = -1;

    Narrator() = default;
    explicit Narrator(Listener listener) : listener_(std::move(listener)) {}

    void operator()(int level, const std::string& line) const {
        if (listener_) listener_(level, line);
    }

  private:
    Listener listener_;
};

}  // namespace netrunner
