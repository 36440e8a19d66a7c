#include "terminal_shell.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>

namespace support {

namespace {

// fish 4 marks where a command's output begins and ends, and moves to the first column before it.
std::string without_sequences(const std::string& text) {
    static const std::regex sequences("\x1b\\][^\x07]*\x07|\x1b\\[[0-9;?<=>]*[A-Za-z]|\x1b[(].|\x1b[=>]|\r(?!\n)");
    return std::regex_replace(text, sequences, "");
}

}  // namespace

TerminalShell::TerminalShell(Trial& trial, std::vector<std::string> shell, int columns, int rows)
    : Terminal{columns, rows}, fish_{shell[0] == "fish"} {
    auto setup = leader(trial, std::move(shell));
    setup.environment["PS1"] = "READY> ";
    setup.environment["HISTFILE"] = std::nullopt;
    setup.environment["ENV"] = std::nullopt;
    if (fish_) {  // fish writes files to its home
        const auto home = trial.path("home");
        std::filesystem::create_directories(home);
        std::filesystem::permissions(home, std::filesystem::perms{0700});  // otherwise fish uses TMPDIR
        for (const auto* name : {"HOME", "XDG_RUNTIME_DIR"}) setup.environment[name] = home;
    }
    trial.expect_strays();  // a shell that is hung up leaves its jobs unreaped
    process_.emplace(trial.start(setup));
    prompts();
    if (fish_) return;
    enter("nr() { \"$NR\" run \"$@\"; }");
    prompts();
}

TerminalShell::~TerminalShell() {
    hang_up();
    wait_until([&] { return !process_->running(); });
}

void TerminalShell::enter(const std::string& line) {
    forget();
    type(line + (fish_ ? "\r" : "\n"));
}

bool TerminalShell::prompts(Millis limit) { return expect("READY> (\x1b[^\n]*)?$", limit); }

bool TerminalShell::says_stopped(Millis limit) {
    return expect("([Ss]topped|suspended)[^\n]*\n([^\n]*\n)*[^\n]*READY> (\x1b[^\n]*)?$", limit);
}

bool TerminalShell::has_stopped_job() {
    return wait_until([this] {
        // Read up to a mark and not to the prompt: after the prompt a shell may report the stopped job by itself.
        enter("jobs; echo end-''mark");
        return expect("end-mark\r\n") && (contains(printed(), "topped") || contains(printed(), "suspended"));
    });
}

int TerminalShell::status() {
    enter(fish_ ? "echo status=(math 0 + $status)" : "echo status=$((0+$?))");
    if (!expect("status=[0-9]+\r\n") || !prompts()) return -1;
    const auto at = printed().rfind("status=");
    return at == std::string::npos ? -1 : std::atoi(printed().c_str() + at + 7);
}

std::string TerminalShell::answer(const std::string& line) {
    enter(line);
    prompts();
    const std::string text = fish_ ? without_sequences(printed()) : printed();
    const auto begin = text.find('\n');
    const auto end = text.rfind("READY> ");
    if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
    return text.substr(begin + 1, end - begin - 1);
}

bool installed(const std::string& program) {
    for (const std::string directory : {"/usr/bin/", "/bin/", "/usr/local/bin/"}) {
        if (::access((directory + program).c_str(), X_OK) == 0) return true;
    }
    skip(program + " is not installed");
    return false;
}

}  // namespace support
