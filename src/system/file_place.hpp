// Which file a name means, before it is opened or emptied: to tell whether two options name one file, and whether a
// name stands for a descriptor that netrunner was given. Opens nothing.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

namespace netrunner {

struct FilePlace {
    /// The file is to be written through this descriptor of netrunner's, at the offset that it shares with others: the
    /// name is /dev/stdout, /dev/fd/N or a link to one, or it names the file behind descriptor 1 or 2.
    std::optional<int> descriptor{};
    bool regular = false;  ///< a regular file, or a file that does not exist yet
    dev_t device = 0;
    ino_t inode = 0;         ///< of the file; of its folder, if it does not exist yet
    std::string new_name{};  ///< the name in that folder; empty if the file exists

    friend bool operator==(const FilePlace& a, const FilePlace& b) {
        return a.device == b.device && a.inode == b.inode && a.new_name == b.new_name;
    }
};

/// `-` is standard output. Nothing if the name leads nowhere; opening it then fails, too. Throws SetupFailure if it
/// stands for a descriptor that is not open.
std::optional<FilePlace> find_place(const std::string& path);

/// Nothing if the descriptor is not open.
std::optional<FilePlace> place_of(int descriptor);

/// Whether two writers that open these places on their own would overwrite each other.
bool would_clash(const FilePlace& a, const FilePlace& b);

}  // namespace netrunner
