// Several jobs on a real pipe. What one stream does is tested in line_output.
#include "src/batch/line_outputs.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "output_pair.hpp"

using namespace netrunner;
using unit::bytes;
using Numbers = std::vector<std::uint64_t>;

namespace {

struct Lines : unit::OutputPair {
    LineOutputs all{{output, error}};
};

/// The output has no room: job 7 has filled the pipe.
struct FullPipe : Lines {
    std::string block = std::string(4095, 'x') + '\n';
    std::unique_ptr<JobOutput> first = all.open({.number = 7});
    std::unique_ptr<JobOutput> second = all.open({.number = 9});

    FullPipe() {
        look();
        CHECK(first->output().take(bytes(block)).bytes == block.size());
    }
};

}  // namespace

TEST_SUITE_BEGIN("line_outputs");

TEST_CASE_FIXTURE(Lines, "each stream goes to its own output, and the end of the job ends its lines") {
    const auto job = all.open({.number = 1});
    CHECK(job->output().take(bytes("out")).bytes == 3);
    CHECK(job->error().take(bytes("err\n")).bytes == 4);
    CHECK(out.take().empty());
    CHECK(err.take() == "err\n");
    job->end(true);
    CHECK(job->is_delivered());
    CHECK(out.take() == "out\n");
    CHECK(job->ended_lines().output == 0);
}

TEST_CASE_FIXTURE(Lines, "an unfinished line is ended after a second without another byte") {
    const auto job = all.open({.number = 1});
    CHECK(!all.deadline());
    CHECK(job->error().take(bytes("who")).bytes == 3);
    REQUIRE(all.deadline());
    const TimePoint due = *all.deadline();
    all.handle_time(due - std::chrono::milliseconds(1));
    CHECK(err.take().empty());
    CHECK(job->error().take(bytes("le")).bytes == 2);
    REQUIRE(all.deadline());
    CHECK(*all.deadline() >= due);
    all.handle_time(*all.deadline());
    CHECK(err.take() == "whole\n");
    CHECK(!all.deadline());
    CHECK(job->ended_lines().error == 1);
    CHECK(job->ended_lines().output == 0);
    CHECK(job->error().take_break());
}

TEST_CASE_FIXTURE(FullPipe, "a job that waits for the reader is named when it can go on") {
    CHECK(second->output().take(bytes("line\n")).status == IoResult::Status::would_block);
    all.attend();
    CHECK(all.take_moved().empty());
    CHECK(out.take() == block);
    look();
    all.attend();
    CHECK(all.take_moved() == Numbers{9});
    CHECK(second->output().take(bytes("line\n")).bytes == 5);
}

TEST_CASE_FIXTURE(FullPipe, "a job whose last line waits is delivered when the reader has taken it") {
    CHECK(second->output().take(bytes("last")).bytes == 4);
    second->end(true);
    CHECK(!second->is_delivered());
    CHECK(out.take() == block);
    look();
    all.attend();
    CHECK(all.take_moved() == Numbers{9});
    CHECK(second->is_delivered());
    CHECK(out.take() == "last\n");
}

TEST_CASE_FIXTURE(Lines, "a line that an attempt leaves is ended before the next attempt writes") {
    const auto job = all.open({.number = 1});
    CHECK(job->output().take(bytes("first")).bytes == 5);
    job->begin_attempt();
    CHECK(job->output().take(bytes("second\n")).bytes == 7);
    CHECK(out.take() == "first\nsecond\n");
    CHECK(job->ended_lines().output == 0);
}

TEST_CASE_FIXTURE(Lines, "if the reader goes, every job is delivered") {
    look();
    const auto job = all.open({.number = 1});
    CHECK(job->output().take(bytes("start")).bytes == 5);
    out.reader = Descriptor();
    look();
    CHECK(job->is_delivered());
}

TEST_CASE_FIXTURE(Lines, "jobs that have ended with output that waits are counted, and more than 1,000 are too many") {
    std::vector<std::unique_ptr<JobOutput>> jobs;
    const auto end = [&](std::uint64_t number) {
        jobs.push_back(all.open({.number = number}));
        CHECK(jobs.back()->output().take(bytes("no end")).bytes == 6);
        jobs.back()->end(true);
    };
    look();
    std::uint64_t number = 0;
    while (number < 5000 && all.has_room()) end(++number);
    CHECK(number >= 1000);
    CHECK(number < 2000);
    jobs.erase(jobs.begin(), jobs.begin() + static_cast<std::ptrdiff_t>(number) - 900);
    CHECK(all.has_room());
}

TEST_SUITE_END();
