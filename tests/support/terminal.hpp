// A terminal without a screen: the master side of a pseudo-terminal. A test types into it, and the output of the
// terminal's processes is collected. Destroying it hangs up.
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

    // A program that leads a new session on this terminal. If it is stopped, no shell there can continue it.
    Setup leader(const Trial& trial, std::vector<std::string> argv) const;

    void type(const std::string& keys);
    // True once the output since the last forget() matches `pattern` (a regex); fails the test at the limit.
    bool expect(const std::string& pattern, Millis limit = 10s);
    const std::string& printed();  // since the last forget()
    void forget();

    void resize(int columns, int rows);
    void hang_up();

    termios modes() const;
    void set_modes(const termios& modes);
    // Both ICANON and ISIG are off. A shell that edits a line leaves ISIG on.
    bool raw() const { return (modes().c_lflag & (ICANON | ISIG)) == 0; }
    bool becomes_raw(Millis limit = 10s) const;
    pid_t foreground() const;  // the foreground process group
    // Waits until the leader of the foreground group has `part` in its command line.
    bool foreground_is(const std::string& part) const;
    int slave() const { return slave_; }  // owned by this object

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
