#include "bench/process_memory.hpp"

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

namespace fs = std::filesystem;

void read_rollup(ProcessMemory& memory) {
    std::ifstream file("/proc/" + std::to_string(memory.pid) + "/smaps_rollup");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string name;
        double value = 0;
        words >> name >> value;
        if (name == "Rss:") memory.resident = value;
        if (name == "Pss:") memory.shared_out = value;
        if (name == "Private_Dirty:") memory.dirty = value;
        if (name == "Private_Clean:") memory.clean = value;
    }
}

}  // namespace

std::vector<ProcessMemory> memory_of(const std::string& path) {
    std::vector<ProcessMemory> all;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (std::isdigit(static_cast<unsigned char>(name.front())) == 0) continue;
        std::error_code gone;
        const std::string program = fs::read_symlink(entry.path() / "exe", gone);
        if (gone || !program.starts_with(path)) continue;
        ProcessMemory memory;
        memory.pid = std::atoi(name.c_str());
        std::ifstream(entry.path() / "comm") >> memory.name;
        read_rollup(memory);
        if (memory.resident > 0) all.push_back(memory);
    }
    return all;
}

std::string path_of(const std::string& word) {
    if (word.find('/') != std::string::npos) return fs::canonical(word);
    std::istringstream path(std::getenv("PATH") == nullptr ? "" : std::getenv("PATH"));
    for (std::string directory; std::getline(path, directory, ':');) {
        std::error_code missing;
        const fs::path found = fs::canonical(fs::path(directory) / word, missing);
        if (!missing) return found;
    }
    throw std::runtime_error("no program '" + word + "'");
}

}  // namespace bench
