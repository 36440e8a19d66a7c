// use_memory MIB RATE : allocates and touches MIB mebibytes, RATE in a second (0: at once), says `done`, and sleeps.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

int main(int argc, char** argv) {
    const long wanted = argc > 1 ? std::atol(argv[1]) : 0;
    const long rate = argc > 2 ? std::atol(argv[2]) : 0;
    constexpr std::size_t mega = 1024 * 1024;
    timespec begun{};
    clock_gettime(CLOCK_MONOTONIC, &begun);
    for (long used = 0; used < wanted; ++used) {
        void* const block = std::malloc(mega);
        if (block == nullptr) return 1;
        std::memset(block, 1, mega);
        if (rate == 0) continue;
        constexpr long giga = 1'000'000'000;
        const long long due = begun.tv_nsec + (used + 1) * static_cast<long long>(giga) / rate;
        const timespec until{.tv_sec = begun.tv_sec + static_cast<time_t>(due / giga),
                             .tv_nsec = static_cast<long>(due % giga)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    }
    std::puts("done");
    std::fflush(stdout);
    sleep(60);
    return 0;
}
