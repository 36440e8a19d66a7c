// become_root WHERE : with the setuid bit, is root for good (real, effective and saved), announces `ready PID`, lives
// on.
#include "announce.hpp"

int main(int argc, char** argv) {
    if (argc < 2 || ::setresuid(0, 0, 0) != 0) return 2;
    ready(argv[1]);
    live_for_at_most(120);
}
