#include "src/batch/report_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

using namespace netrunner;

namespace {

const TimePoint start{std::chrono::seconds(100)};

struct Place {
    Place() {
        std::string name = "/tmp/netrunner-report-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder = name;
        path = folder + "/report";
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
        ::unlink(path.c_str());
        ::rmdir(folder.c_str());
    }
    [[nodiscard]] std::string text() const {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    [[nodiscard]] std::uint64_t blocks() const {
        struct stat status {};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        return static_cast<std::uint64_t>(status.st_blocks) * 512;
    }
    std::string folder;
    std::string path;
};

}  // namespace

TEST_SUITE_BEGIN("report_file");

TEST_CASE("lines are appended") {
    const Place place;
    ReportFile file = ReportFile::create(place.path);
    CHECK(file.append("a\n", 0, start) == 0);
    CHECK(file.append("b\n", 0, start) == 0);
    CHECK(file.finish() == 0);
    CHECK(place.text() == "a\nb\n");
}

TEST_CASE("an existing file is refused by create, with what to do") {
    const Place place;
    std::ofstream(place.path) << "mine";
    CHECK_THROWS_WITH(
        ReportFile::create(place.path),
        doctest::Contains(("cannot write the report '" + place.path + "': file exists (try: --resume").c_str()));
    CHECK(place.text() == "mine");
    CHECK_THROWS_WITH(ReportFile::create(place.folder + "/no/report"), doctest::Contains("no such file or directory"));
}

TEST_CASE("resume makes a file, or appends after the whole lines") {
    const Place place;
    {
        ReportFile file = ReportFile::resume(place.path);
        CHECK(file.append("one\ntorn", 0, start) == 0);
    }
    ReportFile file = ReportFile::resume(place.path);
    file.cut(4);
    CHECK(file.append("two\n", 0, start) == 0);
    CHECK(place.text() == "one\ntwo\n");
}

TEST_CASE("reserved room is on the disk and not in the file, and is given back at the end") {
    const Place place;
    ReportFile file = ReportFile::create(place.path);
    CHECK(file.append("header\n", 0, start) == 0);
    CHECK(file.reserve(1'000'000));
    CHECK(file.reserved() == 1'000'000);
    CHECK(place.text() == "header\n");
    CHECK(place.blocks() >= 1'000'000);
    CHECK(file.append("job\n", 400'000, start) == 0);
    CHECK(file.reserved() == 600'000);
    file.release(600'000);
    CHECK(file.reserved() == 0);
    CHECK(file.finish() == 0);
    CHECK(place.text() == "header\njob\n");
    CHECK(place.blocks() < 100'000);
}

TEST_CASE("room that cannot be had is not reserved") {
    const Place place;
    ReportFile file = ReportFile::create(place.path);
    CHECK(file.reserve(90'000));
    CHECK(!file.reserve(Size{1} << 60U));
    CHECK(file.reserved() == 90'000);
    CHECK(file.append(std::string(80'000, 'x') + "\n", 90'000, start) == 0);
    CHECK(file.reserved() == 0);
}

TEST_CASE("a line that cannot be written whole is not written at all") {
    const Place place;
    ReportFile file = ReportFile::create(place.path);
    CHECK(file.append(std::string(80'000, 'x') + "\n", 0, start) == 0);
    // A limit on the file's size fails like a full disk, without a file system of our own.
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    rlimit limit = before;
    limit.rlim_cur = 100'000;
    const auto old = std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    const int too_large = file.append(std::string(30'000, 'y') + "\n", 0, start);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, old);
    CHECK(too_large == EFBIG);
    CHECK(place.text().size() == 80'001);
    CHECK(file.append("z\n", 0, start) == 0);
    CHECK(place.text().ends_with("x\nz\n"));
}

TEST_CASE("the disk is asked once a second at most, and at the end") {
    const Place place;
    ReportFile file = ReportFile::create(place.path);
    CHECK(!file.sync_due());
    CHECK(file.append("a\n", 0, start) == 0);
    CHECK(file.sync_due() == start + std::chrono::seconds(1));
    CHECK(file.append("b\n", 0, start + std::chrono::milliseconds(500)) == 0);
    CHECK(file.sync_due() == start + std::chrono::seconds(1));
    CHECK(file.sync() == 0);
    CHECK(!file.sync_due());
    CHECK(file.append("c\n", 0, start + std::chrono::seconds(5)) == 0);
    CHECK(file.sync_due() == start + std::chrono::seconds(6));
    CHECK(file.finish() == 0);
    CHECK(!file.sync_due());
}

TEST_CASE("the lock stays until the last process that inherited the file has closed it") {
    const Place place;
    std::optional<ReportFile> first = ReportFile::resume(place.path);
    CHECK(first->try_lock());
    const ReportFile second = ReportFile::resume(place.path);
    CHECK(!second.try_lock());
    const int inherited = ::dup(first->descriptor());  // as a guard has it
    first.reset();
    CHECK(!second.try_lock());
    ::close(inherited);
    CHECK(second.try_lock());
}

TEST_SUITE_END();
