#include "src/system/text_file.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>

#include "src/system/fd.hpp"

namespace netrunner {

std::optional<std::string> read_text(const std::string& path) { return read_text_at(AT_FDCWD, path); }

std::optional<std::string> read_text_at(int at, const std::string& name) {
    const Descriptor file(::openat(at, name.c_str(), O_RDONLY | O_CLOEXEC));
    return file ? read_all(file.get()) : std::nullopt;
}

std::optional<std::string> read_all(int file) {
    std::string text;
    std::array<char, 4096> block{};
    while (true) {
        const IoResult result = IoResult::of(true, [&] { return ::read(file, block.data(), block.size()); });
        if (result.status == IoResult::Status::end) return text;
        if (result.status != IoResult::Status::moved) {
            errno = result.error;
            return std::nullopt;
        }
        text.append(block.data(), result.bytes);
    }
}

int write_text_at(int at, const std::string& name, const std::string& text) {
    const Descriptor file(::openat(at, name.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file) return errno;
    const IoResult result = IoResult::of(false, [&] { return ::write(file.get(), text.data(), text.size()); });
    return result.status == IoResult::Status::failed ? result.error : 0;
}

}  // namespace netrunner
