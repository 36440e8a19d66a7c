// push_input TEXT : pushes TEXT and a newline into the input of its terminal (TIOCSTI), as if the user had typed it.
#include <sys/ioctl.h>

#include "announce.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const int terminal = ::open("/dev/tty", O_RDWR);
    for (const char* byte = argv[1]; *byte != '\0'; ++byte) {
        if (::ioctl(terminal, TIOCSTI, byte) != 0) return 97;
    }
    return ::ioctl(terminal, TIOCSTI, "\n") == 0 ? 0 : 97;
}
