#include "src/doctor/gc.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

#include "shepherd/system/descriptor.hpp"
#include "src/cgroup/leftover.hpp"
#include "src/cgroup/place.hpp"

namespace netrunner {

Collection collect_leftovers(const std::optional<std::string>& base, const std::string& path) {
    std::string place = find_cgroup_base(base);
    while (place.size() > 1 && place.ends_with('/')) place.pop_back();
    if (!path.empty()) place = fmt::format("{}/{}", place, path);
    const Descriptor directory(::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory) cgroup_failure(errno, fmt::format("cannot open group '{}'", place));
    require_cgroup2(directory.get(), place);
    Collection done;
    const int failed =
        clear_all(directory.get(), place, [&](const std::string& line, bool) { done.lines.push_back(line); });
    done.complete = failed == 0;
    return done;
}

}  // namespace netrunner
