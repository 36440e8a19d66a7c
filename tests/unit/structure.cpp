// The direction law (docs/architecture.md), read off the sources themselves.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

/// "src/relay" to "src/sink": what each noun's two files include of ours.
std::map<std::string, Names> includes() {
    std::map<std::string, Names> found;
    const std::regex line(R"re(^\s*#include "((src|shepherd)/(\w+))\.hpp")re");
    for (const char* folder : {"src", "shepherd"}) {
        for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_DIR) / folder)) {
            const std::string noun = std::string(folder) + "/" + entry.path().stem().string();
            found[noun];
            std::ifstream file(entry.path());
            std::string text;
            while (std::getline(file, text)) {
                std::smatch match;
                if (std::regex_search(text, match, line) && match[1] != noun) found[noun].insert(match[1]);
            }
        }
    }
    return found;
}

Names users_of(const std::string& header) {
    Names users;
    for (const char* folder : {"src", "shepherd"}) {
        for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_DIR) / folder)) {
            std::ifstream file(entry.path());
            std::string text;
            while (std::getline(file, text)) {
                if (text.starts_with("#include <" + header)) users.insert(entry.path().stem().string());
            }
        }
    }
    return users;
}

}  // namespace

TEST_SUITE_BEGIN("structure");

TEST_CASE("the sources are found") { CHECK(includes().size() > 25); }

TEST_CASE("the shepherd includes nothing of the runner") {
    for (const auto& [noun, included] : includes()) {
        if (!noun.starts_with("shepherd/")) continue;
        for (const std::string& other : included)
            CHECK_MESSAGE(other.starts_with("shepherd/"), noun, " includes ", other);
    }
}

TEST_CASE("the runner includes of the shepherd only what both have") {
    const Names shared{"shepherd/protocol",           "shepherd/tree",      "shepherd/descriptor",
                       "shepherd/terminal_modes",     "shepherd/job_group", "shepherd/vacated_group",
                       "shepherd/reserve_descriptors"};
    for (const auto& [noun, included] : includes()) {
        if (!noun.starts_with("src/")) continue;
        for (const std::string& other : included) {
            CHECK_MESSAGE((other.starts_with("src/") || shared.contains(other)), noun, " includes ", other);
        }
    }
}

TEST_CASE("ground files include nothing of ours") {
    const auto all = includes();
    for (const char* noun : {"src/quantity", "src/signal_name", "src/version", "src/window_size", "src/usage_error",
                             "src/narrator", "shepherd/descriptor", "shepherd/protocol"}) {
        REQUIRE(all.contains(noun));
        CHECK_MESSAGE(all.at(noun).empty(), noun);
    }
}

TEST_CASE("mechanism does not include policy") {
    const auto all = includes();
    for (const char* noun : {"src/fd", "src/sink", "src/source", "src/relay", "src/pump", "src/signal_source",
                             "src/terminal", "src/raw_mode"}) {
        for (const char* policy :
             {"src/session", "src/lifecycle", "src/outcome", "src/options", "src/launch_plan", "src/report"}) {
            CHECK_MESSAGE(!all.at(noun).contains(policy), noun, " includes ", policy);
        }
    }
}

TEST_CASE("includes form no circle") {
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

TEST_CASE("third-party libraries have as few users as can be, and fmt makes no detours") {
    CHECK(users_of("CLI/") == Names{"run_options"});
    CHECK(users_of("nlohmann/") == Names{"diagnosis", "report"});
    CHECK(users_of("iostream").empty());
}

TEST_SUITE_END();
