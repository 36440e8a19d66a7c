#include "src/link/shepherd_program.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "shepherd/link/protocol.hpp"
#include "src/cgroup/shortage.hpp"
#include "src/system/setup_failure.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has it declared by the program

namespace netrunner {
namespace {

constexpr const char* shepherd_file = "netrunner-shepherd";

std::vector<std::string> shepherd_places() {
    std::vector<std::string> places;
    std::error_code unknown;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", unknown);
    if (!unknown) {
        const auto folder = self.parent_path();
        places.push_back(folder / shepherd_file);
        places.push_back(folder.parent_path() / "libexec/netrunner" / shepherd_file);
    }
    if (const char* named = std::getenv("NETRUNNER_SHEPHERD"); named != nullptr && *named != '\0') {
        places.push_back(std::filesystem::absolute(named));  // it starts in the command's directory
    }
    return places;
}

std::string find_shepherd() {
    const std::vector<std::string> places = shepherd_places();
    for (const std::string& place : places) {
        if (::access(place.c_str(), F_OK) == 0) return place;
    }
    const char* hint = std::getenv("NETRUNNER_SHEPHERD") == nullptr ? ", and NETRUNNER_SHEPHERD is not set" : "";
    throw SetupFailure("shepherd", ENOENT,
                       fmt::format("cannot find the shepherd (tried {}{})", fmt::join(places, ", "), hint));
}

std::vector<char*> as_pointers(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 2);
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    return pointers;
}

class FileActions {
  public:
    FileActions() { ::posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    void enter(const Descriptor& directory) {
        if (directory) ::posix_spawn_file_actions_addfchdir_np(&actions_, directory.get());
    }
    void place(const Descriptor& file, int number) {
        if (file) ::posix_spawn_file_actions_adddup2(&actions_, file.get(), number);
    }
    /// Leaves `fd`, which closes on exec, open under its own number, which no descriptor of the user's has.
    void leave_open(int fd) {
        if (fd >= 0) ::posix_spawn_file_actions_adddup2(&actions_, fd, fd);
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

class SpawnAttributes {
  public:
    /// Blocks every signal, so that none takes effect before the shepherd can handle it.
    SpawnAttributes() {
        ::posix_spawnattr_init(&attributes_);
        sigset_t all;
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &all);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
    }
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

}  // namespace

ShepherdStart start_shepherd(const LaunchPlan& plan, const StandardFiles& files, const HandedOver& handed_over) {
    const std::string program = find_shepherd();
    FileActions actions;
    actions.enter(files.directory);
    actions.place(files.input, STDIN_FILENO);
    actions.place(files.output, STDOUT_FILENO);
    actions.place(files.error, STDERR_FILENO);
    for (const int fd : {handed_over.link, handed_over.group, handed_over.vacated}) actions.leave_open(fd);

    std::string name = fmt::format("{}{}", protocol::link_word, handed_over.link);
    std::vector<char*> words = as_pointers(plan.words);
    words.insert(words.begin(), name.data());
    words.push_back(nullptr);
    std::vector<char*> variables;
    if (plan.environment) {
        variables = as_pointers(*plan.environment);
        variables.push_back(nullptr);
    }
    const SpawnAttributes attributes;
    pid_t pid = -1;
    const int error_number = ::posix_spawn(&pid, program.c_str(), actions.get(), attributes.get(), words.data(),
                                           plan.environment ? variables.data() : environ);
    if (error_number == 0) return {.pid = pid};
    if (error_number == E2BIG) return {.error = error_number};
    throw SetupFailure("shepherd", error_number,
                       fmt::format("cannot start the shepherd '{}'{}", program, describe_limit_met(error_number)));
}

}  // namespace netrunner
