#include "src/batch/input_digest.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <string_view>
#include <vector>

#include "src/batch/sha256.hpp"

namespace netrunner {
namespace {

constexpr off_t largest = off_t{64} * 1024 * 1024;

std::string text_of(Sha256& sum) { return "sha256:" + hexadecimal(sum.finish()); }

/// Each value ends with NUL, which no word of a command line contains; each list begins with a newline.
std::string digest_of(const std::vector<std::vector<std::string>>& lists) {
    Sha256 sum;
    for (const auto& list : lists) {
        sum.add("\n");
        for (const std::string& value : list) sum.add(std::string_view(value.c_str(), value.size() + 1));
    }
    return text_of(sum);
}

}  // namespace

std::optional<std::string> input_digest(const BatchOptions& options, int input) {
    if (input < 0) return digest_of(options.lists);
    struct stat info {};
    off_t at = ::lseek(input, 0, SEEK_CUR);
    if (::fstat(input, &info) != 0 || !S_ISREG(info.st_mode) || at < 0 || info.st_size - at > largest)
        return std::nullopt;
    Sha256 sum;
    std::vector<char> block(64 * 1024);
    while (at < info.st_size) {
        const ssize_t got = ::pread(input, block.data(), block.size(), at);
        if (got <= 0) return std::nullopt;
        sum.add({block.data(), static_cast<std::size_t>(got)});
        at += got;
    }
    return text_of(sum);
}

}  // namespace netrunner
