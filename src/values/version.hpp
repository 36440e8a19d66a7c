// The version: the build says it, this names it.
#pragma once

namespace netrunner {

inline constexpr const char* version = NETRUNNER_VERSION;

}  // namespace netrunner
