#include "src/session/signal_meaning.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace netrunner;

namespace {

SignalMeaning typed(int number, bool ignored = false) {
    return meaning_of({.number = number, .from_kernel = true}, ignored);
}
SignalMeaning sent(int number, bool ignored = false) { return meaning_of({.number = number, .sender = 42}, ignored); }

}  // namespace

TEST_SUITE_BEGIN("signal_meaning");

TEST_CASE("TERM is an order to end, from any sender") {
    CHECK(typed(SIGTERM) == SignalMeaning::order);
    CHECK(sent(SIGTERM) == SignalMeaning::order);
}

TEST_CASE("INT and QUIT are delivered when typed; when sent, INT is an order and QUIT is delivered") {
    for (const int number : {SIGINT, SIGQUIT}) CHECK(typed(number) == SignalMeaning::to_group);
    CHECK(sent(SIGINT) == SignalMeaning::order);
    CHECK(sent(SIGQUIT) == SignalMeaning::to_command);
}

TEST_CASE("a signal that was found ignored is delivered and never an order") {
    for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) {
        CHECK(sent(number, true) == SignalMeaning::to_command);
        CHECK(typed(number, true) != SignalMeaning::order);
    }
    CHECK(typed(SIGHUP, true) == SignalMeaning::to_command);
    CHECK(typed(SIGINT, true) == SignalMeaning::to_group);
}

TEST_CASE("HUP is an order when the terminal hangs up, and delivered when sent") {
    CHECK(typed(SIGHUP) == SignalMeaning::order);
    CHECK(sent(SIGHUP) == SignalMeaning::to_command);
}

TEST_CASE("TSTP goes to the group, and netrunner itself handles CONT and WINCH") {
    CHECK(typed(SIGTSTP) == SignalMeaning::to_group);
    CHECK(sent(SIGTSTP) == SignalMeaning::to_group);
    CHECK(sent(SIGCONT) == SignalMeaning::continued);
    CHECK(typed(SIGWINCH) == SignalMeaning::resized);
}

TEST_CASE("every other signal goes to the command") {
    for (const int number : {SIGUSR1, SIGUSR2, SIGALRM, SIGIO, SIGPWR, SIGRTMIN + 3})
        CHECK(sent(number) == SignalMeaning::to_command);
}

TEST_SUITE_END();
