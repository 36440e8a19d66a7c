#include "src/batch/own_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "src/system/fd.hpp"
#include "src/system/file_place.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using Mode = OutputModeChoice::Kind;

struct Named {
    const char* option;
    std::string name;
    FilePlace place;
};

void add(std::vector<Named>& list, const char* option, std::string name, std::optional<FilePlace> place) {
    if (place) list.push_back({option, std::move(name), *std::move(place)});
}

void refuse_pair(const Named& one, const Named& other) {
    if (!would_clash(one.place, other.place)) return;
    const std::string too = one.name == other.name ? "" : fmt::format(" (as '{}')", other.name);
    throw UsageError(fmt::format("{} and {} name the same file '{}'{}: one would overwrite the other", other.option,
                                 one.option, one.name, too));
}

/// Two ways to one file would break lines.
void refuse_second_way(const Named& log, Mode mode) {
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

    std::vector<Named> found;
    if (options.input_file && *options.input_file != "-") {
        add(found, "-a", *options.input_file, find_place(*options.input_file));
    } else if (options.lists.empty()) {
        add(found, "standard input", "-", place_of(STDIN_FILENO));
    }
    for (const Own& each : all_) {
        const auto place = find_place(each.name);
        if (!place) continue;
        const Named named{each.option, each.name, *place};
        for (const Named& other : found) refuse_pair(named, other);
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
