#include "src/session/signal_meaning.hpp"

#include <csignal>

namespace netrunner {

SignalMeaning meaning_of(const SignalEvent& signal) {
    switch (signal.number) {
        case SIGTERM: return SignalMeaning::order;
        // If it was typed at the terminal, it goes to the command's group, and the command decides what it means. If a
        // process sent it, it is an order to end.
        case SIGINT:
        case SIGQUIT: return signal.from_kernel ? SignalMeaning::to_group : SignalMeaning::order;
        // From the kernel: the terminal has hung up. From a process: usually a request to reload.
        case SIGHUP: return signal.from_kernel ? SignalMeaning::order : SignalMeaning::to_command;
        case SIGTSTP: return SignalMeaning::to_group;
        case SIGCONT: return SignalMeaning::continued;
        case SIGWINCH: return SignalMeaning::resized;
        default: return SignalMeaning::to_command;
    }
}

}  // namespace netrunner
