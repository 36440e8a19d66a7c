// A terminal without a screen, and the hands of whoever sits before it: the master side of a pseudo-terminal. Typing
// goes in there, and what the terminal's processes print is collected there. Closing it is pulling the plug.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <string>
#include <vector>

#include "trial.hpp"

namespace support {

class Terminal {
  public:
    explicit Terminal(int columns = 80, int rows = 24);
    ~Terminal();  // hangs up
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    // A program that leads a session of its own on this terminal: nobody there can continue it once it is stopped.
    Setup leader(const Trial& trial, std::vector<std::string> argv) const;

    void type(const std::string& keys);
    // True once `pattern` (a regex) is in what was printed since the last forget(); fails the test at the limit.
    bool expect(const std::string& pattern, Millis limit = 10s);
    const std::string& printed();  // since the last forget()
    void forget();

    void resize(int columns, int rows);
    void hang_up();

    termios modes() const;
    void set_modes(const termios& modes);
    // Without signals either: a shell that edits a line keeps those.
    bool raw() const { return (modes().c_lflag & (ICANON | ISIG)) == 0; }
    bool becomes_raw(Millis limit = 10s) const;
    pid_t foreground() const;  // the foreground process group
    // The foreground group becomes that of a process whose command line has `part`.
    bool foreground_is(const std::string& part) const;
    int slave() const { return slave_; }  // a descriptor of the test's own; the terminal closes it

  private:
    void collect();

    int master_ = -1, slave_ = -1;
    std::string printed_;
};

bool same_modes(const termios& left, const termios& right);

inline constexpr const char* ctrl_c = "\x03";
inline constexpr const char* ctrl_d = "\x04";
inline constexpr const char* ctrl_z = "\x1a";
inline constexpr const char* ctrl_backslash = "\x1c";

}  // namespace support
