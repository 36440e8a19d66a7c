// burst COUNT CODE : COUNT children that die at the same instant, when this process, which never reaps them, exits with
// CODE.
#include "announce.hpp"

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    int gate[2];
    if (::pipe(gate) != 0) return 97;
    for (int i = std::atoi(argv[1]); i > 0; --i) {
        if (::fork() != 0) continue;
        char byte = 0;
        ::close(gate[1]);
        std::_Exit(::read(gate[0], &byte, 1) == 0 ? 0 : 97);
    }
    return std::atoi(argv[2]);
}
