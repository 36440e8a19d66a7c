// Parses any text as a duration and as a size. Expected: a message, or a value within the range.
#include "src/values/quantity.hpp"

#include <cstdint>
#include <cstdlib>

using namespace netrunner;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const Duration duration = parse_duration(text);
        if (duration < Duration::zero()) std::abort();
        format_duration(duration);
    } catch (const InvalidQuantity& wrong) {
        if (std::string_view(wrong.what()).empty()) std::abort();
    }
    try {
        format_size(parse_size(text));
    } catch (const InvalidQuantity& wrong) {
        if (std::string_view(wrong.what()).empty()) std::abort();
    }
    return 0;
}
