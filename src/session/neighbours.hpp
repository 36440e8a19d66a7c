// What a session asks of its process if other sessions run there too (netrunner batch). The conductor implements it. A
// session that is alone has none and does these things itself.
#pragma once

#include <sys/types.h>

#include <vector>

#include "shepherd/tree/reserve_descriptors.hpp"

namespace netrunner {

class Session;

class Neighbours {
  public:
    Neighbours() = default;
    Neighbours(const Neighbours&) = delete;
    Neighbours& operator=(const Neighbours&) = delete;

    struct Inherited {
        std::vector<pid_t> own;     ///< the children that `session` ends
        bool others_maybe = false;  ///< another lost session ends children that may be of this session's run
    };
    /// Shares out the children of this process that lost runs have left. `session`: a lost one whose tree is below this
    /// process (docs/decisions/0044).
    virtual Inherited share_children(const Session& session) = 0;

    /// `helper`, a child of this process, is about to exit: from now on the neighbours' owner reaps it, and kills it if
    /// it does not exit soon.
    virtual void leave(pid_t helper) = 0;

    /// One reserve for the walks of all sessions.
    virtual ReserveDescriptors& reserve() = 0;

  protected:
    ~Neighbours() = default;
};

}  // namespace netrunner
