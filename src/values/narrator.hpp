// Told what happens as it happens, for people who asked: 1 for steps, 2 for the link's messages. Costs nothing when
// nobody did.
#pragma once

#include <functional>
#include <string>
#include <utility>

namespace netrunner {

class Narrator {
  public:
    using Listener = std::function<void(int level, const std::string& line)>;

    Narrator() = default;
    explicit Narrator(Listener listener) : listener_(std::move(listener)) {}

    void operator()(int level, const std::string& line) const {
        if (listener_) listener_(level, line);
    }

  private:
    Listener listener_;
};

}  // namespace netrunner
