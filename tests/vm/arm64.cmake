# The guests of arm64, included by CMakeLists.txt: Debian's cross compiler builds the programs, which then run in an
# emulated machine. `./dev test` runs some suites; `./dev soak` (ctest -C soak) compiles all tests, and runs all suites,
# also with pages of 16 KiB.
set(absent "")
find_program(ARM64_COMPILER aarch64-linux-gnu-g++)
find_program(ARM64_EMULATOR qemu-system-aarch64)
mark_as_advanced(ARM64_COMPILER ARM64_EMULATOR)
if(NOT architecture STREQUAL amd64)
    set(absent "this machine is no x86-64; on arm64, vm.boot is a guest of arm64")
elseif(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    set(absent "this machine is no x86-64")
elseif(NOT ARM64_COMPILER)
    set(absent "aarch64-linux-gnu-g++ is not installed (Debian: g++-aarch64-linux-gnu)")
elseif(NOT ARM64_EMULATOR)
    set(absent "qemu-system-aarch64 is not installed (Debian: qemu-system-arm)")
endif()
if(absent)
    add_test(NAME vm.arm64 COMMAND sh -c "echo 'skipped: ${absent}'; exit 77")
    set_tests_properties(vm.arm64 PROPERTIES LABELS vm TIMEOUT 10 SKIP_RETURN_CODE 77)
    return()
endif()

# Little optimisation, because this only has to be quick; packages are built from other presets. Other tests come first
# (nice), because they have time limits. ctest starts this test early, because others wait for it.
set(cross ${CMAKE_BINARY_DIR}/arm64)
cmake_host_system_information(RESULT processors QUERY NUMBER_OF_LOGICAL_CORES)
set(arm64_programs ignore_signals daemonize inject ${guest_programs})
list(JOIN arm64_programs " " arm64_targets)
add_test(NAME vm.arm64.compile WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    COMMAND sh -c "cmake --preset aarch64 -B ${cross} -DNETRUNNER_TESTS=ON -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=OFF \
        '-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG' && \
        nice cmake --build ${cross} -j ${processors} --target netrunner netrunner-shepherd ${arm64_targets}")
set_tests_properties(vm.arm64.compile PROPERTIES LABELS vm TIMEOUT 3000 FIXTURES_SETUP vm_arm64)
add_test(NAME vm.arm64.compile_tests CONFIGURATIONS soak COMMAND nice cmake --build ${cross} -j ${processors})
set_tests_properties(vm.arm64.compile_tests PROPERTIES LABELS vm_arm64 TIMEOUT 3000 FIXTURES_REQUIRED vm_arm64)

set(cross_programs ${cross}/netrunner ${cross}/netrunner-shepherd)
foreach(program IN LISTS arm64_programs)
    set(place tests/programs)
    if(program IN_LIST guest_programs)
        set(place tests/vm/programs)
    endif()
    list(APPEND cross_programs ${cross}/${place}/${program})
endforeach()

# NAME, its label, the suites that it runs, `soak` or `test`, and NAME=VALUE for build-guest and run-guest
function(add_arm64_guest name label asked_suites when)
    set(configurations "")
    if(when STREQUAL soak)
        set(configurations CONFIGURATIONS soak)
    endif()
    set(folder ${guest}/${name})
    add_test(NAME vm.${name}.build ${configurations} COMMAND ${here}/build-guest ${folder} ${cross_programs})
    set_tests_properties(vm.${name}.build PROPERTIES LABELS ${label} TIMEOUT 300 FIXTURES_REQUIRED vm_arm64
        FIXTURES_SETUP ${name}_guest ENVIRONMENT "NETRUNNER_VM_ARCHITECTURE=arm64;${ARGN}")
    add_boot(${name}.boot ${name}_guest ${folder} "${asked_suites}" "" ${label} ${configurations})
    set_tests_properties(vm.${name}.boot PROPERTIES TIMEOUT 1500)
    set_property(TEST vm.${name}.boot APPEND PROPERTY ENVIRONMENT NETRUNNER_VM_SECONDS=1400 ${ARGN})
    foreach(suite IN LISTS asked_suites)
        foreach(test IN LISTS ${suite}_tests)
            add_result(${name}.${suite}.${test} ${name}.boot ${suite}.${test} ${label} ${configurations})
        endforeach()
    endforeach()
endfunction()
add_arm64_guest(arm64 vm "crash;ending;status;groups" test)
add_arm64_guest(arm64_whole vm_arm64 "${whole_suites}" soak)
# Debian has no cloud kernel with such pages, and Debian 12 none at all. A Cortex-A72 cannot have them.
add_arm64_guest(arm64_16k vm_arm64 "${whole_suites}" soak NETRUNNER_VM_RELEASE=trixie
    NETRUNNER_VM_KERNEL=linux-image-arm64-16k NETRUNNER_VM_PROCESSOR=neoverse-n1)
