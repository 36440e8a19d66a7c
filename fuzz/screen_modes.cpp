// Follows any bytes as the output to a terminal. Expected: it does not matter where they are cut, and what ends the
// modes leaves none.
#include "src/relay/screen_modes.hpp"

#include <cstdint>
#include <cstdlib>

using namespace netrunner;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    ScreenModes whole;
    whole.watch(bytes);
    ScreenModes cut;
    const std::size_t middle = size == 0 ? 0 : data[0] % size;
    cut.watch(bytes.first(middle));
    cut.watch(bytes.subspan(middle));
    if (cut.ending() != whole.ending() || !(cut.begun() == whole.begun())) std::abort();
    const std::string ending = whole.ending();
    whole.watch(std::as_bytes(std::span(ending)));
    if (!whole.ending().empty()) std::abort();
    return 0;
}
