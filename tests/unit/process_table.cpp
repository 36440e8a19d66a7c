#include "src/sampling/process_table.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace netrunner;
using namespace std::chrono_literals;

namespace {

ProcessTable::Sight sight(pid_t pid, Duration cpu, std::optional<Size> peak = 4096) {
    return {.key = {.pid = pid, .started = 100}, .parent = 1, .start = pid * 10ms, .cpu = cpu, .peak = peak};
}

void look(ProcessTable& table, pid_t first, pid_t last, Duration cpu) {
    table.begin_look();
    for (pid_t pid = first; pid <= last; ++pid) table.note(sight(pid, cpu));
    table.end_look();
}

const ProcessRecord* find(const ProcessTable::Result& result, pid_t pid) {
    const auto found = std::ranges::find(result.list, pid, &ProcessRecord::pid);
    return found == result.list.end() ? nullptr : &*found;
}

}  // namespace

TEST_SUITE_BEGIN("process_table");

TEST_CASE("a process has what the last look at it has seen") {
    ProcessTable table;
    const ProcessKey key{.pid = 7, .started = 100};
    CHECK(table.note(sight(7, 10ms)) == ProcessTable::Wish::command);
    table.set_command(key, "sh");
    CHECK(table.note(sight(7, 30ms, 9000)) == ProcessTable::Wish::command);  // after its exec
    table.set_command(key, "make");
    CHECK(table.note(sight(7, 20ms, 8000)) == ProcessTable::Wish::nothing);
    table.set_end(key, 5s);
    table.set_end(key, 6s);
    table.set_status(key, 256);
    const auto result = table.result();
    REQUIRE(result.list.size() == 1);
    const ProcessRecord& process = result.list[0];
    CHECK(process.pid == 7);
    CHECK(process.parent == 1);
    CHECK(process.command == "make");
    CHECK(process.start == 70ms);
    CHECK(process.end == 5s);
    CHECK(process.cpu == 30ms);
    CHECK(process.peak == 9000);
    CHECK(process.status == 256);
    CHECK(result.others.count == 0);
}

TEST_CASE("a later process with the same pid is another one") {
    ProcessTable table;
    table.note(sight(7, 10ms));
    ProcessTable::Sight later = sight(7, 20ms);
    later.key.started = 200;
    later.start = 1h;
    table.note(later);
    const auto result = table.result();
    REQUIRE(result.list.size() == 2);
    CHECK(result.list[0].cpu == 10ms);
    CHECK(result.list[1].start == 1h);
}

TEST_CASE("the list has the 1000 processes that have used the most, and the others have the rest") {
    ProcessTable table;
    constexpr pid_t count = 3000;
    table.begin_look();
    for (pid_t pid = 1; pid <= count; ++pid) table.note(sight(pid, pid * 10ms, Size(pid)));
    table.end_look();
    const auto result = table.result();
    CHECK(result.list.size() == ProcessTable::most_listed);
    CHECK(find(result, count) != nullptr);
    CHECK(find(result, count - 999) != nullptr);
    CHECK(find(result, count - 1000) == nullptr);
    CHECK(result.others.count == 2000);
    CHECK(result.others.cpu == 10ms * (2000 * 2001 / 2));
    CHECK(result.others.peak == 2000);
    CHECK(std::ranges::is_sorted(result.list, {}, &ProcessRecord::start));
}

TEST_CASE("a process of the others is counted once, with what it uses later") {
    ProcessTable table;
    look(table, 1, 1000, 1s);
    look(table, 2001, 2251, 10ms);  // 251 more than fit
    auto before = table.result().others;
    CHECK(before.count == 251);
    CHECK(before.cpu == 2510ms);
    look(table, 2001, 2251, 30ms);
    look(table, 2001, 2251, 30ms);
    const auto after = table.result().others;
    CHECK(after.count == 251);
    CHECK(after.cpu == 7530ms);
}

TEST_CASE("a process that has ended and is not reaped yet is counted once") {
    ProcessTable table;
    look(table, 1, 1500, 10ms);
    for (pid_t pid = 1; pid <= 1500; ++pid) table.set_end({.pid = pid, .started = 100}, 1s);
    for (int i = 0; i < 20; ++i) look(table, 1, 1500, 10ms);
    const auto result = table.result();
    CHECK(result.list.size() + result.others.count == 1500);
    CHECK(result.others.cpu == 10ms * static_cast<int>(result.others.count));
    CHECK(table.cpu() == 15s);
}

TEST_CASE("a process that some looks miss is counted once") {
    ProcessTable table;
    look(table, 1, 2000, 10ms);
    for (int i = 0; i < 5; ++i) {
        look(table, 1, 500, 10ms);
        look(table, 1, 2000, 20ms);
    }
    const auto result = table.result();
    CHECK(result.list.size() + result.others.count == 2000);
    CHECK(table.cpu() == 40s);
}

TEST_CASE("a hundred thousand short processes take the memory of a thousand") {
    ProcessTable table;
    for (pid_t first = 1; first < 100'000; first += 100) look(table, first, first + 99, 10ms);
    const auto result = table.result();
    CHECK(result.list.size() == 1000);
    CHECK(result.others.count == 99'000);
    CHECK(result.others.cpu == 99'000 * 10ms);
}

TEST_CASE("a process that no look has seen has no processor time") {
    ProcessTable table;
    table.add({.pid = 9, .started = 0}, {.pid = 9, .command = "true", .start = 1ms});
    table.set_end({.pid = 9, .started = 0}, 2ms);
    const auto result = table.result();
    REQUIRE(result.list.size() == 1);
    CHECK(!result.list[0].cpu);
    CHECK(result.list[0].end == 2ms);
}

TEST_CASE("the command is read at the first two looks, and when the name is another one") {
    ProcessTable table;
    const auto wishes = [&](std::uint32_t name) {
        ProcessTable::Sight seen = sight(1, 0ms);
        seen.name_digest = name;
        return table.note(seen) == ProcessTable::Wish::command;
    };
    CHECK(wishes(5));
    CHECK(wishes(5));
    for (int i = 0; i < 100; ++i) CHECK(!wishes(5));
    CHECK(wishes(6));
    CHECK(!wishes(6));
}

TEST_SUITE_END();
