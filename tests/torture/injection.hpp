// One run of netrunner in which one of its processes is struck at one system call (tests/programs/inject).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arena.hpp"

namespace support {

// Which of the processes: the first child of the first child ...
inline constexpr int depth_of_runner = 0;
inline constexpr int depth_of_shepherd = 1;

struct Strike {
    int depth = 0;
    std::string deed;  // kill, stop, list, or fail
    long call = -1;    // fail: the number of the system call, and
    int error = 0;     // the error that it gives instead
    long when = 0;     // kill, stop: which call of all; fail: which of its calls

    std::vector<std::string> words(const std::string& result) const;
    std::string text() const;
};

struct Struck {
    bool hit = false;
    long call = -1;           // the system call at which it was
    std::vector<long> calls;  // of a list, all of them in order
    bool ended = false;       // the run did, within its time
    Result result;
};

// Starts `netrunner run ARGUMENTS`, strikes, and waits for its end (SIGKILL at the limit).
class Injection {
  public:
    Injection(Trial& trial, Arena& arena, const Strike& strike, const std::vector<std::string>& arguments);
    Struck finish();
    const Process& process() const { return process_; }

  private:
    Trial& trial_;
    std::string result_;
    Process process_;
};

std::string call_name(long number);
std::string error_name(int number);

}  // namespace support
