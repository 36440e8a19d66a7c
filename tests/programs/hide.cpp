// hide WHERE : makes itself unreadable in a /proc that is mounted with hidepid, as ssh-agent does, announces `ready
// PID`, then waits.
#include <sys/prctl.h>

#include "announce.hpp"

int main(int argc, char** argv) {
    if (argc < 2 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return 2;
    ready(argv[1]);
    live_for_at_most(120);
}
