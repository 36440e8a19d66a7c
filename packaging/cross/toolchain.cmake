# What the toolchain files of this folder share: Debian's cross compilers (g++-TRIPLET), with the headers of the machine
# that builds, because CLI11, json, doctest and fmt are only headers here. The file that includes it sets `triplet`.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER ${triplet}-gcc)
set(CMAKE_CXX_COMPILER ${triplet}-g++)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
# Debian's own files for fmt belong to one architecture.
set(fmt_DIR ${CMAKE_CURRENT_LIST_DIR}/fmt)
