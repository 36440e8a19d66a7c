// Output of the test commands: whole lines, unbuffered, to WHERE: `-` is standard output, any other word a file.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// The file is opened for each line, so that a command that closed all its descriptors can still write.
// Async-signal-safe except for the formatting.
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

// Bounds the life of every test command, so that it ends even if the program under test fails to end it.
inline void live_for_at_most(unsigned seconds) {
    for (unsigned past = 0; past < seconds; ++past) ::sleep(1);
    std::_Exit(98);
}
