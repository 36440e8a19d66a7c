// slow_cat CHUNK MICROSECONDS : copies stdin to stdout, CHUNK bytes at a time, and sleeps after each.
#include <vector>

#include "announce.hpp"

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    std::vector<char> buffer(static_cast<std::size_t>(std::atol(argv[1])));
    const useconds_t nap = static_cast<useconds_t>(std::atoi(argv[2]));
    for (;;) {
        const ssize_t got = ::read(0, buffer.data(), buffer.size());
        if (got <= 0) return got == 0 ? 0 : 97;
        for (ssize_t done = 0; done < got;) {
            const ssize_t put = ::write(1, buffer.data() + done, static_cast<std::size_t>(got - done));
            if (put <= 0) return 97;
            done += put;
        }
        ::usleep(nap);
    }
}
