#include "src/batch/argument_space.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace netrunner {
namespace {

// fs/exec.c: a quarter of the stack, at most three quarters of 8 MiB, at least 128 KiB.
constexpr std::uint64_t most = 6ULL << 20U;
constexpr std::uint64_t least = 128ULL << 10U;
// POSIX asks for 2048 spare bytes. The shepherd starts the command through its own argv[0] and variables.
constexpr std::size_t spare = 8192;

}  // namespace

ArgumentSpace ArgumentSpace::computed(std::uint64_t stack, std::size_t page, std::size_t environment) {
    return {.one = 32 * page - 1,
            .all = static_cast<std::size_t>(std::clamp(stack / 4, least, most)),
            .taken = environment + spare};
}

ArgumentSpace ArgumentSpace::of_this_process(char* const* environment) {
    std::size_t length = 0;
    for (; environment != nullptr && *environment != nullptr; ++environment)
        length += space_of(std::strlen(*environment));
    rlimit stack{};
    if (::getrlimit(RLIMIT_STACK, &stack) != 0) stack.rlim_cur = 8U << 20U;
    return computed(stack.rlim_cur, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)), length);
}

std::string obstacle_to_start(std::span<const std::string> argv, const ArgumentSpace& space) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < argv.size(); ++i) {
        if (argv[i].find('\0') != std::string::npos) return fmt::format("word {} contains a NUL byte", i + 1);
        if (argv[i].size() > space.one) {
            return fmt::format("word {} has {} bytes, and the kernel takes at most {} in one argument", i + 1,
                               argv[i].size(), space.one);
        }
        sum += space_of(argv[i].size());
    }
    if (sum <= space.left()) return "";
    return fmt::format("its arguments take {} bytes, and the kernel has room for {} beside the environment", sum,
                       space.left());
}

}  // namespace netrunner
