// Shortens the command line of a process to what tells it from its neighbours, for a bar or a line. Pure.
#pragma once

#include <string>
#include <string_view>

namespace netrunner {

/// The program without its directory, and the first word that looks like a file: "g++ main.cpp" of "/usr/bin/g++ -c
/// src/main.cpp -o main.o". Of `sh -c`, the command after it. Cut to `most` bytes, at the end of a character.
std::string gist_of(std::string_view command, std::size_t most = 60);

/// Cuts `text` to `most` bytes at the end of a character, the last three of them "..." if it was longer.
std::string cut_to(std::string_view text, std::size_t most);

}  // namespace netrunner
