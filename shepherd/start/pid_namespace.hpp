// A PID namespace of the run's own, in which the guard is the first process: when that ends, however it does, the
// kernel ends everybody in it. Made by root as it is, by everybody else inside a user namespace in which all ids are
// what they were outside.
#pragma once

#include <sys/types.h>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {

class PidNamespace {
  public:
    /// As fork(2), but the child is the first process of a new namespace, in a mount namespace of its own. -1 with
    /// errno where that cannot be. To be called by a process that has no other thread.
    pid_t fork() noexcept;

    /// In the child, first of all: maps the ids, keeps what is mounted from now on to itself and gives it a /proc of
    /// its own. False with errno. `parent`: its handle; with its death the kernel ends this process, too.
    [[nodiscard]] bool settle(const Descriptor& parent) const noexcept;

  private:
    bool has_users_ = false;  ///< inside a user namespace
    uid_t user_ = 0;
    gid_t group_ = 0;
};

}  // namespace netrunner
