// use_cpu MS : uses MS milliseconds of processor time, then exits with 0.
#include <cstdlib>
#include <ctime>

int main(int argc, char** argv) {
    const long wanted = argc > 1 ? std::atol(argv[1]) : 0;
    constexpr long thousand = 1000;
    timespec used{};
    do {
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    } while (used.tv_sec * thousand + used.tv_nsec / (thousand * thousand) < wanted);
    return 0;
}
