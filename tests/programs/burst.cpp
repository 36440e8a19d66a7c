// burst COUNT CODE : starts COUNT children that all exit when this process exits with CODE. It never reaps them.
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
