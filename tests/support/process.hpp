// A program under test: how it is set up, its run, and how it ended. Its streams are bytes that move only while
// finish(), wait_for() or exchange() is called, so that a test is a stopped reader simply by not calling them.
#pragma once

#include <sys/types.h>

#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "deadline.hpp"
#include "proc_fs.hpp"

namespace support {

// What a descriptor 0-2 of the program is.
struct Stream {
    enum class Kind { pipe, socket, null, closed, file, borrowed, same_as_stdout };
    Kind kind = Kind::pipe;
    std::string path = {};  // file
    int flags = 0;          // file: open(2) flags
    int descriptor = -1;    // borrowed: one of the test's own
};

Stream piped();
Stream socketed();
Stream null_device();
Stream closed();
Stream file(std::string path, int flags);
Stream borrowed(int descriptor);
Stream merged();  // for stderr: the same description as stdout

struct Setup {
    std::vector<std::string> argv;
    std::string directory = {};                                          // empty: the trial's directory
    std::map<std::string, std::optional<std::string>> environment = {};  // changes; nullopt unsets
    bool clean_environment = false;                                      // only `environment` and the tag
    Stream in = null_device();
    Stream out = piped();
    Stream err = piped();
    std::string input = {};                    // fed to a piped stdin, then end of file
    bool hold_input = false;                   // no end of file before close_input()
    std::map<int, int> more_descriptors = {};  // the program's number -> the test's
    std::vector<int> ignored = {};             // signals; all others are at their default
    std::vector<int> blocked = {};
    bool leaves_processes = false;  // the run is meant to leave some: no check at its return
};

struct Ending {
    bool exited = false;
    int number = -1;  // the exit code, or the signal
    bool operator==(const Ending&) const = default;
    int shell_status() const { return exited ? number : 128 + number; }
};
std::ostream& operator<<(std::ostream& out, const Ending& ending);
Ending exit_code(int code);
Ending killed_by(int signal);

struct Result {
    Ending ending;
    std::string out;
    std::string err;
    Millis wall;             // from before the fork to its reaping
    std::vector<Seen> left;  // processes of this run that were there when it returned
};

class Process {
  public:
    // `tag` is the environment entry by which everything that comes from this process is recognised.
    Process(const Setup& setup, std::string tag, std::string default_directory);
    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    ~Process();  // kills it if it still runs

    pid_t pid() const { return pid_; }
    const std::string& tag() const { return tag_; }
    const std::string& out() const { return out_; }
    const std::string& err() const { return err_; }
    int out_descriptor() const { return out_fd_; }
    int err_descriptor() const { return err_fd_; }
    bool output_ended() const { return out_fd_ < 0; }
    bool running();  // not yet ended; leaves it unreaped

    void signal(int number) const;
    void feed(const std::string& bytes) { input_ += bytes; }
    void close_input() { hold_input_ = false; }
    void stop_reading_output();                   // closes the test's end of stdout
    void skip_output() { read_output_ = false; }  // never read stdout from here on

    // Moves bytes for at most `limit` or until something happened.
    void exchange(Millis limit);
    // Moves bytes until the condition holds; fails the test (and throws) otherwise.
    void wait_for(const std::string& what, const std::function<bool()>& condition, Millis limit = 20s);
    void wait_for_output(const std::string& bytes);
    // Moves bytes until it ended; fails the test (and throws) at the limit.
    Result finish(Millis limit = 20s);
    // Waits for its end without reading a byte of its output.
    Result finish_unread(Millis limit = 20s);

  private:
    Result collect();

    pid_t pid_ = -1;
    int pidfd_ = -1;
    int in_fd_ = -1, out_fd_ = -1, err_fd_ = -1;
    bool hold_input_ = false, read_output_ = true, reaped_ = false;
    std::string tag_, input_, out_, err_, words_;
    std::size_t fed_ = 0;
    Clock::time_point started_{};
};

}  // namespace support
