// A program under test: its setup, its run, and how it ended. Its streams move bytes only while finish(), wait_for() or
// exchange() is called. A test that does not call them is a stopped reader.
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

// What one of the program's descriptors 0-2 is connected to.
struct Stream {
    enum class Kind { pipe, socket, null, closed, file, borrowed, same_as_stdout };
    Kind kind = Kind::pipe;
    std::string path = {};  // file
    int flags = 0;          // file: open(2) flags
    int descriptor = -1;    // borrowed: one of the test's descriptors
};

Stream piped();
Stream socketed();
Stream null_device();
Stream closed();
Stream file(std::string path, int flags);
Stream borrowed(int descriptor);
Stream merged();  // for stderr: the same open file as stdout

struct Setup {
    std::vector<std::string> argv;
    std::string directory = {};                                          // empty: the trial's directory
    std::map<std::string, std::optional<std::string>> environment = {};  // changes; nullopt unsets
    bool clean_environment = false;                                      // only `environment` and the tag
    Stream in = null_device();
    Stream out = piped();
    Stream err = piped();
    std::string input = {};                    // written to a piped stdin, then end of file
    bool hold_input = false;                   // no end of file before close_input()
    std::map<int, int> more_descriptors = {};  // the program's number -> the test's
    std::vector<int> ignored = {};             // signals that are ignored; all others have their default
    std::vector<int> blocked = {};
    bool leaves_processes = false;  // the run leaves processes on purpose: do not check at its return
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
    Millis wall;             // from before the fork until it is reaped
    std::vector<Seen> left;  // processes of this run that still existed when it returned
};

class Process {
  public:
    // `tag` is an entry of the environment; all processes of this run inherit it and are recognised by it.
    Process(const Setup& setup, std::string tag, std::string default_directory);
    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    ~Process();  // kills the process if it still runs

    pid_t pid() const { return pid_; }
    const std::string& tag() const { return tag_; }
    const std::string& out() const { return out_; }
    const std::string& err() const { return err_; }
    int out_descriptor() const { return out_fd_; }
    int err_descriptor() const { return err_fd_; }
    bool output_ended() const { return out_fd_ < 0; }
    bool running();  // not yet ended; does not reap it

    void signal(int number) const;
    void feed(const std::string& bytes) { input_ += bytes; }
    void close_input() { hold_input_ = false; }
    void stop_reading_output();                   // closes the test's end of stdout
    void skip_output() { read_output_ = false; }  // do not read stdout from now on

    // Moves bytes for at most `limit`, or until something happens.
    void exchange(Millis limit);
    // Moves bytes until the condition holds; fails the test (and throws) otherwise.
    void wait_for(const std::string& what, const std::function<bool()>& condition, Millis limit = 20s);
    void wait_for_output(const std::string& bytes);
    // Moves bytes until the process has ended; fails the test (and throws) at the limit.
    Result finish(Millis limit = 20s);
    // Waits until the process has ended, without reading any of its output.
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
