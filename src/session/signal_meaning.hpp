// What a signal that netrunner is sent means for the run (contract: Signals). Pure.
#pragma once

#include "src/system/signal_source.hpp"

namespace netrunner {

enum class SignalMeaning {
    order,       ///< to end the run
    to_command,  ///< the command's, as if it had been sent to it
    to_group,    ///< typed at the terminal, or about it: the command's whole group's
    continued,   ///< somebody has continued this process
    resized,     ///< the terminal's size may have changed
};

SignalMeaning meaning_of(const SignalEvent& signal);

}  // namespace netrunner
