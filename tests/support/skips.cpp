#include "skips.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

namespace support {
namespace {

const char* file_of_skips() { return std::getenv("NETRUNNER_TEST_SKIPS"); }

}  // namespace

void skip(const std::string& why) {
    MESSAGE("SKIPPED: ", why);
    if (file_of_skips() == nullptr) return;
    std::ofstream(file_of_skips(), std::ios::app)
        << doctest::getContextOptions()->currentTest->m_name << ": " << why << '\n';
}

void forget_skips() {
    std::error_code ignored;
    if (file_of_skips() != nullptr) std::filesystem::remove(file_of_skips(), ignored);
}

}  // namespace support
