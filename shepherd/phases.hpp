// The command's life as the guard sees it, as one table: phases by events, and what the runner is told of each change.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace netrunner {

enum class Phase : std::uint8_t {
    starting,  ///< forked; exec has not been seen to succeed or fail
    running,   ///< the command runs
    leftover,  ///< it has ended, others of the tree have not
    over,      ///< nothing is left
};
enum class Event : std::uint8_t {
    exec_succeeded,
    exec_failed,
    command_ended,  ///< and something is left
    tree_ended,     ///< waitpid says that no child is left
};
enum class Action : std::uint8_t {
    none,
    tell_started,
    tell_failed,
    tell_exited,
    tell_exited_and_empty,
    tell_empty,
};
struct Transition {
    Phase next;
    Action action;
};

inline constexpr std::size_t phases = 4;
inline constexpr std::size_t events = 4;
// The end of the start is always settled before an exit is looked at, so `starting` sees no exit of the command.
// clang-format off
inline constexpr std::array<std::array<Transition, events>, phases> phase_table{{
    //  exec_succeeded                          exec_failed                         command_ended                           tree_ended
    {{{Phase::running, Action::tell_started}, {Phase::over, Action::tell_failed}, {Phase::starting, Action::none},        {Phase::starting, Action::none}}},
    {{{Phase::running, Action::none},         {Phase::running, Action::none},     {Phase::leftover, Action::tell_exited}, {Phase::over, Action::tell_exited_and_empty}}},
    {{{Phase::leftover, Action::none},        {Phase::leftover, Action::none},    {Phase::leftover, Action::none},        {Phase::over, Action::tell_empty}}},
    {{{Phase::over, Action::none},            {Phase::over, Action::none},        {Phase::over, Action::none},            {Phase::over, Action::none}}},
}};
// clang-format on

constexpr Transition advance(Phase phase, Event event) noexcept {
    return phase_table[static_cast<std::size_t>(phase)][static_cast<std::size_t>(event)];
}

}  // namespace netrunner
