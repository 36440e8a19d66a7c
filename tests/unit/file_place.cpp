#include "src/system/file_place.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "src/system/fd.hpp"
#include "src/system/setup_failure.hpp"

using namespace netrunner;

namespace {

struct Folder {
    std::string path = "/tmp/netrunner-unit-XXXXXX";
    Folder() {
        REQUIRE(::mkdtemp(path.data()) != nullptr);
        std::ofstream(path + "/file") << "x\n";
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    [[nodiscard]] std::string operator/(const std::string& name) const { return path + "/" + name; }
};

}  // namespace

TEST_SUITE_BEGIN("file_place");

TEST_CASE_FIXTURE(Folder, "a file has one place under all of its names") {
    const Folder& folder = *this;
    std::filesystem::create_symlink("file", folder / "symbolic");
    std::filesystem::create_hard_link(folder / "file", folder / "hard");
    const auto place = find_place(folder / "file");
    REQUIRE(place);
    CHECK(place->regular);
    CHECK(!place->descriptor);
    for (const std::string& name :
         std::vector<std::string>{"symbolic", "hard", "./file", "../" + path.substr(5) + "/file"}) {
        CHECK(find_place(folder / name) == place);
    }
}

TEST_CASE_FIXTURE(Folder, "a file that does not exist yet has one place, too") {
    const Folder& folder = *this;
    std::filesystem::create_symlink("new", folder / "symbolic");
    const auto place = find_place(folder / "new");
    REQUIRE(place);
    CHECK(place->regular);
    CHECK(find_place(folder / "symbolic") == place);
    CHECK(find_place(folder / "./new") == place);
    CHECK(find_place(folder / "other") != place);
    CHECK(!find_place(folder / "none/new"));
    std::filesystem::create_symlink("loop", folder / "loop");
    CHECK(!find_place(folder / "loop"));
}

TEST_CASE_FIXTURE(Folder, "a name that stands for a descriptor is written through it") {
    const Folder& folder = *this;
    const Descriptor open = open_file(folder / "file", O_WRONLY);
    for (const char* form : {"/proc/self/fd/{}", "/dev/fd/{}", "/proc/thread-self/fd/{}"}) {
        const auto place = find_place(fmt::format(fmt::runtime(form), open.get()));
        REQUIRE(place);
        CHECK(place->descriptor == open.get());
        CHECK(*place == *find_place(folder / "file"));
    }
    std::filesystem::create_symlink(fmt::format("/dev/fd/{}", open.get()), folder / "link");
    CHECK(find_place(folder / "link")->descriptor == open.get());
    CHECK(find_place("/dev/stderr")->descriptor == STDERR_FILENO);
    CHECK_THROWS_AS(find_place("/dev/fd/987654"), SetupFailure);
}

TEST_CASE("only separate writers of one regular file clash") {
    const FilePlace file{.regular = true, .device = 1, .inode = 2};
    const FilePlace other{.regular = true, .device = 1, .inode = 3};
    const FilePlace output{.descriptor = 1, .regular = true, .device = 1, .inode = 2};
    const FilePlace device{.device = 5, .inode = 6};
    CHECK(would_clash(file, file));
    CHECK(would_clash(file, output));
    CHECK(!would_clash(output, output));
    CHECK(!would_clash(file, other));
    CHECK(!would_clash(device, device));
}

TEST_SUITE_END();
