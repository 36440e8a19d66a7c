#include "src/values/signal_name.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace netrunner;

TEST_SUITE_BEGIN("signal_name");

TEST_CASE("names come with or without SIG, in any case, or as numbers") {
    for (const char* text : {"TERM", "SIGTERM", "term", "SigTerm", "15"}) CHECK(parse_signal(text) == SIGTERM);
    CHECK(parse_signal("KILL") == SIGKILL);
    CHECK(parse_signal("CLD") == SIGCHLD);
    CHECK(parse_signal("RTMIN") == SIGRTMIN);
    CHECK(parse_signal("SIGRTMIN+3") == SIGRTMIN + 3);
    CHECK(parse_signal("rtmax-1") == SIGRTMAX - 1);
}

TEST_CASE("nothing else is a signal") {
    for (const char* text :
         {"", "SIG", "FOO", "0", "65", "-9", "15x", "TERM ", "RTMIN+99", "RTMIN-1", "RTMAX+1", "RTMIN+"}) {
        CHECK_MESSAGE(!parse_signal(text), text);
    }
}

TEST_CASE("every signal's name parses back to the signal") {
    for (int number = 1; number <= SIGRTMAX; ++number) {
        if (number > SIGSYS && number < SIGRTMIN) continue;  // reserved by glibc
        CHECK(parse_signal(signal_name(number)) == number);
    }
    CHECK(signal_name(SIGKILL) == "SIGKILL");
    CHECK(signal_name(SIGRTMIN + 3) == "SIGRTMIN+3");
    CHECK(signal_name(99) == "signal 99");
}

TEST_SUITE_END();
