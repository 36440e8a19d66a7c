// Checks the direction law (docs/architecture.md) against the #include lines of the sources.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

/// The floors of each program, from the lowest up. A file may include files of its own folder and of lower folders, but
/// of no higher folder. "." is the program's own folder, the highest.
const std::vector<std::string> runner_floors{"values", "system",  "relay", "cgroup",  "sampling", "cli",   "outcome",
                                             "doctor", "runs",    "ctl",   "plan",    "progress", "live",  "report",
                                             "link",   "streams", "job",   "session", "batch",    "pages", "."};
const std::vector<std::string> shepherd_floors{"system", "bare", "link", "terminal", "tree", "group", "start", "."};

/// The folder of a source, which is named without its extension: "src/relay/sink" is in {"src", "relay"}, "src/main" in
/// {"src", "."}.
struct Place {
    std::string program;
    std::string folder;
};

Place place_of(const std::string& noun) {
    const auto first = noun.find('/');
    const auto last = noun.rfind('/');
    return {noun.substr(0, first), first == last ? "." : noun.substr(first + 1, last - first - 1)};
}

std::vector<fs::path> sources() {
    std::vector<fs::path> found;
    for (const char* program : {"src", "shepherd"}) {
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOURCE_DIR) / program)) {
            const std::string kind = entry.path().extension();
            if (kind == ".cpp" || kind == ".hpp") found.push_back(entry.path());
        }
    }
    return found;
}

/// Maps each source, such as "src/relay/relay", to the project files that its header and its .cpp include.
std::map<std::string, Names> includes() {
    std::map<std::string, Names> found;
    const std::regex line(R"re(^\s*#include "((src|shepherd)/[\w/]+)\.hpp")re");
    for (const fs::path& path : sources()) {
        const std::string noun = fs::relative(path, SOURCE_DIR).replace_extension().string();
        found[noun];
        std::ifstream file(path);
        std::string text;
        while (std::getline(file, text)) {
            std::smatch match;
            if (std::regex_search(text, match, line) && match[1] != noun) found[noun].insert(match[1]);
        }
    }
    return found;
}

Names users_of(const std::string& header) {
    Names users;
    for (const fs::path& path : sources()) {
        std::ifstream file(path);
        std::string text;
        while (std::getline(file, text)) {
            if (text.starts_with("#include <" + header)) users.insert(path.stem().string());
        }
    }
    return users;
}

}  // namespace

TEST_SUITE_BEGIN("structure");

TEST_CASE("the sources are found") { CHECK(includes().size() > 90); }

TEST_CASE("every folder has a floor, and no include runs up") {
    const std::map<std::string, const std::vector<std::string>*> floors{{"src", &runner_floors},
                                                                        {"shepherd", &shepherd_floors}};
    const auto height = [&](const std::string& noun) {
        const Place place = place_of(noun);
        const auto& order = *floors.at(place.program);
        const auto at = std::ranges::find(order, place.folder);
        REQUIRE_MESSAGE(at != order.end(), noun, " is in a folder that has no floor");
        return at - order.begin();
    };
    for (const auto& [noun, included] : includes()) {
        const auto own = height(noun);
        for (const std::string& other : included) {
            if (place_of(other).program != place_of(noun).program) continue;
            CHECK_MESSAGE(height(other) <= own, noun, " includes ", other, ", which is on a higher floor");
        }
    }
}

TEST_CASE("the floors are those of docs/architecture.md") {
    std::ifstream file(fs::path(SOURCE_DIR) / "docs/architecture.md");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (const auto& [program, floors] :
         {std::pair{std::string("src"), runner_floors}, std::pair{std::string("shepherd"), shepherd_floors}}) {
        std::size_t at = text.find("    " + program + "/\n");
        REQUIRE_MESSAGE(at != std::string::npos, "no picture of ", program, "/");
        // The picture lists the highest floor first, so each lower floor comes later in the text.
        for (auto floor = floors.rbegin() + 1; floor != floors.rend(); ++floor) {
            const std::size_t next = text.find("\n      " + *floor + "/", at);
            CHECK_MESSAGE(next != std::string::npos, program, "/", *floor, " is missing or in another order");
            if (next != std::string::npos) at = next;
        }
    }
}

TEST_CASE("the shepherd includes nothing of the runner") {
    for (const auto& [noun, included] : includes()) {
        if (!noun.starts_with("shepherd/")) continue;
        for (const std::string& other : included)
            CHECK_MESSAGE(other.starts_with("shepherd/"), noun, " includes ", other);
    }
}

TEST_CASE("the runner includes only the shared files of the shepherd") {
    const Names shared{"shepherd/link/protocol",
                       "shepherd/tree/tree",
                       "shepherd/tree/children",
                       "shepherd/tree/reserve_descriptors",
                       "shepherd/tree/outer_order",
                       "shepherd/tree/spare",
                       "shepherd/system/descriptor",
                       "shepherd/system/open_descriptors",
                       "shepherd/system/pidfd",
                       "shepherd/group/job_group",
                       "shepherd/group/vacated_group",
                       "shepherd/terminal/terminal_modes",
                       "shepherd/terminal/terminal_record"};
    for (const auto& [noun, included] : includes()) {
        if (!noun.starts_with("src/")) continue;
        for (const std::string& other : included) {
            CHECK_MESSAGE((other.starts_with("src/") || shared.contains(other)), noun, " includes ", other);
        }
    }
}

TEST_CASE("the lowest files include no project file") {
    const auto all = includes();
    for (const char* noun :
         {"src/values/quantity", "src/values/signal_name", "src/values/version", "src/system/window_size",
          "src/values/usage_error", "src/values/narrator", "shepherd/system/descriptor", "shepherd/link/protocol"}) {
        REQUIRE(all.contains(noun));
        CHECK_MESSAGE(all.at(noun).empty(), noun);
    }
}

TEST_CASE("includes form no cycle") {
    auto left = includes();
    bool progress = true;
    while (progress && !left.empty()) {
        progress = false;
        for (auto at = left.begin(); at != left.end();) {
            std::erase_if(at->second, [&](const std::string& other) { return !left.contains(other); });
            if (at->second.empty()) {
                at = left.erase(at);
                progress = true;
            } else {
                ++at;
            }
        }
    }
    CHECK(left.empty());
}

TEST_CASE("each third-party library has as few users as possible, and iostream has none") {
    CHECK(users_of("CLI/") == Names{"option_table"});
    CHECK(users_of("nlohmann/") == Names{"control_message", "diagnosis", "flat_object", "job_record", "json_fields",
                                         "json_line", "report", "report_lines", "run_list"});
    CHECK(users_of("iostream").empty());
}

TEST_SUITE_END();
