# Cross builds for 64-bit RISC-V (preset `riscv64`). CMake reads it before anything else.
set(CMAKE_SYSTEM_PROCESSOR riscv64)
set(NETRUNNER_DEBIAN_ARCHITECTURE riscv64)
set(triplet riscv64-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/toolchain.cmake)
