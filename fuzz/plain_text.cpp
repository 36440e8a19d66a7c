// Makes any bytes plain, whole and in two blocks: the lines must be the same, and hold no control character but tab and
// newline.
#include "src/relay/plain_text.hpp"

#include <algorithm>
#include <cstdlib>

using namespace netrunner;

namespace {

void append(std::string& all, std::span<const std::byte> part) {
    all.append(reinterpret_cast<const char*>(part.data()), part.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string whole = plain_text(text);
    const bool plain = std::ranges::all_of(whole, [](char character) {
        const auto byte = static_cast<unsigned char>(character);
        return (byte >= ' ' && byte != 0x7f) || byte == '\t' || byte == '\n';
    });
    if (!plain) std::abort();
    if (std::ranges::count(whole, '\n') != std::ranges::count(text, '\n')) std::abort();

    const auto bytes = std::as_bytes(std::span(text));
    const std::size_t half = size / 2;
    PlainText filter;
    std::string parts;
    append(parts, filter.pass(bytes.first(half)));
    append(parts, filter.pass(bytes.subspan(half)));
    append(parts, filter.rest());
    if (parts != whole) std::abort();
    return 0;
}
