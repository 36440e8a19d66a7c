// print_fds : prints `NUMBER FLAGS TARGET` for every open descriptor (status flags in octal), then exits with 7.
#include "announce.hpp"

int main() {
    char text[65536];
    std::size_t length = 0;
    for (int number = 0; number < 4096; ++number) {
        const int flags = ::fcntl(number, F_GETFL);
        if (flags < 0) continue;
        char link[64], target[256] = "?";
        std::snprintf(link, sizeof link, "/proc/self/fd/%d", number);
        const ssize_t size = ::readlink(link, target, sizeof target - 1);
        if (size >= 0) target[size] = '\0';
        length += static_cast<std::size_t>(
            std::snprintf(text + length, sizeof text - length, "%d %o %s\n", number, flags, target));
    }
    // Writes to the file in PRINT_FDS_TO if it is set, because descriptor 1 may be closed.
    const char* where = std::getenv("PRINT_FDS_TO");
    const int out = where != nullptr ? ::open(where, O_WRONLY | O_CREAT | O_TRUNC, 0666) : 1;
    return ::write(out, text, length) == static_cast<ssize_t>(length) ? 7 : 97;
}
