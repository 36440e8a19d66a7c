// Durations and sizes: parsed from the command line, formatted for messages. Pure.
//
//   duration  0 | infinity | NUMBER UNIT [NUMBER UNIT]...   units ms s m h d; a number without a unit is in seconds
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

/// A text is not a duration or a size. `what()` is a whole message: invalid duration '5x': unknown unit 'x' (...).
class InvalidQuantity : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

using Duration = std::chrono::nanoseconds;
inline constexpr Duration forever = Duration::max();

using Size = std::uint64_t;  // bytes
inline constexpr Size unlimited = std::numeric_limits<Size>::max();

/// A century. Added to the current time it stays within the range of the clock. A longer duration is `forever`.
inline constexpr Duration longest_duration = std::chrono::days(36'500);

/// `infinity`, and more than `longest_duration`, is `forever`. `0` is zero: each option gives it a meaning. Throws
/// InvalidQuantity.
Duration parse_duration(std::string_view text);

/// `max` and `infinity` are `unlimited`. Fractions are rounded down to whole bytes. Throws InvalidQuantity.
Size parse_size(std::string_view text);

/// Rounded to milliseconds: 90.5 s as "1m30.5s", 250 ms as "250ms", `forever` as "infinity".
std::string format_duration(Duration duration);

/// In the largest unit that fits, with one decimal unless the number is whole: 536870912 as "512 MiB". Bytes if `size`
/// is below 10 KiB and not a multiple of 1 KiB: 1000 as "1000 B". `unlimited` as "max".
std::string format_size(Size size);

}  // namespace netrunner
