#include "src/batch/processors.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "src/cgroup/mount.hpp"
#include "src/system/text_file.hpp"
#include "src/values/kernel_text.hpp"

namespace netrunner {
namespace {

struct FreeCpuSet {
    void operator()(cpu_set_t* set) const { CPU_FREE(set); }
};

std::uint64_t processors_in_mask() {
    for (int most = 1024; most <= (1 << 20); most *= 2) {
        const std::unique_ptr<cpu_set_t, FreeCpuSet> set(CPU_ALLOC(static_cast<std::size_t>(most)));
        const std::size_t size = CPU_ALLOC_SIZE(most);
        if (!set) break;
        if (::sched_getaffinity(0, size, set.get()) == 0)
            return static_cast<std::uint64_t>(CPU_COUNT_S(size, set.get()));
        if (errno != EINVAL) break;  // EINVAL: the kernel's mask is larger
    }
    return static_cast<std::uint64_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

/// cpu.max of this process's group and of the groups above it, as far as the mount shows them.
std::vector<std::string> limits_above() {
    std::vector<std::string> limits;
    try {
        const CgroupView view = look_for_cgroups();
        const CgroupMount* const mount = choose_mount(view);
        if (mount == nullptr) return limits;
        const auto own = own_directory(view, *mount);
        if (!own) return limits;
        for (std::string directory = *own; directory.size() >= mount->point.size();) {
            if (auto text = read_text(directory + "/cpu.max")) limits.push_back(*std::move(text));
            const std::size_t slash = directory.rfind('/');
            if (slash == std::string::npos || slash == 0) break;
            directory.resize(slash);
        }
    } catch (const std::exception&) {  // without /proc nothing limits
    }
    return limits;
}

}  // namespace

std::uint64_t usable_processors(std::uint64_t in_mask, std::span<const std::string> limits) {
    std::uint64_t usable = in_mask;
    for (const std::string& text : limits) {
        const auto words = words_in(text);
        const auto quota = words.empty() ? std::nullopt : number_in(words[0]);  // "max" is no number
        const std::uint64_t period = words.size() < 2 ? 0 : number_in(words[1]).value_or(0);
        if (quota && period > 0) usable = std::min(usable, *quota / period);
    }
    return std::max<std::uint64_t>(1, usable);
}

std::uint64_t usable_processors() { return usable_processors(processors_in_mask(), limits_above()); }

std::uint64_t jobs_at_once(const JobsChoice& choice, std::uint64_t processors) {
    switch (choice.kind) {
        case JobsChoice::Kind::automatic: return std::max<std::uint64_t>(1, processors);
        case JobsChoice::Kind::number: return choice.value;
        case JobsChoice::Kind::percent: return std::max<std::uint64_t>(1, processors * choice.value / 100);
    }
    return 1;
}

}  // namespace netrunner
