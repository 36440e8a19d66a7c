// write_bytes OUT [ERR [CODE]] : writes OUT pattern bytes (seed 1) to stdout and ERR (seed 2) to stderr, alternating,
// then exits with CODE. Exits with 97 on a write error.
#include <algorithm>
#include <vector>

#include "../support/pattern.hpp"
#include "announce.hpp"

namespace {

struct Flow {
    int descriptor;
    long left;
    support::Pattern source;
    long chunk;

    void write_some() {
        std::vector<char> bytes(static_cast<std::size_t>(std::min(left, chunk)));
        for (char& byte : bytes) byte = source.next();
        for (std::size_t done = 0; done < bytes.size();) {
            const ssize_t put = ::write(descriptor, bytes.data() + done, bytes.size() - done);
            if (put <= 0) std::_Exit(97);
            done += static_cast<std::size_t>(put);
        }
        left -= static_cast<long>(bytes.size());
    }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    Flow out{.descriptor = 1, .left = std::atol(argv[1]), .source = support::Pattern{1}, .chunk = 30011};
    Flow err{.descriptor = 2, .left = argc > 2 ? std::atol(argv[2]) : 0, .source = support::Pattern{2}, .chunk = 10007};
    while (out.left > 0 || err.left > 0) {
        out.write_some();
        err.write_some();
    }
    return argc > 3 ? std::atoi(argv[3]) : 0;
}
