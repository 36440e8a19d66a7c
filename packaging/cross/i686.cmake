# Cross builds for 32-bit x86 (preset `i686`). CMake reads it before anything else.
set(CMAKE_SYSTEM_PROCESSOR i686)
set(NETRUNNER_DEBIAN_ARCHITECTURE i386)
set(triplet i686-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/toolchain.cmake)
