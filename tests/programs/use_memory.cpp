// use_memory MIB RATE [thread] : allocates and touches MIB mebibytes, RATE in a second (0: at once), says `done`, and
// sleeps. With `thread` another thread does, and the first one ends.
#include <pthread.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

long wanted = 0;
long rate = 0;

int use() {
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

void* use_in_thread(void* /*unused*/) { std::_Exit(use()); }

}  // namespace

int main(int argc, char** argv) {
    wanted = argc > 1 ? std::atol(argv[1]) : 0;
    rate = argc > 2 ? std::atol(argv[2]) : 0;
    if (argc <= 3) return use();
    pthread_t thread{};
    if (pthread_create(&thread, nullptr, use_in_thread, nullptr) != 0) return 1;
    pthread_exit(nullptr);
}
