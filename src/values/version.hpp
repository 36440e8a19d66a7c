// The program's version, for `--version` and the reports. packaging/version.cmake writes its definition at each build.
#pragma once

namespace netrunner {

/// "0.1.0" for a release, "0.1.0-dev+gCOMMIT" between releases.
extern const char* const version;

}  // namespace netrunner
