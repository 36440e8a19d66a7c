// A real terminal emulator whose screen can be read: the test's own tmux server on a private socket, with one window.
// The destructor ends it with everything that runs in it.
#pragma once

#include <string>
#include <vector>

#include "trial.hpp"

namespace support {

class Tmux {
  public:
    // One window of this size that runs `argv`: a shell that prompts with `READY> `, or any program.
    Tmux(Trial& trial, const std::vector<std::string>& argv, int columns = 80, int rows = 24);
    ~Tmux();
    Tmux(const Tmux&) = delete;
    Tmux& operator=(const Tmux&) = delete;

    void type(const std::string& text);  // unchanged
    void press(const std::string& key);  // tmux's name of the key: Enter, C-z, Escape
    void enter(const std::string& line);

    std::vector<std::string> screen() const;  // its rows without trailing blanks
    // True once the screen shows `pattern` (a regex over its rows, joined by newlines); fails the test at the limit.
    bool shows(const std::string& pattern, Millis limit = 10s) const;

    void resize(int columns, int rows);
    void kill_pane();
    pid_t pane_process() const;

  private:
    std::string ask(std::vector<std::string> words) const;

    Trial& trial_;
    std::string socket_;
    pid_t server_ = 0;
};

}  // namespace support
