# Cross builds for 32-bit ARM with hard floating point (preset `armhf`). CMake reads it before anything else.
set(CMAKE_SYSTEM_PROCESSOR armv7l)
set(NETRUNNER_DEBIAN_ARCHITECTURE armhf)
set(triplet arm-linux-gnueabihf)
include(${CMAKE_CURRENT_LIST_DIR}/toolchain.cmake)
