#include "src/values/errno_name.hpp"

#include <cstring>

namespace netrunner {

std::string errno_name(int error) {
    const char* const name = ::strerrorname_np(error);
    return name != nullptr ? name : std::to_string(error);
}

}  // namespace netrunner
