#include "src/link/standard_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "src/system/file_access.hpp"
#include "src/system/file_place.hpp"
#include "src/system/patient_open.hpp"
#include "src/system/setup_failure.hpp"
#include "src/values/usage_error.hpp"

namespace netrunner {
namespace {

using Mode = StreamChoice::Mode;

/// Whether --append holds for the file of `choice`, too, because it is the file of -o.
bool is_appended_to(const StreamChoice& choice, const LaunchPlan& plan) {
    if (!plan.append || choice.mode != Mode::file) return false;
    const auto place = find_place(choice.path);
    return place && place == find_place(*plan.output_file);
}

bool is_read_once(const struct stat& file) { return S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode); }

Descriptor open_directory(const std::optional<std::string>& path) {
    if (!path) return {};
    Descriptor directory(::open(path->c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory || !may_access(directory.get(), ".", X_OK)) {
        throw SetupFailure("chdir", errno, fmt::format("cannot change directory to '{}'", *path));
    }
    return directory;
}

}  // namespace

StandardFiles::StandardFiles(const LaunchPlan& plan, std::optional<TimePoint> until, Attempt attempt)
    : directory(open_directory(plan.directory)) {
    const auto open_choice = [&](const StreamChoice& choice) {
        if (choice.mode == Mode::null) return open_file("/dev/null", O_RDWR);
        if (choice.mode != Mode::file) return Descriptor();
        const bool appends = attempt == Attempt::further || is_appended_to(choice, plan);
        return open_output(choice.path, appends ? O_APPEND : O_TRUNC, until);
    };
    input = plan.standard_input.mode == Mode::file
                ? open_patiently(plan.standard_input.path, O_RDONLY | O_NOCTTY, until)
                : open_choice(plan.standard_input);
    output = open_choice(plan.standard_output);
    error = open_choice(plan.standard_error);
    // O_NONBLOCK matters for a device. No other process shares a file that is opened here, unless it is the command's.
    const bool appends = attempt == Attempt::further || plan.append;
    if (plan.output_file) copy = open_output(*plan.output_file, O_NONBLOCK | (appends ? O_APPEND : O_TRUNC), until);
}

void StandardFiles::renew_input(const LaunchPlan& plan) {
    if (plan.standard_input.mode != Mode::file) return;
    // O_NONBLOCK: signals are blocked now, so netrunner must not wait for the other end of a FIFO that has taken the
    // file's place.
    input = open_file(plan.standard_input.path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
    struct stat info {};
    if (::fstat(input.get(), &info) == 0 && is_read_once(info)) {
        throw SetupFailure("open", ESPIPE, fmt::format("cannot read '{}' again", plan.standard_input.path));
    }
    ::fcntl(input.get(), F_SETFL, ::fcntl(input.get(), F_GETFL) & ~O_NONBLOCK);
}

void refuse_input_for_one_attempt(const LaunchPlan& plan) {
    if (!plan.retry || plan.standard_input.mode != Mode::file) return;
    struct stat info {};
    if (::stat(plan.standard_input.path.c_str(), &info) != 0 || !is_read_once(info)) return;
    throw UsageError(fmt::format("--retries needs input that can be given twice, but '{}' can be read only once",
                                 plan.standard_input.path));
}

void try_given_files(const std::optional<std::string>& directory, const std::optional<StreamChoice>& input) {
    open_directory(directory);
    if (!input || input->mode != Mode::file) return;
    struct stat info {};
    if (::stat(input->path.c_str(), &info) == 0 && is_read_once(info)) return;
    open_file(input->path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
}

/// Opens `path` for writing. A file that is already open, as netrunner's own descriptor or for another output, is
/// shared: a second open file would have an offset of its own, and overwrite what was written through the first.
Descriptor StandardFiles::open_output(const std::string& path, int flags, std::optional<TimePoint> until) const {
    if (const auto place = find_place(path); place && place->descriptor) return duplicate(*place->descriptor);
    for (const Descriptor* open : {&output, &error}) {
        if (const auto place = place_of(open->get()); place && place->regular && same_file(path, open->get())) {
            return duplicate(open->get());
        }
    }
    return open_patiently(path, O_WRONLY | O_CREAT | O_NOCTTY | flags, until);
}

}  // namespace netrunner
