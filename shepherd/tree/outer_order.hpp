// What a signal means that an outer run's guard sends to a netrunner inside its tree (docs/decisions/0035). The guard
// puts it into the signal's value (sigqueue(3)), and the nested runner reads it from there. A signal with such a value
// still acts on any other program as the plain signal does. Sends nothing.
#pragma once

#include <signal.h>

#include <cstdint>
#include <optional>

namespace netrunner {

struct OuterOrder {
    int signal = 0;
    /// The outer run's stop has sent this many signals, with this one. 0: the signal was typed at the terminal.
    int step = 0;

    friend constexpr bool operator==(const OuterOrder&, const OuterOrder&) = default;
};

/// The characters "NR" in the value's upper half; below them eight bits for the step and eight for the signal.
inline constexpr std::uint32_t outer_order_mark = 0x4e52;
inline constexpr int most_steps = 255;

constexpr std::int32_t value_of(OuterOrder order) noexcept {
    const auto step = static_cast<std::uint32_t>(order.step < most_steps ? order.step : most_steps);
    return static_cast<std::int32_t>(outer_order_mark << 16 | step << 8 | static_cast<std::uint32_t>(order.signal));
}

/// The order in the value of a signal; nothing if the value is not a guard's.
constexpr std::optional<OuterOrder> outer_order_in(std::int32_t value) noexcept {
    const auto bits = static_cast<std::uint32_t>(value);
    constexpr std::uint32_t eight_bits = 0xff;
    constexpr int highest_signal = 64;
    const OuterOrder order{.signal = static_cast<int>(bits & eight_bits),
                           .step = static_cast<int>(bits >> 8 & eight_bits)};
    if (bits >> 16 != outer_order_mark || order.signal < 1 || order.signal > highest_signal) return std::nullopt;
    return order;
}

/// The signals that a runner neither blocks nor reads: those of its own faults, those that cannot be caught, SIGPIPE,
/// and SIGTTIN and SIGTTOU, which stop a background process that uses the terminal. Bit n-1 stands for signal n.
inline constexpr std::uint64_t unread_by_runner = [] {
    std::uint64_t bits = 0;
    for (const int signal :
         {SIGPIPE, SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU}) {
        bits |= std::uint64_t{1} << (signal - 1);
    }
    return bits;
}();

/// The signal that carries `order` to a nested runner: its own signal, or SIGTERM if a runner does not read that one.
constexpr int carrier_of(OuterOrder order) noexcept {
    const bool unread = (unread_by_runner >> (order.signal - 1) & 1) != 0;
    return unread ? SIGTERM : order.signal;
}

}  // namespace netrunner
