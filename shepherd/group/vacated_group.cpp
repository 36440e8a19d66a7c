#include "shepherd/group/vacated_group.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace netrunner {
namespace {

constexpr std::size_t most_text = 512;  // bytes; room for a dozen controller names of ten letters, and more

/// The leaf's name, "netrunner-PID", followed by `file`.
struct LeafName {
    explicit LeafName(pid_t owner, std::string_view file = "") noexcept {
        constexpr std::string_view prefix = "netrunner-";
        char* at = std::ranges::copy(prefix, text.data()).out;
        at = std::to_chars(at, text.data() + text.size(), owner).ptr;
        *std::ranges::copy(file, at).out = '\0';
    }
    std::array<char, 64> text{};
};

bool write_to(int at, const char* name, std::string_view text) noexcept {
    const Descriptor file(::openat(at, name, O_WRONLY | O_CLOEXEC));
    return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

bool VacatedGroup::vacate() const noexcept {
    const LeafName leaf(owner_);
    if (::mkdirat(directory_.get(), leaf.text.data(), 0755) != 0) return false;
    if (write_to(directory_.get(), LeafName(owner_, "/cgroup.procs").text.data(), "0")) return true;
    ::unlinkat(directory_.get(), leaf.text.data(), AT_REMOVEDIR);
    return false;
}

void VacatedGroup::move_back() const noexcept {
    constexpr const char* enabled = "cgroup.subtree_control";
    std::array<char, most_text> text{};
    const Descriptor file(::openat(directory_.get(), enabled, O_RDONLY | O_CLOEXEC));
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : 0;
    std::string_view rest(text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    while (!rest.empty()) {
        const std::string_view name = rest.substr(0, rest.find_first_of(" \n"));
        rest.remove_prefix(std::min(name.size() + 1, rest.size()));
        if (name.empty()) continue;
        std::array<char, most_text + 1> order{'-'};
        std::ranges::copy(name, order.data() + 1);
        write_to(directory_.get(), enabled, {order.data(), name.size() + 1});
    }
    write_to(directory_.get(), "cgroup.procs", "0");
    ::unlinkat(directory_.get(), LeafName(owner_).text.data(), AT_REMOVEDIR);
}

}  // namespace netrunner
