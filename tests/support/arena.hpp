// Where a run is meant to die, and the four witnesses that have to agree that nothing of it is left: the end of a FIFO
// that everything inherits, no process with its tag in the environment, a control group around all of it without a
// process, and no group in that. None of them sees everything; together no hiding place was found.
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
    ~Arena();  // ends whatever is in it
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    // `netrunner run ARGUMENTS`, with everything that it starts, in the surrounding group. Groups that it makes are
    // there, too. `before` is what becomes netrunner by exec, if anything.
    Setup runner(const std::vector<std::string>& arguments, const std::vector<std::string>& before = {}) const;
    std::vector<std::string> in_group() const;        // the options for a group called `job`
    std::string path(const std::string& name) const;  // a file for this run
    std::string groups() const { return groups_.path(around_); }
    const std::string& fifo() const { return liveness_.path(); }

    // What the witnesses have to say against it, in words; empty when nothing is left. Those in `spared` do not count.
    std::string left(const Process& process, const std::vector<pid_t>& spared = {}) const;
    std::size_t count_left(const Process& process, const std::vector<pid_t>& spared = {}) const;
    // No process but those; a group may still stand.
    bool nobody_left(const Process& process, const std::vector<pid_t>& spared, Millis limit = 10s) const;
    bool all_gone(const Process& process, const std::vector<pid_t>& spared = {}, Millis limit = 10s) const;
    // The same, once `netrunner gc` has cleared what nobody was there any more to remove.
    bool all_gone_after_gc(const Process& process) const;

  private:
    Trial& trial_;
    const CgroupDir& groups_;
    std::string around_, directory_;
    Liveness liveness_;
};

}  // namespace support
