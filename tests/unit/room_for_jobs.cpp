#include "src/batch/room_for_jobs.hpp"

#include <doctest/doctest.h>

using namespace netrunner;

namespace {

RoomForJobs ample() {
    RoomForJobs room;
    room.hard_descriptors = 1'000'000;
    room.open_descriptors = 3;
    return room;
}

}  // namespace

TEST_SUITE_BEGIN("room_for_jobs");

TEST_CASE("descriptors: three a job and 32, beside those that netrunner was given") {
    RoomForJobs room = ample();
    CHECK(room.descriptors_for(100) == 335);
    room.hard_descriptors = 335;
    CHECK(room.refusal(100).empty());
    room.hard_descriptors = 334;
    CHECK(room.refusal(100) ==
          "-j 100: 335 descriptors are needed, and the hard limit is 334 (ulimit -Hn; say -j 99, or raise the limit)");
    room.hard_descriptors = 20;
    CHECK(room.refusal(1) == "-j 1: 38 descriptors are needed, and the hard limit is 20 (ulimit -Hn; raise the limit)");
}

TEST_CASE("processes of the user: three a job") {
    RoomForJobs room = ample();
    room.most_processes = 400;
    room.processes = 100;
    CHECK(room.refusal(100).empty());
    CHECK(room.refusal(101) ==
          "-j 101: 303 processes are needed, and the user has 100 of at most 400 (ulimit -u; say -j 100, or raise the "
          "limit)");
}

TEST_CASE("processes of each control group around") {
    RoomForJobs room = ample();
    room.groups = {{"/sys/fs/cgroup/a/b", 1000, 10}, {"/sys/fs/cgroup/a", 50, 20}};
    CHECK(room.refusal(10).empty());
    CHECK(
        room.refusal(11) ==
        "-j 11: 33 processes are needed, and the control group '/sys/fs/cgroup/a' has 20 of at most 50 (pids.max; say "
        "-j 10, or raise the limit)");
}

TEST_CASE("pipes take at most half of the user's share") {
    RoomForJobs room = ample();
    CHECK(room.pipe_size(100'000) == 256 * 1024);  // not limited
    room.pipe_pages = 16'384;
    CHECK(room.pipe_size(1) == 256 * 1024);
    CHECK(room.pipe_size(64) == 256 * 1024);
    CHECK(room.pipe_size(65) == 128 * 1024);
    CHECK(room.pipe_size(400) == 32 * 1024);
    CHECK(room.pipe_size(1000) == 16 * 1024);
    CHECK(room.pipe_size(1'000'000) == 4096);
    for (const std::uint64_t jobs : {2U, 100U, 129U, 1000U, 2048U})
        CHECK(room.pipe_size(jobs) * jobs * pipes_of_job <= 16'384 * 4096 / 2);
}

TEST_CASE("this machine has room for one job") {
    const RoomForJobs room = RoomForJobs::find();
    CHECK(room.refusal(1) == "");
    CHECK(room.open_descriptors >= 3);
    CHECK(room.open_descriptors < 100);
    CHECK(!room.refusal(1'000'000'000).empty());
}

TEST_SUITE_END();
