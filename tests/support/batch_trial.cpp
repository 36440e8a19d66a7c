#include "batch_trial.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <regex>

namespace support {

Setup BatchTrial::batch(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {netrunner(), "batch"});
    auto setup = command(std::move(arguments));
    setup.environment["MAKEFLAGS"] = std::nullopt;
    return setup;
}

Setup BatchTrial::batch_of(const std::string& input, std::vector<std::string> arguments) const {
    auto setup = batch(std::move(arguments));
    setup.in = piped();
    setup.input = input;
    return setup;
}

Result BatchTrial::run_batch(std::vector<std::string> arguments) { return complete(batch(std::move(arguments))); }

Result BatchTrial::run_batch_of(const std::string& input, std::vector<std::string> arguments) {
    return complete(batch_of(input, std::move(arguments)));
}

std::vector<nlohmann::json> BatchTrial::reported(const std::string& file, const std::string& type) {
    std::vector<nlohmann::json> found;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line) && !stream.eof();) {
        auto object = nlohmann::json::parse(line);
        if (object.at("type") == type) found.push_back(std::move(object));
    }
    return found;
}

nlohmann::json BatchTrial::job_in(const std::string& file, int number) {
    nlohmann::json found;
    int count = 0;
    for (auto& job : reported(file, "job")) {
        if (job.at("number") != number) continue;
        found = std::move(job);
        ++count;
    }
    REQUIRE_MESSAGE(count == 1, "objects of job ", number, ": ", count);
    return found;
}

void BatchTrial::write(const std::string& name, const std::string& text) {
    std::ofstream(path(name), std::ios::binary) << text;
}

std::string counts_in(const std::string& err) {
    static const std::regex counts("netrunner: ([0-9]+ succeeded, [0-9]+ failed)");
    std::smatch found;
    return std::regex_search(err, found, counts) ? found[1].str() : std::string();
}

}  // namespace support
