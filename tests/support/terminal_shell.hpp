// An interactive shell on a terminal.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "terminal.hpp"

namespace support {

// Shells that read no start-up file and show one plain prompt.
inline const std::vector<std::string> bash_shell{"bash", "--norc", "--noprofile", "-i"};
inline const std::vector<std::string> dash_shell{"dash", "-i"};
inline const std::vector<std::string> zsh_shell{"zsh", "-f",           "-i", "-o",          "no_zle",
                                                "-o",  "no_prompt_sp", "-o", "no_prompt_cr"};
inline const std::vector<std::string> fish_shell{
    "fish", "--no-config", "-i", "-C", "function fish_prompt; printf 'READY> '; end; function fish_greeting; end"};

class TerminalShell : public Terminal {
  public:
    // Starts `shell` as the leader of a session with a new terminal; $NR and `nr` stand for netrunner as in
    // Trial::bash (fish knows no `nr`).
    TerminalShell(Trial& trial, std::vector<std::string> shell = bash_shell, int columns = 80, int rows = 24);
    ~TerminalShell();  // hangs up: the shell and whatever it still runs get SIGHUP

    // Types a line; what `expect` looks at begins after it.
    void enter(const std::string& line);
    // The shell asks for the next line.
    bool prompts(Millis limit = 10s);
    // It said that its job was stopped, and asks for the next line.
    bool says_stopped(Millis limit = 10s);
    // `jobs` comes to tell of a stopped one.
    bool has_stopped_job();
    // $? of the last line.
    int status();
    // Enters a line and waits for the next prompt; what was printed in between.
    std::string answer(const std::string& line);

    Process& process() { return *process_; }

  private:
    bool fish_ = false;
    std::optional<Process> process_;
};

// Whether there is such a program; says that the test is skipped when there is none.
bool installed(const std::string& program);

}  // namespace support
