// become_root WHERE : a set-user-ID program: becomes root for good (real, effective and saved), announces `ready PID`,
// then waits.
#include "announce.hpp"

int main(int argc, char** argv) {
    if (argc < 2 || ::setresuid(0, 0, 0) != 0) return 2;
    ready(argv[1]);
    live_for_at_most(120);
}
