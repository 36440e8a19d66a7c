// ignore_signals WHERE SIGNAL... : ignores the signals (numbers), announces `ready PID`, then waits.
#include <csignal>

#include "announce.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    for (int i = 2; i < argc; ++i) std::signal(std::atoi(argv[i]), SIG_IGN);
    ready(argv[1]);
    live_for_at_most(120);
}
