// Finds disks in a directory that looks like /sys/dev/block.
#include "src/cgroup/disk.hpp"

#include <doctest/doctest.h>
#include <sys/sysmacros.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using namespace netrunner;
namespace fs = std::filesystem;

TEST_SUITE_BEGIN("disk");

TEST_CASE("a partition leads to its disk, a disk to itself, and anything else to nothing") {
    std::string root = fs::temp_directory_path() / "nr-disk-XXXXXX";
    REQUIRE(::mkdtemp(root.data()) != nullptr);
    const fs::path devices = fs::path(root) / "dev/block";
    fs::create_directories(devices);
    fs::create_directories(fs::path(root) / "devices/sda/sda3");
    std::ofstream(fs::path(root) / "devices/sda/dev") << "8:0\n";
    std::ofstream(fs::path(root) / "devices/sda/sda3/dev") << "8:3\n";
    std::ofstream(fs::path(root) / "devices/sda/sda3/partition") << "3\n";
    fs::create_directory_symlink("../../devices/sda", devices / "8:0");
    fs::create_directory_symlink("../../devices/sda/sda3", devices / "8:3");
    CHECK(whole_disk(devices, makedev(8, 0)) == "8:0");
    CHECK(whole_disk(devices, makedev(8, 3)) == "8:0");
    CHECK(!whole_disk(devices, makedev(0, 41)));  // btrfs, overlay, tmpfs: no device
    fs::remove_all(root);
}

TEST_SUITE_END();
