// Parses any text as the kernel files that describe control groups, such as /proc/self/mountinfo and /proc/self/cgroup.
#include "src/values/kernel_text.hpp"

#include <cstdint>
#include <cstdlib>

#include "src/cgroup/mount.hpp"

using namespace netrunner;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    CgroupView view{.mounts = parse_mountinfo(text), .own = parse_own_group(text).value_or("/")};
    if (const CgroupMount* mount = choose_mount(view)) own_directory(view, *mount);
    if (parse_v1_hierarchy(text, "memory") < 0) std::abort();
    is_switched_off(text, "memory");
    number_in(text);
    return 0;
}
