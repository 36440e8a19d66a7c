// What a signal that netrunner receives means for the run (docs/decisions/0001). The session calls it and acts on the
// answer. Pure: it sends nothing.
#pragma once

#include "src/system/signal_source.hpp"

namespace netrunner {

enum class SignalMeaning {
    order,       ///< an order to end the run
    to_command,  ///< forwarded to the command alone
    to_group,    ///< forwarded to the command's process group, as the terminal would send it
    continued,   ///< SIGCONT: another process has continued netrunner
    resized,     ///< SIGWINCH: the terminal's size may have changed
};

/// `ignored`: netrunner found the signal ignored when it was started. Such a signal is never an order, but it is
/// delivered, because the command may have set a handler.
SignalMeaning meaning_of(const SignalEvent& signal, bool ignored);

}  // namespace netrunner
