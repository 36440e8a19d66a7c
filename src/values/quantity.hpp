// Durations and sizes as people write them: one grammar for the command line and for messages. Pure.
//
//   duration  0 | infinity | NUMBER UNIT [NUMBER UNIT]...   units ms s m h d; a lone number is in seconds
//   size      max | infinity | NUMBER [UNIT]                units K M G T KiB MiB GiB TiB (1024) KB MB GB TB (1000)
//   NUMBER    digits with an optional fraction
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace netrunner {

/// What was written is not a quantity. `what()` is a whole fragment: invalid duration '5x': unknown unit 'x' (...).
class InvalidQuantity : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

using Duration = std::chrono::nanoseconds;
inline constexpr Duration forever = Duration::max();

using Size = std::uint64_t;  // bytes
inline constexpr Size unlimited = std::numeric_limits<Size>::max();

/// `infinity` is `forever`; `0` is zero, whose meaning is the option's. Throws InvalidQuantity.
Duration parse_duration(std::string_view text);

/// `max` and `infinity` are `unlimited`. A fraction of a byte is dropped. Throws InvalidQuantity.
Size parse_size(std::string_view text);

/// 90.5 s as "1m30.5s", 250 ms as "250ms", never more than milliseconds; `forever` as "infinity".
std::string format_duration(Duration duration);

/// 536870912 as "512 MiB", 1000 as "1000 B": the largest unit that loses nothing, else one decimal.
std::string format_size(Size size);

}  // namespace netrunner
