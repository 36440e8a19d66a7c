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
    while (place.size() > 1 && place.ends_with('/')) place.pop_back();
    const Descriptor directory(::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory) cgroup_failure(errno, fmt::format("cannot open group '{}'", place));
    require_cgroup2(directory.get(), place);
    Collection done;
    const ClearingListener told = [&](const std::string& line, bool) { done.lines.push_back(line); };
    // The base itself is never a run's group. A named group may be one.
    const Descriptor above(path.empty() ? -1 : ::openat(directory.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const int failed = above ? clear_group(above.get(), place.substr(place.rfind('/') + 1), place, told)
                             : clear_inside(directory.get(), place, told);
    done.complete = failed == 0;
    return done;
}

}  // namespace netrunner
