// How the children of the tests speak: whole lines, unbuffered, to WHERE: `-` is standard output, anything else a file.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// Opened per line, so that a child that closed all its descriptors can still speak. Async-signal-safe but for the
// format.
__attribute__((format(printf, 2, 3))) inline void announce(const char* where, const char* format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0) std::abort();
    const bool standard = std::strcmp(where, "-") == 0;
    const int descriptor = standard ? 1 : ::open(where, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (::write(descriptor, line, static_cast<std::size_t>(length)) != length) std::_Exit(99);
    if (!standard) ::close(descriptor);
}

inline void ready(const char* where) { announce(where, "ready %d\n", static_cast<int>(::getpid())); }

// No child outlives the slowest test by much, even when the program under test fails to end it.
inline void live_for_at_most(unsigned seconds) {
    for (unsigned past = 0; past < seconds; ++past) ::sleep(1);
    std::_Exit(98);
}
