#include "src/job/typed_terminal.hpp"

#include <unistd.h>

namespace netrunner {

using protocol::Foreground;

TypedTerminal::TypedTerminal(const LaunchPlan& plan, ShepherdLink& link, Streams& streams)
    : plan_(*plan.terminal),
      link_(link),
      streams_(streams),
      user_(Terminal::of_user()),
      window_(plan_.window),
      wanted_(!(plan_.typed && plan_.keeps_output)) {
    if (plan_.typed) raw_.emplace(STDIN_FILENO, plan_.keeps_output);
}

void TypedTerminal::begin(pid_t /*command*/) {
    // The size may have changed after the plan was made and before netrunner read SIGWINCH.
    adjust_size();
    settle();
}

bool TypedTerminal::settle() {
    const bool keys = wanted_ && is_ours();
    if (keys) {
        attach();
    } else {
        detach();
    }
    return keys;
}

bool TypedTerminal::grant() {
    if (!is_ours()) return false;
    wanted_ = true;
    attach();
    link_.send(protocol::SetForeground{Foreground::command});
    return true;
}

void TypedTerminal::withdraw() {
    // Deliver the command's output now: before the shell prints its job message, and while the terminal's modes still
    // match the line ends.
    streams_.deliver_waiting();
    detach();
}

void TypedTerminal::resume() {
    adjust_size();
    link_.send(protocol::SetForeground{settle() ? Foreground::as_before : Foreground::shepherd});
}

void TypedTerminal::notice_key() {
    // `fg` of a running job sends it no signal, and a command that polls its terminal does not ask for the keys. So
    // each key is a reason to look whether netrunner has the foreground now (docs/decisions/0012).
    if (wanted_ && is_ours()) resume();
}

bool TypedTerminal::adjust_size() {
    if (!plan_.follows_size || !user_) return false;
    const auto now = user_->window();
    if (!now || *now == window_) return false;
    window_ = *now;
    link_.send(protocol::SetWinsize{window_.columns, window_.rows});
    return true;
}

void TypedTerminal::attach() {
    if (raw_) {
        raw_->enter([&](const TerminalModes& original, const TerminalModes& changed) {
            link_.terminal_record().hold({.original = original, .changed = changed});
        });
    }
    streams_.return_carriage(shows_output_unchanged());
    streams_.resume_typing();
}

void TypedTerminal::detach() {
    streams_.pause_typing();
    if (raw_ && raw_->active()) {
        raw_->leave();
        link_.terminal_record().release();
        link_.send(protocol::TerminalRestored{});
    }
    streams_.return_carriage(shows_output_unchanged());
}

bool TypedTerminal::shows_output_unchanged() const {
    if (plan_.keeps_output || !user_) return false;
    const auto modes = read_modes(user_->descriptor());
    return modes && show_output_unchanged(*modes);
}

}  // namespace netrunner
