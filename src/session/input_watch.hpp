// Notices that the command waits in a read of its pseudo-terminal although no key can come: in CI, standard input is no
// terminal. A session asks it once a second. It looks into /proc only, and does not decide what follows.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>

#include "shepherd/tree/tree.hpp"
#include "src/values/deadline.hpp"
#include "src/values/quantity.hpp"

namespace netrunner {

class InputWatch {
  public:
    /// `wanted`: the command has a pseudo-terminal that gets no keys.
    InputWatch(bool wanted, TimePoint begun);

    /// When to look next; nothing if it is not wanted.
    [[nodiscard]] std::optional<TimePoint> deadline() const { return next_; }
    /// `reader`: the process that waits in a read of the terminal now; nothing if there is none. True once for each
    /// wait, when it has lasted 5 s.
    bool note(std::optional<pid_t> reader, TimePoint now);
    /// The run was stopped for `paused`: that time does not count.
    void pause(Duration paused);

  private:
    std::optional<TimePoint> next_;
    std::optional<pid_t> reader_;
    TimePoint since_{};
    bool told_ = false;
};

struct TerminalReader {
    pid_t pid = 0;
    std::string name;
};
/// A process of the tree that waits in read(2) of the terminal whose master is `master`.
std::optional<TerminalReader> find_terminal_reader(std::span<const TreeMember> tree, int master);

}  // namespace netrunner
