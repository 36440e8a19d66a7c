// Reads the state, memory, descriptors, children and environment of processes from /proc. For a process that is gone
// the result is empty (an empty string, zero, no elements), never an exception.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace support {

struct Seen {
    pid_t pid;
    char state;           // as in /proc/PID/stat: R S D T Z ...
    std::string command;  // the command line, or the name in brackets for a process without one
};

std::string describe(const std::vector<Seen>& processes);

std::string read_text(const std::string& path);

char state_of(pid_t pid);    // 0 if there is no such process
bool is_running(pid_t pid);  // it exists and is not a zombie
std::string name_of(pid_t pid);
std::string command_line_of(pid_t pid);
std::string status_field(pid_t pid, const std::string& name);  // from /proc/PID/status, without the unit
long resident_bytes(pid_t pid);
long peak_resident_bytes(pid_t pid);
long bytes_written(pid_t pid);  // wchar of /proc/PID/io
double cpu_seconds(pid_t pid);
std::map<int, std::string> descriptors_of(pid_t pid);  // number -> what it points to

std::vector<pid_t> children_of(pid_t pid);
std::vector<pid_t> descendants_of(pid_t pid);
pid_t child_running(pid_t parent, const std::string& program);  // by its file name; 0 if there is none

// Every process, zombies excepted, whose environment holds an entry that begins with `entry_prefix`.
std::vector<Seen> processes_with_environment(const std::string& entry_prefix);

}  // namespace support
