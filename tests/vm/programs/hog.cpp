// hog BYTES : allocates that much memory, MiB by MiB, writes to every page, then prints `took BYTES`.
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "../../programs/announce.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    constexpr long long piece = 1 << 20;
    const long long wanted = std::atoll(argv[1]);
    for (long long taken = 0; taken < wanted; taken += piece) {
        void* const memory = ::mmap(nullptr, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return 97;
        std::memset(memory, 1, piece);
    }
    announce("-", "took %lld\n", wanted);
}
