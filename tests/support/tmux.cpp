#include "tmux.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <regex>

namespace support {
namespace {

std::string joined(const std::vector<std::string>& rows) {
    std::string text;
    for (const auto& row : rows) text += row + "\n";
    return text;
}

}  // namespace

Tmux::Tmux(Trial& trial, const std::vector<std::string>& argv, int columns, int rows)
    : trial_{trial}, socket_{trial.path("tmux")} {
    auto setup = trial.command({"tmux", "-S", socket_, "-f", "/dev/null", "new-session", "-d", "-x",
                                std::to_string(columns), "-y", std::to_string(rows)});
    setup.argv.insert(setup.argv.end(), argv.begin(), argv.end());
    setup.environment["PS1"] = "READY> ";
    setup.environment["HISTFILE"] = std::nullopt;
    setup.environment["ENV"] = std::nullopt;
    setup.environment["TMUX"] = std::nullopt;
    setup.environment["LINES"] = std::nullopt;
    setup.leaves_processes = true;
    trial.expect_strays();  // the server makes itself a daemon
    const auto result = trial.complete(setup);
    REQUIRE_MESSAGE(result.ending == exit_code(0), result.err);
    server_ = static_cast<pid_t>(std::atoi(ask({"display-message", "-p", "#{pid}"}).c_str()));
}

// The next server may use the socket only after this one has exited.
Tmux::~Tmux() {
    ask({"kill-server"});
    wait_until([this] { return !is_running(server_); });
}

void Tmux::type(const std::string& text) { ask({"send-keys", "-l", "--", text}); }
void Tmux::press(const std::string& key) { ask({"send-keys", key}); }
void Tmux::enter(const std::string& line) {
    type(line);
    press("Enter");
}

std::vector<std::string> Tmux::screen() const { return lines(ask({"capture-pane", "-p"})); }

bool Tmux::shows(const std::string& pattern, Millis limit) const {
    const std::regex wanted(pattern);
    std::string seen;
    const bool found = wait_until(
        [&] {
            seen = joined(screen());
            return std::regex_search(seen, wanted);
        },
        limit);
    CHECK_MESSAGE(found, "expected ", pattern, " on the screen: ", seen);
    return found;
}

void Tmux::resize(int columns, int rows) {
    ask({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(rows)});
}

void Tmux::kill_pane() { ask({"kill-pane"}); }

pid_t Tmux::pane_process() const {
    return static_cast<pid_t>(std::atoi(ask({"display-message", "-p", "#{pane_pid}"}).c_str()));
}

std::string Tmux::ask(std::vector<std::string> words) const {
    words.insert(words.begin(), {"tmux", "-S", socket_});
    return trial_.complete(trial_.command(std::move(words))).out;
}

}  // namespace support
