#include "src/session/signal_meaning.hpp"

#include <csignal>

namespace netrunner {

SignalMeaning meaning_of(const SignalEvent& signal) {
    switch (signal.number) {
        case SIGTERM: return SignalMeaning::order;
        // Typed at the terminal, it is only delivered: the command decides what it means. A process that sends it wants
        // an end.
        case SIGINT:
        case SIGQUIT: return signal.from_kernel ? SignalMeaning::to_group : SignalMeaning::order;
        // The terminal has hung up, or a process asks for a reload.
        case SIGHUP: return signal.from_kernel ? SignalMeaning::order : SignalMeaning::to_command;
        case SIGTSTP: return SignalMeaning::to_group;
        case SIGCONT: return SignalMeaning::continued;
        case SIGWINCH: return SignalMeaning::resized;
        default: return SignalMeaning::to_command;
    }
}

}  // namespace netrunner
