# Settings for `cpack`: a Debian package and a tarball that can be unpacked anywhere. The same commit and the same
# compiler give the same bytes (SOURCE_DATE_EPOCH; see the preset `package`).
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME netrunner)
set(CPACK_PACKAGE_VENDOR "the netrunner project")
set(CPACK_PACKAGE_CONTACT "netrunner project <maintainers@netrunner.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "run one command and leave no process behind")
set(CPACK_PACKAGE_DESCRIPTION "netrunner runs one command as if it had been run directly and makes sure
that nothing which the command started is left when it ends, is stopped or
is killed. It limits time, silence, output, memory and processor time, can
run the command on a pseudo-terminal, and reports in JSON what happened
and why.")
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/settle.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/sort.cmake)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
if(NOT NETRUNNER_STATIC)
    set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
endif()

# The tarball's name holds the system and the processor that it is for.
string(TOLOWER "${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}" CPACK_SYSTEM_NAME)
include(CPack)
