// Passes a text through a filter of src/relay in blocks of one size, as a relay would.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace netrunner {

inline std::string text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class Filter>
std::string in_blocks(const std::string& input, std::size_t block) {
    Filter filter;
    std::string output;
    for (std::size_t at = 0; at < input.size(); at += block) {
        const std::string part = input.substr(at, block);
        output += text(filter.pass(std::as_bytes(std::span(part))));
    }
    return output + text(filter.rest());
}

}  // namespace netrunner
