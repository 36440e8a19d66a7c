// An interactive shell on a terminal. Types lines and reads what the shell prints.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "terminal.hpp"

namespace support {

// Shells that read no start-up file and print one plain prompt.
inline const std::vector<std::string> bash_shell{"bash", "--norc", "--noprofile", "-i"};
inline const std::vector<std::string> dash_shell{"dash", "-i"};
inline const std::vector<std::string> zsh_shell{"zsh", "-f",           "-i", "-o",          "no_zle",
                                                "-o",  "no_prompt_sp", "-o", "no_prompt_cr"};
inline const std::vector<std::string> fish_shell{
    "fish", "--no-config", "-i", "-C", "function fish_prompt; printf 'READY> '; end; function fish_greeting; end"};

class TerminalShell : public Terminal {
  public:
    // Starts `shell` as the leader of a session with a new terminal. $NR and `nr` are netrunner as in Trial::bash (fish
    // has no `nr`).
    TerminalShell(Trial& trial, std::vector<std::string> shell = bash_shell, int columns = 80, int rows = 24);
    ~TerminalShell();  // hangs up: the shell and its jobs get SIGHUP

    // Types a line. Output before it is forgotten.
    void enter(const std::string& line);
    // True once the shell prints its prompt.
    bool prompts(Millis limit = 10s);
    // True once the shell has reported a stopped job and prints its prompt.
    bool says_stopped(Millis limit = 10s);
    // True once `jobs` lists a stopped job.
    bool has_stopped_job();
    // The exit status ($?) of the last line.
    int status();
    // Enters a line and waits for the next prompt. Returns the output in between.
    std::string answer(const std::string& line);

    Process& process() { return *process_; }

  private:
    bool fish_ = false;
    std::optional<Process> process_;
};

// Whether the program is installed. If not, reports that the test is skipped.
bool installed(const std::string& program);

}  // namespace support
