// Parses any words after `netrunner`. Expected: a request, or a UsageError with a message.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "src/cli/cli.hpp"
#include "src/values/usage_error.hpp"

using namespace netrunner;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A NUL byte ends a word. Most inputs are useful only after `run`, so an input that begins with a NUL byte gets
    // `run` as its first word.
    std::vector<std::string> words{""};
    for (const char letter : std::string(reinterpret_cast<const char*>(data), size)) {
        if (letter == '\0') {
            words.emplace_back();
        } else {
            words.back() += letter;
        }
    }
    if (words.front().empty()) words.front() = "run";
    std::vector<char*> given;
    given.reserve(words.size());
    for (std::string& word : words) given.push_back(word.data());
    try {
        const Request request = parse_command_line(given);
        if (const auto* options = std::get_if<Options>(&request); options != nullptr && options->command.empty()) {
            std::abort();
        }
    } catch (const UsageError& wrong) {
        if (std::string(wrong.what()).empty()) std::abort();
    }
    return 0;
}
