// One run of netrunner in which one system call of one process is struck by tests/programs/inject. Used by the torture
// suites.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arena.hpp"

namespace support {

// Whether tests/programs/inject can make a call fail on this machine. It can kill, stop and list everywhere.
#if defined(__x86_64__) || defined(__aarch64__)
inline constexpr bool can_fail_calls = true;
#else
inline constexpr bool can_fail_calls = false;
#endif

// The process that is struck: 0 is netrunner, 1 its first child, 2 that child's first child, ...
inline constexpr int depth_of_runner = 0;
inline constexpr int depth_of_shepherd = 1;

struct Strike {
    int depth = 0;
    std::string deed;  // kill, stop, list, or fail
    long call = -1;    // fail: the number of the system call
    int error = 0;     // fail: the errno that it returns instead
    long when = 0;     // kill, stop: the index among all calls; fail: the index among calls of `call`

    std::vector<std::string> words(const std::string& result) const;
    std::string text() const;
};

struct Struck {
    bool hit = false;
    long call = -1;           // the system call that was struck
    std::vector<long> calls;  // list: all calls, in order
    bool ended = false;       // the run ended within its time
    Result result;
};

// Starts `netrunner run ARGUMENTS` with a strike. finish() waits until it has ended, and sends SIGKILL at the limit.
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
