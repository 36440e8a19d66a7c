# fmt as headers alone, for any architecture: what find_package(fmt) finds in a cross build.
find_path(FMT_HEADERS fmt/format.h REQUIRED)
if(NOT TARGET fmt::fmt-header-only)
    add_library(fmt::fmt-header-only INTERFACE IMPORTED)
    target_include_directories(fmt::fmt-header-only INTERFACE ${FMT_HEADERS})
    target_compile_definitions(fmt::fmt-header-only INTERFACE FMT_HEADER_ONLY=1)
endif()
