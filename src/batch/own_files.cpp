#include "src/batch/own_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "src/plan/file_clashes.hpp"
#include "src/system/fd.hpp"
#include "src/system/file_place.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using Mode = OutputModeChoice::Kind;

/// Two ways to one file would break lines.
void refuse_second_way(const NamedFile& log, Mode mode) {
    if (mode == Mode::null || mode == Mode::files) return;
    for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
        const auto place = place_of(output);
        if (!place || !(*place == log.place)) continue;
        throw UsageError(
            fmt::format("-o '{}': the output of the jobs goes there already (say --output-mode null to get only the "
                        "log there)",
                        log.name));
    }
}

}  // namespace

OwnFiles::OwnFiles(const BatchOptions& options) {
    const auto own = [this](const char* option, const std::optional<std::string>& name) {
        if (name) all_.push_back({option, *name});
    };
    own("-o", options.output_file);
    own("--report", options.report);
    own("--resume", options.resume);
    own("--junit", options.junit);
    if (options.events && !options.events->descriptor) own("--events", options.events->path);

    std::vector<NamedFile> found;
    if (options.input_file && *options.input_file != "-") {
        if (auto place = find_place(*options.input_file))
            found.push_back({"-a", *options.input_file, *std::move(place)});
    } else if (options.lists.empty()) {
        if (auto place = place_of(STDIN_FILENO)) found.push_back({"standard input", "-", *std::move(place)});
    }
    for (const Own& each : all_) {
        const auto place = find_place(each.name);
        if (!place) continue;
        const NamedFile named{each.option, each.name, *place};
        for (const NamedFile& other : found) refuse_clash(named, other);
        if (&each == all_.data() && options.output_file) refuse_second_way(named, options.output_mode.kind);
        found.push_back(named);
    }
}

void OwnFiles::refuse(const struct stat& file, const std::string& name) const {
    for (const Own& each : all_) {
        struct stat own {};
        if (!S_ISREG(file.st_mode) || ::stat(each.name.c_str(), &own) != 0 || !same_file(file, own)) continue;
        throw UsageError(fmt::format("its output file '{}' is the file of {}", name, each.option));
    }
}

void OwnFiles::refuse(const std::string& name) const {
    struct stat file {};
    if (!all_.empty() && ::stat(name.c_str(), &file) == 0) refuse(file, name);
}

}  // namespace netrunner
