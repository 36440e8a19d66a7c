// Makes descriptor 0 the controlling terminal of this session leader, then executes argv[1].
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char** argv) {
    if (argc < 2 || ioctl(0, TIOCSCTTY, 0) != 0) return 125;
    execvp(argv[1], argv + 1);
    return 127;
}
