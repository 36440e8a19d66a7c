// Several jobs on a real pipe. Who gets the floor is tested in floor, what is stored in stored_output.
#include "src/batch/group_outputs.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "output_pair.hpp"

using namespace netrunner;
using unit::bytes;
using Status = IoResult::Status;
using Numbers = std::vector<std::uint64_t>;

namespace {

struct Grouping : unit::OutputPair {
    [[nodiscard]] OwnOutputs own() { return {output, error}; }

    void look(GroupOutputs& all) {
        OutputPair::look();
        all.attend();
    }
    /// Everything that comes when the reader reads.
    std::string read_all(GroupOutputs& all) {
        std::string text;
        for (std::string part = out.take(); !part.empty(); part = out.take()) {
            text += part;
            look(all);
        }
        return text;
    }
    /// How much the job takes of an endless output.
    static std::size_t give_until_full(Receiver& receiver, const std::string& block) {
        std::size_t taken = 0;
        while (true) {
            const IoResult result = receiver.take(bytes(block));
            if (result.status != Status::moved) return taken;
            taken += result.bytes;
        }
    }
};

}  // namespace

TEST_SUITE_BEGIN("group_outputs");

TEST_CASE_FIXTURE(Grouping, "one job streams, and the others wait until it has ended") {
    GroupOutputs all(own(), {});
    const auto first = all.open({.number = 1});
    const auto second = all.open({.number = 2});
    CHECK(second->output().take(bytes("2a\n")).bytes == 3);
    CHECK(out.take() == "2a\n");
    CHECK(first->output().take(bytes("1a\n")).bytes == 3);
    CHECK(first->error().take(bytes("1e\n")).bytes == 3);
    CHECK(second->output().take(bytes("2b\n")).bytes == 3);
    CHECK(out.take() == "2b\n");
    first->end(true);
    CHECK(!first->is_delivered());
    CHECK(out.take().empty());
    second->end(true);
    CHECK(second->is_delivered());
    CHECK(first->is_delivered());
    CHECK(out.take() == "1a\n");
    CHECK(err.take() == "1e\n");
}

TEST_CASE_FIXTURE(Grouping, "a last line without a newline stays so, unless lines are tagged") {
    for (const bool tagged : {false, true}) {
        GroupOutputs all(own(), {.ends_lines = tagged});
        const auto first = all.open({.number = 1});
        const auto second = all.open({.number = 2});
        CHECK(first->output().take(bytes("1")).bytes == 1);
        CHECK(second->output().take(bytes("2")).bytes == 1);
        second->end(true);
        first->end(true);
        CHECK(out.take() == (tagged ? "1\n2\n" : "12"));
    }
}

TEST_CASE_FIXTURE(Grouping, "a tagged last line is ended also if there is no room for its newline") {
    GroupOutputs all(own(), {.ends_lines = true, .spill_max = 0});
    const auto first = all.open({.number = 1});
    const auto second = all.open({.number = 2});
    const auto third = all.open({.number = 3});
    CHECK(first->output().take(bytes("1\n")).bytes == 2);
    const std::size_t taken = give_until_full(second->output(), std::string(1000, 'x'));
    CHECK(taken > 900'000);
    CHECK(third->output().take(bytes("3\n")).bytes == 2);
    second->end(true);
    third->end(true);
    first->end(true);
    CHECK((read_all(all) == "1\n" + std::string(taken, 'x') + "\n3\n"));
}

TEST_CASE_FIXTURE(Grouping, "a newline that the reader does not take at once comes later") {
    GroupOutputs all(own(), {.ends_lines = true});
    const auto first = all.open({.number = 1});
    const std::string block(4096, 'x');
    CHECK(first->output().take(bytes(block)).bytes == 4096);
    first->end(true);
    CHECK(!first->is_delivered());
    CHECK((read_all(all) == block + '\n'));
    CHECK(first->is_delivered());
    CHECK(all.take_moved().back() == 1);
}

TEST_CASE_FIXTURE(Grouping, "a tagged line that an attempt leaves is ended before the next attempt writes") {
    GroupOutputs all(own(), {.ends_lines = true});
    const auto job = all.open({.number = 1});
    CHECK(job->output().take(bytes("first")).bytes == 5);
    job->begin_attempt();
    CHECK(job->output().take(bytes("second")).bytes == 6);
    job->begin_attempt();
    job->end(true);
    CHECK(out.take() == "first\nsecond\n");
}

TEST_CASE_FIXTURE(Grouping, "a job without room is held up until there is room") {
    GroupOutputs all(own(), {.spill_max = 4096});
    const auto first = all.open({.number = 1});
    const auto second = all.open({.number = 2});
    CHECK(first->output().take(bytes("1\n")).bytes == 2);
    const std::string block(1000, 'x');
    const std::size_t taken = give_until_full(second->output(), block);
    CHECK(second->output().take(bytes(block)).status == Status::would_block);
    static_cast<void>(all.take_moved());
    first->end(true);
    const std::string text = read_all(all);
    CHECK((text == "1\n" + std::string(taken, 'x')));
    const Numbers moved = all.take_moved();
    CHECK(std::ranges::find(moved, 2) != moved.end());
    CHECK(second->output().take(bytes(block)).bytes == 1000);
}

TEST_CASE_FIXTURE(Grouping, "output that is not shown is dropped, and its job is delivered") {
    GroupOutputs all(own(), {.failed_only = true, .ends_lines = true});
    const auto first = all.open({.number = 1});
    const auto second = all.open({.number = 2});
    CHECK(first->output().take(bytes("1")).bytes == 1);
    CHECK(second->output().take(bytes("2")).bytes == 1);
    first->end(false);
    CHECK(first->is_delivered());
    second->end(true);
    CHECK(second->is_delivered());
    CHECK(out.take() == "2\n");
}

TEST_CASE_FIXTURE(Grouping, "a thousand jobs that have ended and wait leave no room for more") {
    GroupOutputs all(own(), {.order = Floor::Order::input});
    const auto first = all.open({.number = 1});
    std::vector<std::unique_ptr<JobOutput>> others;
    for (std::uint64_t number = 2; number <= 1001; ++number) {
        CHECK(all.has_room());
        others.push_back(all.open({.number = number}));
        CHECK(others.back()->output().take(bytes("\n")).bytes == 1);
        others.back()->end(true);
    }
    CHECK(!all.has_room());
    first->end(true);
    CHECK(all.has_room());
    for (const auto& each : others) CHECK(each->is_delivered());
}

TEST_CASE_FIXTURE(Grouping, "a job without output does not wait for the floor") {
    for (const Floor::Order order : {Floor::Order::ended_first, Floor::Order::input}) {
        GroupOutputs all(own(), {.order = order, .ends_lines = true});
        const auto first = all.open({.number = 1});
        const auto second = all.open({.number = 2});
        CHECK(first->output().take(bytes("1")).bytes == 1);
        second->end(true);
        CHECK(second->is_delivered());
        CHECK(!first->is_delivered());
        first->end(true);
        CHECK(first->is_delivered());
        CHECK(out.take() == "1\n");
    }
}

TEST_CASE_FIXTURE(Grouping, "if the reader goes, nothing is kept for it") {
    GroupOutputs all(own(), {});
    look(all);
    const auto first = all.open({.number = 1});
    const auto second = all.open({.number = 2});
    CHECK(first->output().take(bytes("1\n")).bytes == 2);
    CHECK(second->output().take(bytes("2\n")).bytes == 2);
    out.reader = Descriptor();
    look(all);
    CHECK(first->output().take(bytes("1\n")).error == EPIPE);
    first->end(true);
    second->end(true);
    CHECK(first->is_delivered());
    CHECK(second->is_delivered());
}

TEST_SUITE_END();
