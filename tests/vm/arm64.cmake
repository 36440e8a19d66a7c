# The guest of arm64, included by CMakeLists.txt on x86-64, only for `./dev soak` (ctest -C soak): the programs and all
# tests are compiled by Debian's cross compiler, and the suites run in an emulated machine.
set(cross ${CMAKE_BINARY_DIR}/arm64)
set(arm64 ${guest}/arm64)

# Little optimisation, because most of the time goes into compiling the tests; packages are built from other presets.
add_test(NAME vm.arm64.compile CONFIGURATIONS soak WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    COMMAND sh -c "cmake --preset aarch64 -B ${cross} -DNETRUNNER_TESTS=ON -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=OFF \
        '-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG' && cmake --build ${cross}")
set_tests_properties(vm.arm64.compile PROPERTIES LABELS vm_arm64 TIMEOUT 1800 RUN_SERIAL ON FIXTURES_SETUP vm_arm64)

set(cross_programs ${cross}/netrunner ${cross}/netrunner-shepherd ${cross}/tests/programs/ignore_signals
    ${cross}/tests/programs/daemonize ${cross}/tests/programs/inject)
foreach(program IN LISTS guest_programs)
    list(APPEND cross_programs ${cross}/tests/vm/programs/${program})
endforeach()
add_test(NAME vm.arm64.build CONFIGURATIONS soak COMMAND ${here}/build-guest ${arm64} ${cross_programs})
set_tests_properties(vm.arm64.build PROPERTIES LABELS vm_arm64 TIMEOUT 300 FIXTURES_REQUIRED vm_arm64
    FIXTURES_SETUP arm64_guest ENVIRONMENT "NETRUNNER_VM_ARCHITECTURE=arm64")
add_boot(arm64.boot arm64_guest ${arm64} "" "" vm_arm64 CONFIGURATIONS soak)
set_tests_properties(vm.arm64.boot PROPERTIES TIMEOUT 1500)
set_property(TEST vm.arm64.boot APPEND PROPERTY ENVIRONMENT NETRUNNER_VM_SECONDS=1400)

foreach(script IN LISTS scripts)
    get_filename_component(suite ${script} NAME_WE)
    if(suite MATCHES "^(absent|systemd)$")
        continue()
    endif()
    file(STRINGS ${script} functions REGEX "^test_[a-z0-9_]+\\(\\) {")
    foreach(function IN LISTS functions)
        string(REGEX REPLACE "^test_([a-z0-9_]+).*" "${suite}.\\1" name ${function})
        add_result(arm64.${name} arm64.boot ${name} vm_arm64 CONFIGURATIONS soak)
    endforeach()
endforeach()
