#include "src/job/lent_foreground.hpp"

#include <unistd.h>

namespace netrunner {

bool LentForeground::grant() {
    if (!terminal_) terminal_ = Terminal::controlling();
    if (!terminal_ || command_ == 0) return false;
    // The command was stopped just before an earlier grant took effect. It has the foreground already.
    if (terminal_->is_foreground(command_)) return true;
    const auto modes = read_modes(terminal_->descriptor());
    if (!terminal_->is_foreground(::getpgrp()) || !terminal_->give_to(command_)) return false;
    // Save the modes before the first grant only: modes that the command sets are meant to stay, unless a stop ends it.
    if (!lent_) modes_ = modes;
    lent_ = true;
    streams_.note_direct_writer();
    writes_.emplace(SIG_BLOCK, SIGTTOU);
    return true;
}

void LentForeground::withdraw() {
    // Also take the foreground back from a dead group: the command may have given it to a group that has ended since.
    if (lent_ && (terminal_->is_foreground(command_) || terminal_->is_foreground_dead())) {
        terminal_->give_to(::getpgrp());
    }
    writes_.reset();
}

void LentForeground::undo_modes() {
    streams_.end_screen_modes();
    // Another process group may own the foreground now; do not overwrite its terminal modes.
    if (modes_ && terminal_->is_foreground(::getpgrp())) terminal_->set_modes(*modes_);
}

void LentForeground::resume() {
    if (!lent_ || !terminal_->is_foreground(::getpgrp()) || !terminal_->give_to(command_)) return;
    writes_.emplace(SIG_BLOCK, SIGTTOU);
}

}  // namespace netrunner
