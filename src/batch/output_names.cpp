#include "src/batch/output_names.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <vector>

#include "src/system/setup_failure.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

struct Steps {
    std::size_t up = 0;   ///< how many components are ".."
    bool leaves = false;  ///< whether they lead above the directory where the path begins
};

Steps steps_of(std::string_view path) {
    Steps steps;
    std::size_t depth = 0;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view component = path.substr(0, slash);
        if (component == "..") {
            ++steps.up;
            steps.leaves = steps.leaves || depth == 0;
            depth -= depth > 0 ? 1 : 0;
        } else if (!component.empty() && component != ".") {
            ++depth;
        }
        if (slash == std::string_view::npos) break;
        path.remove_prefix(slash + 1);
    }
    return steps;
}

}  // namespace

OutputNames::OutputNames(const std::string& name_template)
    : text_(name_template), template_(name_template, WordTemplate::Use::label) {
    const auto filled = [&](std::uint64_t number, const char* value, const char* stream) {
        const std::string name = fmt::format("{}", number);
        const std::vector<std::string> values(1 + template_.highest_value(), value);
        return template_.label({.values = values, .number = number, .id = name, .stream = stream});
    };
    parts_streams_ = filled(1, "a.b/c.d", "stdout") != filled(1, "a.b/c.d", "stderr");
    if (filled(1, "a.b/c.d", "stdout") == filled(2, "e.f/g.h", "stdout")) {
        throw UsageError(fmt::format(
            "--output-mode files={}: all jobs would write to this file (add {{id}}, {{#}} or another placeholder)",
            name_template));
    }
}

/// A link may be among the directories, so a ".." from a value is refused also where it leads back to the directory.
bool OutputNames::stays_below(std::string_view path) const {
    const std::string_view leading = template_.leading_text();
    const std::size_t directory = leading.rfind('/') + 1;  // 0 without one
    const std::string_view rest = path.substr(directory);
    if (directory == 0 && rest.starts_with('/')) return false;
    return !steps_of(rest).leaves && steps_of(path).up <= steps_of(text_).up;
}

std::string OutputNames::path(const Filling& filling) const {
    std::string path = template_.label(filling);
    if (!stays_below(path)) {
        throw UsageError(fmt::format("its output file '{}' would lead out of the directory of --output-mode files={}{}",
                                     path, text_,
                                     path.starts_with('/') ? fmt::format(" (say files=./{})", text_) : ""));
    }
    if (path.empty() || path.ends_with('/') || path.find('\0') != std::string::npos)
        throw UsageError(fmt::format("'{}' is no name for its output file (--output-mode files={})", path, text_));
    return path;
}

Descriptor open_output(const std::string& path, const std::function<void(const struct stat& file)>& refuse) {
    struct stat found {};
    // A FIFO's reader would take netrunner's open file for that of the job.
    if (::stat(path.c_str(), &found) == 0 && S_ISFIFO(found.st_mode)) return {};
    // O_NONBLOCK: netrunner must not wait for a FIFO that is made now.
    const auto open = [&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0666); };
    Descriptor file(open());
    if (!file && errno == ENOENT) {
        for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
            const std::string directory = path.substr(0, slash);
            if (::mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST)
                throw SetupFailure("output", errno, fmt::format("cannot make the directory '{}'", directory));
        }
        file = Descriptor(open());
    }
    if (!file) throw SetupFailure("output", errno, fmt::format("cannot write the output file '{}'", path));
    struct stat info {};
    if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return file;
    if (refuse) refuse(info);
    return file;
}

}  // namespace netrunner
