#include "shepherd/link/protocol.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstring>
#include <random>

using namespace netrunner::protocol;

namespace {

Plan full_plan() {
    Plan plan;
    plan.standard_input = Wiring::pipe;
    plan.standard_error = Wiring::like_stdout;
    plan.new_session = 1;
    plan.pipe_size = 0x01020304;
    plan.ignored = 0x8000000000000001;
    plan.differing = 0x8000000000000003;
    plan.blocked = 0x00ff00ff00ff00ff;
    plan.has_nice = 1;
    plan.nice = -20;
    plan.has_uid = 1;
    plan.uid = 65534;
    plan.has_groups = 1;
    plan.group_count = 2;
    plan.groups[1] = 77;
    plan.limit_count = 1;
    plan.limits[0] = {7, 1024, ~std::uint64_t{0}};
    plan.pseudo_terminal = 1;
    plan.columns = 65535;
    plan.rows = 1;
    plan.foreground = 1;
    plan.has_modes = 1;
    plan.modes = {0x500, 5, 0x8a3b, {3, 28, 127}};
    plan.returns_carriage = 1;
    plan.silent = 1;
    plan.record_descriptor = 9;
    plan.runner_group = 4242;
    plan.spares = 1;
    plan.passes_descriptors = 1;
    plan.given_count = 2;
    plan.given = {3, 251};
    plan.group_descriptor = 5;
    plan.home_descriptor = 7;
    plan.keeps_group = 1;
    plan.group_parents = 3;
    plan.limits_memory = 1;
    plan.vacated_by = 4243;
    plan.vacated_descriptor = 6;
    plan.lock_descriptor = 7;
    plan.step_count = 2;
    plan.steps[0] = {SIGTERM, 5000, 1};
    plan.steps[1] = {SIGKILL, -1};
    return plan;
}

/// Packs, unpacks and packs again: the same bytes show that no field is lost.
template <class Value>
void check_round_trip(const Value& value) {
    Frame first{};
    Frame second{};
    const std::size_t length = pack(value, first);
    REQUIRE(length <= max_frame);
    Value back;
    REQUIRE(unpack({first.data(), length}, back));
    REQUIRE(pack(back, second) == length);
    CHECK(std::memcmp(first.data(), second.data(), length) == 0);
    CHECK(type_of({first.data(), length}) == Value::type);
}

template <class Value>
void check_only_whole_frames(const Value& value) {
    Frame frame{};
    const std::size_t length = pack(value, frame);
    Value back;
    for (std::size_t shorter = 0; shorter < length; ++shorter) CHECK(!unpack({frame.data(), shorter}, back));
    CHECK(!unpack({frame.data(), length + 1}, back));
}

Usage some_usage() { return {1, 2, 3, 4, 5, 6, 7, 8, 9}; }

}  // namespace

TEST_SUITE_BEGIN("protocol");

TEST_CASE("every frame is the same after packing and unpacking") {
    check_round_trip(full_plan());
    check_round_trip(Kill{.scope = Scope::group, .signal = 64, .has_value = 1, .value = 0xdeadbeefcafe});
    check_round_trip(CloseStdin{});
    check_round_trip(Finish{});
    check_round_trip(SetWinsize{.columns = 132, .rows = 50});
    check_round_trip(SetForeground{Foreground::as_before});
    check_round_trip(TerminalRestored{});
    check_round_trip(ChildStarted{4242, 4241});
    check_round_trip(ChildStopped{SIGTSTP});
    check_round_trip(ChildContinued{});
    check_round_trip(ChildExited{.wait_status = 0x8b, .tree_empty = 1, .usage = some_usage()});
    OrphanFound orphan{.pid = 7, .signal = SIGTERM};
    std::strcpy(orphan.name.data(), "sleep");
    std::strcpy(orphan.command.data(), "sleep 100");
    check_round_trip(orphan);
    OrphanSpared spared{.pid = 8};
    std::strcpy(spared.name.data(), "sccache");
    std::strcpy(spared.command.data(), "/usr/bin/sccache");
    check_round_trip(spared);
    Spare spare;
    std::memcpy(spare.names.data(), "sccache\0java", 13);
    check_round_trip(spare);
    check_round_trip(TreeEmpty{some_usage()});
    check_round_trip(StopRequested{SIGTERM, Receiver::guard});
    check_round_trip(Failed{.stage = Stage::exec, .error = ENOENT, .detail = 1});
}

TEST_CASE("values arrive in their fields") {
    Frame frame{};
    Plan plan;
    REQUIRE(unpack({frame.data(), pack(full_plan(), frame)}, plan));
    CHECK(plan.standard_input == Wiring::pipe);
    CHECK(plan.standard_error == Wiring::like_stdout);
    CHECK(plan.nice == -20);
    CHECK(plan.groups[1] == 77);
    CHECK(plan.limits[0].hard == ~std::uint64_t{0});
    CHECK(plan.steps[0].grace_ms == 5000);
    CHECK(plan.steps[1].grace_ms == -1);
}

TEST_CASE("integers are little-endian, after the type") {
    Frame frame{};
    const std::size_t length = pack(ChildStarted{0x01020304, 0x05060708}, frame);
    REQUIRE(length == 9);
    CHECK(static_cast<int>(frame[0]) == static_cast<int>(FrameType::child_started));
    CHECK(static_cast<int>(frame[1]) == 4);
    CHECK(static_cast<int>(frame[4]) == 1);
    CHECK(static_cast<int>(frame[5]) == 8);
}

TEST_CASE("a frame that is cut short or too long is refused") {
    check_only_whole_frames(full_plan());
    check_only_whole_frames(Kill{.signal = SIGTERM});
    check_only_whole_frames(CloseStdin{});
    check_only_whole_frames(SetWinsize{.columns = 80, .rows = 24});
    check_only_whole_frames(SetForeground{Foreground::as_before});
    check_only_whole_frames(TerminalRestored{});
    check_only_whole_frames(ChildExited{});
    check_only_whole_frames(OrphanFound{});
    check_only_whole_frames(OrphanSpared{});
    Spare spare;
    spare.names[0] = 'x';
    check_only_whole_frames(spare);
    check_only_whole_frames(Failed{});
}

TEST_CASE("a frame of another type is refused") {
    Frame frame{};
    const std::size_t length = pack(CloseStdin{}, frame);
    Finish finish;
    CHECK(!unpack({frame.data(), length}, finish));
    Kill kill;
    CHECK(!unpack({frame.data(), length}, kill));
}

TEST_CASE("a plan of another version, without a ladder, or with impossible counts is refused") {
    const auto accepted = [](auto change) {
        Plan plan = full_plan();
        change(plan);
        Frame frame{};
        Plan back;
        return unpack({frame.data(), pack(plan, frame)}, back);
    };
    CHECK(accepted([](Plan&) {}));
    CHECK(!accepted([](Plan& plan) { ++plan.version; }));
    CHECK(!accepted([](Plan& plan) { ++plan.magic; }));
    CHECK(!accepted([](Plan& plan) { plan.step_count = 0; }));
    CHECK(!accepted([](Plan& plan) { plan.step_count = max_steps + 1; }));
    CHECK(!accepted([](Plan& plan) { plan.group_count = max_groups + 1; }));
    CHECK(!accepted([](Plan& plan) { plan.limit_count = max_limits + 1; }));
    CHECK(!accepted([](Plan& plan) { plan.steps[0].signal = 0; }));
    CHECK(!accepted([](Plan& plan) { plan.steps[1].signal = 65; }));
    CHECK(!accepted([](Plan& plan) { plan.steps[1].to_command = 1; }));
    CHECK(!accepted([](Plan& plan) { plan.has_nice = 2; }));
    CHECK(!accepted([](Plan& plan) { plan.standard_input = Wiring::like_stdout; }));
    CHECK(accepted([](Plan& plan) { plan.standard_output = Wiring::terminal; }));
    CHECK(!accepted([](Plan& plan) {
        plan.standard_output = Wiring::terminal;
        plan.pseudo_terminal = 0;
    }));
}

TEST_CASE("an order to send no signal, or a signal out of range, is refused") {
    for (const int signal : {0, -9, 65}) {
        Frame frame{};
        Kill kill;
        CHECK(!unpack({frame.data(), pack(Kill{.signal = signal}, frame)}, kill));
    }
}

TEST_CASE("random bytes are refused or packed again as they are") {
    std::mt19937 random(20261122);  // NOLINT: the same every time
    Frame frame{};
    for (int round = 0; round < 20'000; ++round) {
        const std::size_t length = 1 + random() % 64;
        for (std::size_t i = 0; i < length; ++i) frame[i] = static_cast<std::byte>(random());
        frame[0] = static_cast<std::byte>(FrameType::kill);
        Kill kill;
        if (!unpack({frame.data(), length}, kill)) continue;
        Frame again{};
        CHECK(pack(kill, again) == length);
        CHECK(std::memcmp(frame.data(), again.data(), length) == 0);
    }
}

TEST_SUITE_END();
