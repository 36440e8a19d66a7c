#include "shepherd/group/cpuset.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>

#include "shepherd/system/descriptor.hpp"

namespace netrunner {
namespace {

bool exists(int directory, const char* path) noexcept { return ::syscall(SYS_faccessat, directory, path, F_OK) == 0; }

using Text = std::array<char, 4096>;

/// The file's content; nothing if it cannot be read or does not fit.
std::string_view read_text(int directory, const char* path, Text& text) noexcept {
    const Descriptor file(::openat(directory, path, O_RDONLY | O_CLOEXEC));
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : 0;
    if (got <= 0 || static_cast<std::size_t>(got) == text.size()) return {};
    return {text.data(), static_cast<std::size_t>(got)};
}

std::string_view first_line(std::string_view text) noexcept { return text.substr(0, text.find('\n')); }

/// The value of a line of /proc/self/status, such as "Cpus_allowed_list:\t0-3".
std::string_view value_of(std::string_view status, std::string_view name) noexcept {
    const std::size_t at = status.find(name);
    return at == std::string_view::npos ? std::string_view{} : first_line(status.substr(at + name.size()));
}

/// The path from a group to a file of the group `levels` above it.
class Upwards {
  public:
    static constexpr int most_levels = 64;
    const char* to(int levels, std::string_view file) noexcept {
        char* at = path_.data();
        for (int i = 0; i < levels; ++i, at += 3) std::memcpy(at, "../", 3);
        std::memcpy(at, file.data(), file.size());
        at[file.size()] = '\0';
        return path_.data();
    }

  private:
    std::array<char, 3 * most_levels + 64> path_{};
};

/// Takes the first range of a list. False if there is none.
bool take_range(std::string_view& list, unsigned& first, unsigned& last) noexcept {
    if (list.empty()) return false;
    const char* const end = list.data() + list.size();
    auto [at, error] = std::from_chars(list.data(), end, first);
    last = first;
    if (error == std::errc{} && at != end && *at == '-') at = std::from_chars(at + 1, end, last).ptr;
    list = error == std::errc{} && at != end ? std::string_view(at + 1, end) : std::string_view{};
    return error == std::errc{};
}

}  // namespace

bool is_within(std::string_view list, std::string_view allowed) noexcept {
    unsigned first = 0;
    unsigned last = 0;
    unsigned from = 1;  // an empty range, until the first one is taken
    unsigned to = 0;
    while (!list.empty()) {
        if (!take_range(list, first, last)) return false;
        while (from > to || last > to) {
            if (!take_range(allowed, from, to)) return false;
        }
        if (first < from) return false;
    }
    return true;
}

bool obeys_cpuset(int directory) noexcept {
    Upwards path;
    int level = 0;
    // The root has neither file: its cpuset limits nothing.
    while (!exists(directory, path.to(level, "cpuset.cpus"))) {
        if (!exists(directory, path.to(level, "cgroup.events"))) return true;
        if (++level > Upwards::most_levels) return false;
    }
    Text status_text;
    Text text;
    const std::string_view status = read_text(AT_FDCWD, "/proc/self/status", status_text);
    const auto allows = [&](std::string_view name, std::string_view file) {
        const std::string_view own = value_of(status, name);
        return !own.empty() && is_within(own, first_line(read_text(directory, path.to(level, file), text)));
    };
    return allows("\nCpus_allowed_list:\t", "cpuset.cpus.effective") &&
           allows("\nMems_allowed_list:\t", "cpuset.mems.effective");
}

}  // namespace netrunner
