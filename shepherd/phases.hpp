// The guard's state machine as one table: for each phase and event the next phase, and the frame that the runner gets.
// supervise.cpp drives it. It performs no action itself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace netrunner {

enum class Phase : std::uint8_t {
    starting,  ///< the child is forked; its exec has neither succeeded nor failed yet
    running,   ///< the command runs
    leftover,  ///< the command has ended, other processes of the tree have not
    over,      ///< no process is left
};
enum class Event : std::uint8_t {
    exec_succeeded,
    exec_failed,
    command_ended,  ///< the command was reaped; other processes are left
    tree_ended,     ///< the guard has no child left, and the control group, if there is one, is empty
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
// The guard reads the start report before it handles the command's exit, so no exit arrives in `starting`.
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
