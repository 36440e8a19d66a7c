// A place for a run that will be killed, and four checks that nothing of it is left: the end of a FIFO that every
// process inherits, no process with the run's tag in its environment, no process in a control group around the run, and
// no group inside that group. Each check misses some processes; no process was found that escapes all four.
#pragma once

#include <string>
#include <vector>

#include "cgroup_dir.hpp"
#include "liveness.hpp"
#include "trial.hpp"

namespace support {

class Arena {
  public:
    // The surrounding group is one of `groups`, which has to be usable.
    Arena(Trial& trial, const CgroupDir& groups);
    ~Arena();  // ends every process in it
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    // `netrunner run ARGUMENTS` in the surrounding group, with everything that it starts. The groups that it makes are
    // in the surrounding group too. `before` is a command prefix that execs netrunner, if given.
    Setup runner(const std::vector<std::string>& arguments, const std::vector<std::string>& before = {}) const;
    std::vector<std::string> in_group() const;        // the options for a group called `job`
    std::string path(const std::string& name) const;  // the path of a file for this run
    std::string groups() const { return groups_.path(around_); }
    const std::string& fifo() const { return liveness_.path(); }

    // What the four checks found, in words; empty if nothing is left. Processes in `spared` do not count.
    std::string left(const Process& process, const std::vector<pid_t>& spared = {}) const;
    std::size_t count_left(const Process& process, const std::vector<pid_t>& spared = {}) const;
    // True once no process but `spared` is left; control groups may still exist.
    bool nobody_left(const Process& process, const std::vector<pid_t>& spared, Millis limit = 10s) const;
    bool all_gone(const Process& process, const std::vector<pid_t>& spared = {}, Millis limit = 10s) const;
    // The same, after `netrunner gc` has removed the groups that no process of the run could remove.
    bool all_gone_after_gc(const Process& process) const;

  private:
    Trial& trial_;
    const CgroupDir& groups_;
    std::string around_, directory_;
    Liveness liveness_;
};

}  // namespace support
