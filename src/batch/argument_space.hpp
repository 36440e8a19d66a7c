// How much room the kernel gives the arguments and the environment of a program (execve(2)), and whether an argv fits.
// The packer of -n and the job maker ask. Only `of_this_process` looks at the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace netrunner {

struct ArgumentSpace {
    std::size_t one = 131'071;    ///< the longest argument
    std::size_t all = 2'097'152;  ///< arguments and environment together, each with its NUL and its pointer
    std::size_t taken = 0;        ///< by the environment and by what netrunner adds on the way to the command

    /// `environment`: NULL-terminated, as environ(7).
    static ArgumentSpace of_this_process(char* const* environment);
    /// `stack`: the soft RLIMIT_STACK.
    static ArgumentSpace computed(std::uint64_t stack, std::size_t page, std::size_t environment);

    [[nodiscard]] std::size_t left() const { return all > taken ? all - taken : 0; }
};

/// What `word` takes of the space: its bytes, its NUL and its pointer.
inline std::size_t space_of(std::size_t length) { return length + 1 + sizeof(char*); }

/// Why the kernel would refuse `argv`, as part of a message; empty: it fits.
std::string obstacle_to_start(std::span<const std::string> argv, const ArgumentSpace& space);

}  // namespace netrunner
