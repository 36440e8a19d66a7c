#include "src/system/file_place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "src/system/real_path.hpp"
#include "src/system/setup_failure.hpp"

namespace netrunner {
namespace {

namespace fs = std::filesystem;

/// As many as the kernel follows in one name.
constexpr int most_links = 40;

FilePlace place_of(const struct stat& info) {
    return {.regular = S_ISREG(info.st_mode), .device = info.st_dev, .inode = info.st_ino};
}

bool is_descriptor_folder(const fs::path& folder) {
    for (const char* own : {"/proc/self/fd", "/proc/thread-self/fd"}) {
        std::error_code unknown;
        if (fs::equivalent(folder, own, unknown)) return true;
    }
    return false;
}

std::optional<int> number_in(const std::string& name) {
    int number = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    return error == std::errc() && end == name.data() + name.size() && number >= 0 ? std::optional(number)
                                                                                   : std::nullopt;
}

/// The file name that `path` leads to, link by link: a link below /proc/self/fd is a descriptor, and may not be
/// followed.
struct Target {
    fs::path folder;
    std::string name;
    std::optional<int> descriptor{};
};

std::optional<Target> follow(fs::path path) {
    for (int link = 0; link < most_links; ++link) {
        std::error_code failed;
        const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
        const fs::path folder = real_path(parent, failed);
        if (failed) return std::nullopt;
        Target target{.folder = folder, .name = path.filename()};
        if (is_descriptor_folder(folder)) target.descriptor = number_in(target.name);
        if (target.descriptor) return target;
        const fs::path next = fs::read_symlink(folder / target.name, failed);
        if (failed) return target;  // no link
        path = next.is_absolute() ? next : folder / next;
    }
    return std::nullopt;
}

}  // namespace

std::optional<FilePlace> place_of(int descriptor) {
    struct stat info {};
    if (::fstat(descriptor, &info) != 0) return std::nullopt;
    FilePlace place = place_of(info);
    place.descriptor = descriptor;
    return place;
}

std::optional<FilePlace> find_place(const std::string& path) {
    if (path == "-") return place_of(STDOUT_FILENO);
    const auto target = follow(path);
    if (!target) return std::nullopt;
    if (target->descriptor) {
        auto place = place_of(*target->descriptor);
        if (!place) throw SetupFailure("open", ENOENT, fmt::format("cannot open '{}'", path));
        return place;
    }
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0) {
        FilePlace place = place_of(info);
        for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
            if (auto open = place_of(output); open && *open == place) return open;
        }
        return place;
    }
    if (errno != ENOENT || ::stat(target->folder.c_str(), &info) != 0) return std::nullopt;
    FilePlace place = place_of(info);
    place.regular = true;
    place.new_name = target->name;
    return place;
}

bool would_clash(const FilePlace& a, const FilePlace& b) {
    return a == b && a.regular && b.regular && !(a.descriptor && b.descriptor);
}

}  // namespace netrunner
