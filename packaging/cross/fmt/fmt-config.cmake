# fmt's headers for any architecture: what find_package(fmt) finds in a cross build. There is no library to link, so
# netrunner compiles fmt's functions itself.
find_path(FMT_HEADERS fmt/format.h REQUIRED)
file(STRINGS ${FMT_HEADERS}/fmt/core.h version REGEX "^#define FMT_VERSION [0-9]+$")
if(version MATCHES "([0-9]+)$") # 90100 is 9.1.0; since 11 another header has it
    math(EXPR major "${CMAKE_MATCH_1} / 10000")
    math(EXPR minor "${CMAKE_MATCH_1} / 100 % 100")
    math(EXPR patch "${CMAKE_MATCH_1} % 100")
    set(fmt_VERSION ${major}.${minor}.${patch})
endif()
if(NOT TARGET fmt::fmt)
    add_library(fmt::fmt INTERFACE IMPORTED)
    target_include_directories(fmt::fmt INTERFACE ${FMT_HEADERS})
    add_library(fmt::fmt-header-only INTERFACE IMPORTED)
    target_include_directories(fmt::fmt-header-only INTERFACE ${FMT_HEADERS})
    target_compile_definitions(fmt::fmt-header-only INTERFACE FMT_HEADER_ONLY=1)
endif()
