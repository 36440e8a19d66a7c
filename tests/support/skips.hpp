// Tests that cannot run on this machine. Each writes a line with its reason into the file NETRUNNER_TEST_SKIPS.
// report_skips.py turns the lines of a suite into the ctest entry SUITE.skips, which is then shown as skipped.
#pragma once

#include <cstdlib>
#include <string>

namespace support {

// Says why the rest of the test that is running cannot run here.
void skip(const std::string& why);

// Forgets the skips of an earlier run of this suite. For main, before the first test.
void forget_skips();

// Whether the netrunner under test has a sanitizer (NETRUNNER_TEST_SANITIZED is set).
inline const bool sanitized = std::getenv("NETRUNNER_TEST_SANITIZED") != nullptr;

// Its runtime needs stack, descriptors, processes and address space, so tests with tiny limits would be meaningless.
inline const std::string needs_more = "the sanitizer needs more than the limits of this test";

}  // namespace support
