// On a real file system.
#include "src/batch/spill_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>

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
    static std::string at(const SpillFile& file, Size offset, std::size_t size) {
        std::string text(size, '\0');
        text.resize(file.read(offset, std::as_writable_bytes(std::span(text))));
        return text;
    }
};

}  // namespace

TEST_SUITE_BEGIN("spill_file");

TEST_CASE_FIXTURE(Spilling, "what is appended can be read, and the file has no name") {
    SpillFile file(100);
    CHECK(!on_disk());
    CHECK(file.append(bytes("hello ")) == 6);
    CHECK(file.append(bytes("world")) == 5);
    CHECK(file.end() == 11);
    CHECK(at(file, 0, 6) == "hello ");
    CHECK(at(file, 6, 99) == "world");
    CHECK(at(file, 11, 1).empty());
    CHECK(on_disk());
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE_FIXTURE(Spilling, "it takes no more than its limit, until something was freed") {
    SpillFile file(10);
    CHECK(file.append(bytes("0123456789abc")) == 10);
    CHECK(file.append(bytes("d")) == 0);
    file.free(0, 4);
    CHECK(file.used() == 6);
    CHECK(file.append(bytes("ABCDEF")) == 4);
    CHECK(at(file, 4, 99) == "456789ABCD");
    SpillFile none(0);
    CHECK(none.append(bytes("x")) == 0);
}

TEST_CASE_FIXTURE(Spilling, "what was freed gives its disk space back") {
    SpillFile file(Size{1} << 30U);
    const std::string block(1 << 20, 'x');
    for (int i = 0; i < 8; ++i) REQUIRE(file.append(bytes(block)) == block.size());
    const Size full = on_disk().value();
    CHECK(full >= 8U << 20U);
    file.free(0, 4U << 20U);
    CHECK(on_disk().value() <= full - (3U << 20U));
    CHECK(at(file, 4U << 20U, 3) == "xxx");
    file.free(4U << 20U, 4U << 20U);
    CHECK(on_disk().value() == 0);
    CHECK(file.end() == 0);
    CHECK(file.append(bytes("again")) == 5);
    CHECK(at(file, 0, 9) == "again");
}

TEST_CASE_FIXTURE(Spilling, "a file that cannot grow takes what fits") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{8, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    SpillFile file(100);
    const std::size_t first = file.append(bytes("0123456789"));
    const std::size_t second = file.append(bytes("89"));
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);
    CHECK(first == 8);
    CHECK(second == 0);
    CHECK(at(file, 0, 99) == "01234567");
}

TEST_CASE_FIXTURE(Spilling, "without a folder for it, nothing is taken") {
    ::setenv("TMPDIR", folder.path("missing").c_str(), 1);
    SpillFile file(100);
    CHECK(file.append(bytes("x")) == 0);
}

TEST_SUITE_END();
