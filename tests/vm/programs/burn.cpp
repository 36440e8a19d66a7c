// burn SECONDS : keeps a processor busy for that long, in wall time.
#include <cstdlib>
#include <ctime>

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const double end = static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9 + std::atof(argv[1]);
    while (static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9 < end) {
        ::clock_gettime(CLOCK_MONOTONIC, &now);
    }
}
