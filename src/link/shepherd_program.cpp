#include "src/link/shepherd_program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "shepherd/link/protocol.hpp"
#include "src/cgroup/shortage.hpp"
#include "src/system/setup_failure.hpp"
#include "src/system/spawn.hpp"

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

}  // namespace

ShepherdStart start_shepherd(const LaunchPlan& plan, const StandardFiles& files, const HandedOver& handed_over) {
    static const std::string program = find_shepherd();  // once for all jobs of a batch
    // The link and the directories close on exec. They keep their own numbers, which no descriptor of the user's has.
    std::vector<SpawnRequest::Placed> placed;
    for (const int fd : {handed_over.link, handed_over.group, handed_over.home, handed_over.vacated, handed_over.lock,
                         handed_over.record}) {
        if (fd >= 0) placed.push_back({.from = fd, .to = fd});
    }
    const std::array<const Descriptor*, 3> standard{&files.input, &files.output, &files.error};
    for (int number = 0; const Descriptor* file : standard) {
        if (*file) placed.push_back({.from = file->get(), .to = number});
        ++number;
    }

    std::string name = fmt::format("{}{}", protocol::link_word, handed_over.link);
    std::vector<char*> words = as_pointers(plan.words);
    words.insert(words.begin(), name.data());
    words.push_back(nullptr);
    std::vector<char*> variables;
    if (plan.environment) {
        variables = as_pointers(*plan.environment);
        variables.push_back(nullptr);
    }
    // All signals stay blocked, so that none takes effect before the shepherd can handle it.
    const auto [pid, error_number] = spawn({.program = program.c_str(),
                                            .argv = words.data(),
                                            .environment = plan.environment ? variables.data() : environ,
                                            .placed = placed,
                                            .directory = files.directory.get(),
                                            .blocked = ~std::uint64_t{0}});
    if (error_number == 0) return {.pid = pid};
    if (error_number == E2BIG) return {.error = error_number};
    throw SetupFailure("shepherd", error_number,
                       fmt::format("cannot start the shepherd '{}'{}", program, describe_limit_met(error_number)));
}

}  // namespace netrunner
