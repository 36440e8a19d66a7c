#include "src/session/signal_meaning.hpp"

#include <csignal>

namespace netrunner {

SignalMeaning meaning_of(const SignalEvent& signal, bool ignored) {
    switch (signal.number) {
        case SIGTERM: return ignored ? SignalMeaning::to_command : SignalMeaning::order;
        // If it was typed at the terminal, it goes to the command's group, and the command decides what it means. If a
        // process sent it, it is an order to end.
        case SIGINT:
            if (signal.from_kernel) return SignalMeaning::to_group;
            return ignored ? SignalMeaning::to_command : SignalMeaning::order;
        // A process that sends QUIT wants a thread dump (a JVM) or a drain (nginx), not an end.
        case SIGQUIT: return signal.from_kernel ? SignalMeaning::to_group : SignalMeaning::to_command;
        // From the kernel: the terminal has hung up. From a process: usually a request to reload.
        case SIGHUP: return signal.from_kernel && !ignored ? SignalMeaning::order : SignalMeaning::to_command;
        case SIGTSTP: return SignalMeaning::to_group;
        case SIGCONT: return SignalMeaning::continued;
        case SIGWINCH: return SignalMeaning::resized;
        default: return SignalMeaning::to_command;
    }
}

}  // namespace netrunner
