// A real terminal emulator with a screen to look at: a tmux server of the test's own on a private socket, with one
// window. It is ended, with all that runs in it, at the end of the scope.
#pragma once

#include <string>
#include <vector>

#include "trial.hpp"

namespace support {

class Tmux {
  public:
    // One window of this size in which `argv` runs: a shell that prompts with `READY> `, or the program itself.
    Tmux(Trial& trial, const std::vector<std::string>& argv, int columns = 80, int rows = 24);
    ~Tmux();
    Tmux(const Tmux&) = delete;
    Tmux& operator=(const Tmux&) = delete;

    void type(const std::string& text);  // as it is
    void press(const std::string& key);  // tmux's name of it: Enter, C-z, Escape
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
