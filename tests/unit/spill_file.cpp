// On a real file system.
#include "src/batch/spill_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <vector>

#include "pipes.hpp"

using netrunner::Size;
using netrunner::SpillFile;
using unit::bytes;

namespace {

/// TMPDIR is a folder of the test's own.
struct Spilling {
    unit::Folder folder;
    Spilling() { ::setenv("TMPDIR", folder.path().c_str(), 1); }
    ~Spilling() { ::unsetenv("TMPDIR"); }

    /// What the unlinked file takes on the disk; nothing if it is not open.
    [[nodiscard]] std::optional<Size> on_disk() const {
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code gone;
            const std::string target = std::filesystem::read_symlink(entry.path(), gone);
            if (gone || target.find(folder.path() + "/") != 0) continue;
            struct stat info {};
            REQUIRE(::stat(entry.path().c_str(), &info) == 0);
            return static_cast<Size>(info.st_blocks) * 512;
        }
        return std::nullopt;
    }
    static std::string at(const SpillFile& file, SpillFile::Segment segment, Size offset, std::size_t size) {
        std::string text(size, '\0');
        text.resize(file.read(segment, offset, std::as_writable_bytes(std::span(text))));
        return text;
    }
};

constexpr Size page = 4096;

}  // namespace

TEST_SUITE_BEGIN("spill_file");

TEST_CASE_FIXTURE(Spilling, "what is written can be read, and the file has no name") {
    SpillFile file(page);
    CHECK(!on_disk());
    const auto segment = file.take();
    REQUIRE(segment != SpillFile::none);
    CHECK(file.write(segment, 0, bytes("hello ")) == 6);
    CHECK(file.write(segment, 6, bytes("world")) == 5);
    CHECK(file.write(segment, 0, bytes("H")) == 1);
    CHECK(at(file, segment, 0, 6) == "Hello ");
    CHECK(at(file, segment, 6, 5) == "world");
    CHECK(on_disk() == page);
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE_FIXTURE(Spilling, "it takes no more of the disk than its limit, until something was freed") {
    SpillFile file(4 * page);
    const auto first = file.take();
    const auto second = file.take();
    CHECK(file.write(first, 0, bytes("a")) == 1);
    CHECK(file.write(second, 0, bytes(std::string(page + 1, 'b'))) == page + 1);
    CHECK(file.used() == 3 * page);
    CHECK(file.write(second, page + 1, bytes(std::string(3 * page, 'c'))) == 2 * page - 1);
    CHECK(file.write(second, 3 * page, bytes("c")) == 0);
    CHECK(file.write(first, 1, bytes(std::string(page, 'd'))) == page - 1);
    CHECK(file.used() == 4 * page);
    CHECK(on_disk() == 4 * page);
    file.free_before(second, page - 1);
    CHECK(file.used() == 4 * page);
    file.free_before(second, page);
    CHECK(file.used() == 3 * page);
    CHECK(on_disk() == 3 * page);
    CHECK(file.write(first, page, bytes(std::string(2 * page, 'e'))) == page);
    CHECK(at(file, second, 3 * page - 1, 1) == "c");
    CHECK(SpillFile(0).take() == SpillFile::none);
    CHECK(SpillFile(page - 1).take() == SpillFile::none);
}

TEST_CASE_FIXTURE(Spilling, "the limit holds on the disk for any interleaving, and what was freed is used again") {
    constexpr Size most = 64 * page;
    SpillFile file(most);
    struct Writer {
        SpillFile::Segment segment = SpillFile::none;
        Size written = 0;
        Size read = 0;
    };
    std::vector<Writer> writers(10);
    for (Writer& each : writers) each.segment = file.take();
    unsigned random = 1;
    const auto below = [&](unsigned limit) { return (random = random * 1'103'515'245U + 12345U) / 65536U % limit; };
    Size all = 0;
    for (int turn = 0; turn < 20'000; ++turn) {
        Writer& each = writers[below(10)];
        if (below(2) == 0) {
            const std::string block(1 + below(below(2) == 0 ? 10 : 9000), 'x');
            const std::size_t done = file.write(each.segment, each.written, bytes(block));
            each.written += done;
            all += done;
        } else {
            each.read += below(static_cast<unsigned>(each.written - each.read) + 1);
            file.free_before(each.segment, each.read);
        }
        if (each.written == file.segment_size()) {
            file.give_back(each.segment);
            each = {.segment = file.take()};
        }
        if (turn % 16 != 0) continue;
        REQUIRE(file.used() <= most);
        REQUIRE(on_disk().value() <= most);
    }
    CHECK(all > 10 * most);
}

TEST_CASE_FIXTURE(Spilling, "what was freed gives its disk space back") {
    SpillFile file(Size{1} << 30U);
    std::vector<SpillFile::Segment> segments;
    for (int i = 0; i < 128; ++i) {
        segments.push_back(file.take());
        REQUIRE(file.write(segments.back(), 0, bytes(std::string(file.segment_size(), 'x'))) == file.segment_size());
    }
    const Size full = on_disk().value();
    CHECK(full >= 128 * file.segment_size());
    for (std::size_t i = 0; i < 64; ++i) file.give_back(segments[i]);
    CHECK(on_disk().value() <= full - 60 * file.segment_size());
    CHECK(at(file, segments[64], file.segment_size() - 3, 99) == "xxx");
    for (std::size_t i = 64; i < 128; ++i) file.give_back(segments[i]);
    CHECK(on_disk().value() == 0);
    CHECK(file.used() == 0);
    const auto again = file.take();
    CHECK(file.write(again, 0, bytes("again")) == 5);
    CHECK(at(file, again, 0, 5) == "again");
}

TEST_CASE_FIXTURE(Spilling, "a file that cannot grow takes what fits") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{8, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    SpillFile file(page);
    const auto segment = file.take();
    const std::size_t first = file.write(segment, 0, bytes("0123456789"));
    const std::size_t second = file.write(segment, 8, bytes("89"));
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);
    CHECK(first == 8);
    CHECK(second == 0);
    CHECK(at(file, segment, 0, 99) == "01234567");
}

TEST_CASE_FIXTURE(Spilling, "without a folder for it, nothing is taken") {
    ::setenv("TMPDIR", folder.path("missing").c_str(), 1);
    SpillFile file(page);
    CHECK(file.take() == SpillFile::none);
}

TEST_SUITE_END();
