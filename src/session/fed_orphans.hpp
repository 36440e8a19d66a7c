// Finds processes that outlive the command only to work off what it has written to them: `exec > >(tee log)`,
// `exec > >(xz >out.xz)`. The session asks during the settling time. It signals nothing and consumes nothing.
#pragma once

#include <span>
#include <string>

#include "shepherd/tree/tree.hpp"

namespace netrunner {

/// The name of the unnamed pipe behind descriptor `fd` of this process, "pipe:[INODE]"; empty if it is none.
std::string pipe_at(int fd);

/// Whether the standard input of a live process of `tree` that is not spared is an unnamed pipe that holds bytes, or
/// that has no writer left, so that the process is about to read its end. `not_fed`: names of pipes that the command
/// did not write, such as this process's own standard input. A process that this one may not look into (another user's)
/// counts as not fed.
bool has_fed_process(const Tree& tree, std::span<const std::string> not_fed);

/// Whether descriptor 1 or 2 of this process takes no bytes now. A reader that reads nothing then holds up each process
/// that has inherited it.
bool is_an_output_full();

}  // namespace netrunner
