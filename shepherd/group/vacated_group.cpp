#include "shepherd/group/vacated_group.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

#include "shepherd/group/inner_groups.hpp"

namespace netrunner {
namespace {

constexpr std::size_t most_text = 512;  // bytes; room for a dozen controller names of ten letters, and more

/// The leaf's name, "netrunner-PID", followed by `file`.
struct LeafName {
    explicit LeafName(pid_t owner, std::string_view file = "") noexcept {
        char* at = std::ranges::copy(leaf_prefix, text.data()).out;
        at = std::to_chars(at, text.data() + text.size(), owner).ptr;
        *std::ranges::copy(file, at).out = '\0';
    }
    std::array<char, 64> text{};
};

bool write_to(int at, const char* name, std::string_view text) noexcept {
    const Descriptor file(::openat(at, name, O_WRONLY | O_CLOEXEC));
    return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

using Text = std::array<char, most_text>;

/// The beginning of the file; empty if it cannot be read.
std::string_view read_from(int at, const char* name, Text& text) noexcept {
    const Descriptor file(::openat(at, name, O_RDONLY | O_CLOEXEC));
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : 0;
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
}

/// Moves all processes listed in the file `from` by writing them to the file `to`. They may fork meanwhile, and one
/// that is exiting cannot be moved but is still listed for a moment. True if none is left.
bool move_all(int at, const char* from, const char* to) noexcept {
    constexpr int rounds = 100;
    Text text{};
    for (int i = 0; i < rounds; ++i) {
        std::string_view rest = read_from(at, from, text);
        if (rest.empty()) return true;
        bool moved = false;
        for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
            moved = write_to(at, to, rest.substr(0, end)) || moved;
            rest.remove_prefix(end + 1);
        }
        if (!moved) ::poll(nullptr, 0, 1);
    }
    return false;
}

/// Whether a group has processes, or belongs to a run that has locked it.
bool is_used(int at, const char* name) noexcept {
    const Descriptor group(::openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!group) return false;
    Text text{};
    const bool populated = read_from(group.get(), "cgroup.events", text).find("populated 1") != std::string_view::npos;
    return populated || ::flock(group.get(), LOCK_SH | LOCK_NB) != 0;
}

}  // namespace

bool VacatedGroup::vacate() const noexcept {
    const LeafName leaf(owner_);
    if (::mkdirat(directory_.get(), leaf.text.data(), 0755) != 0) return false;
    if (write_to(directory_.get(), LeafName(owner_, "/cgroup.procs").text.data(), "0")) return true;
    ::unlinkat(directory_.get(), leaf.text.data(), AT_REMOVEDIR);
    return false;
}

bool VacatedGroup::vacate_with_all() const noexcept {
    const LeafName procs(owner_, "/cgroup.procs");
    if (!vacate()) return false;
    if (move_all(directory_.get(), "cgroup.procs", procs.text.data())) return true;
    move_all(directory_.get(), procs.text.data(), "cgroup.procs");
    ::unlinkat(directory_.get(), LeafName(owner_).text.data(), AT_REMOVEDIR);
    return false;
}

/// Whether a process other than this one is in the leaf, and a group beside the leaf is in use.
bool VacatedGroup::is_shared() const noexcept {
    Text text{};
    const std::string_view procs = read_from(directory_.get(), LeafName(owner_, "/cgroup.procs").text.data(), text);
    if (std::ranges::count(procs, '\n') <= 1) return false;
    bool used = false;
    const LeafName leaf(owner_);
    each_group(directory_.get(), [&](const char* name) {
        used = used || (std::string_view(name) != leaf.text.data() && is_used(directory_.get(), name));
    });
    return used;
}

void VacatedGroup::move_back() const noexcept {
    if (is_shared()) return;  // by a later run, whose limits need the controllers
    constexpr const char* enabled = "cgroup.subtree_control";
    Text text{};
    std::string_view rest = read_from(directory_.get(), enabled, text);
    while (!rest.empty()) {
        const std::string_view name = rest.substr(0, rest.find_first_of(" \n"));
        rest.remove_prefix(std::min(name.size() + 1, rest.size()));
        if (name.empty()) continue;
        std::array<char, most_text + 1> order{'-'};
        std::ranges::copy(name, order.data() + 1);
        write_to(directory_.get(), enabled, {order.data(), name.size() + 1});
    }
    write_to(directory_.get(), "cgroup.procs", "0");
    move_all(directory_.get(), LeafName(owner_, "/cgroup.procs").text.data(), "cgroup.procs");
    ::unlinkat(directory_.get(), LeafName(owner_).text.data(), AT_REMOVEDIR);
}

}  // namespace netrunner
