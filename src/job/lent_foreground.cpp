#include "src/job/lent_foreground.hpp"

#include <unistd.h>

namespace netrunner {

bool LentForeground::grant() {
    if (!terminal_) terminal_ = Terminal::controlling();
    if (!terminal_ || command_ == 0) return false;
    // Stopped just before it was lent the foreground the last time.
    if (terminal_->is_foreground(command_)) return true;
    const auto modes = read_modes(terminal_->descriptor());
    if (!terminal_->is_foreground(::getpgrp()) || !terminal_->give_to(command_)) return false;
    // What it sets and leaves set is what it was to set, unless it never got to its end.
    if (!lent_) modes_ = modes;
    lent_ = true;
    return true;
}

void LentForeground::withdraw() {
    // Also from a group that the command made and that has died.
    if (lent_ && (terminal_->is_foreground(command_) || terminal_->is_foreground_dead())) {
        terminal_->give_to(::getpgrp());
    }
}

void LentForeground::undo_modes() {
    // Whoever is in the foreground by now has modes of its own.
    if (modes_ && terminal_->is_foreground(::getpgrp())) terminal_->set_modes(*modes_);
}

void LentForeground::resume() {
    if (lent_ && terminal_->is_foreground(::getpgrp())) terminal_->give_to(command_);
}

}  // namespace netrunner
