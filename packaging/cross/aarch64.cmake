# Cross builds for 64-bit ARM (preset `aarch64`). CMake reads it before anything else.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(NETRUNNER_DEBIAN_ARCHITECTURE arm64)
set(triplet aarch64-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/toolchain.cmake)
