#include "src/link/standard_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "src/system/setup_failure.hpp"

namespace netrunner {
namespace {

Descriptor open_choice(const StreamChoice& choice, bool reads) {
    using Mode = StreamChoice::Mode;
    if (choice.mode == Mode::null) return open_file("/dev/null", O_RDWR);
    if (choice.mode != Mode::file) return {};
    if (choice.path == "-" && !reads) return duplicate(STDOUT_FILENO);
    return open_file(choice.path, reads ? O_RDONLY | O_NOCTTY : O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY);
}

Descriptor open_directory(const std::optional<std::string>& path) {
    if (!path) return {};
    Descriptor directory(::open(path->c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::faccessat(directory.get(), ".", X_OK, AT_EACCESS) != 0) {
        throw SetupFailure("chdir", errno, fmt::format("cannot change directory to '{}'", *path));
    }
    return directory;
}

}  // namespace

StandardFiles::StandardFiles(const LaunchPlan& plan) : directory(open_directory(plan.directory)) {
    input = open_choice(plan.standard_input, true);
    output = open_choice(plan.standard_output, false);
    error = open_choice(plan.standard_error, false);
}

}  // namespace netrunner
