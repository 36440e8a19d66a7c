# Settings for `cpack`: a Debian package, an RPM package and a tarball that can be unpacked anywhere. The same commit and
# the same compiler give the same bytes (SOURCE_DATE_EPOCH; see the preset `package`).
set(NETRUNNER_MAINTAINER "" CACHE STRING
    "The maintainer that the packages name, \"NAME <ADDRESS>\" (default is DEBFULLNAME and DEBEMAIL, then the commit's author)")
set(maintainer ${NETRUNNER_MAINTAINER})
if(NOT maintainer AND DEFINED ENV{DEBEMAIL})
    set(maintainer "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
endif()
if(NOT maintainer)
    execute_process(COMMAND git -C ${PROJECT_SOURCE_DIR} log -1 "--format=%an <%ae>" OUTPUT_VARIABLE maintainer
        ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
if(NOT maintainer)
    set(maintainer "unknown <unknown@localhost>")
endif()

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME netrunner)
set(CPACK_PACKAGE_VENDOR "the netrunner project")
set(CPACK_PACKAGE_CONTACT "${maintainer}")
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
# Otherwise cpack asks dpkg for the architecture of the machine that builds.
if(CMAKE_CROSSCOMPILING)
    set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE ${NETRUNNER_DEBIAN_ARCHITECTURE})
endif()
if(NOT NETRUNNER_STATIC)
    set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
endif()

# RPM derives nothing from static programs. The host's name and the time of the build are not written into the package.
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_PACKAGE_GROUP Applications/System)
set(CPACK_RPM_PACKAGE_ARCHITECTURE ${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_RPM_PACKAGE_AUTOREQPROV no)
set(CPACK_RPM_SPEC_MORE_DEFINE "%global _build_id_links none
%global __os_install_post %{nil}
%global __strip /bin/true
%global _buildhost localhost
%global use_source_date_epoch_as_buildtime 1")
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /usr/libexec /usr/share/man /usr/share/man/man1 /usr/share/man/man5
    /usr/share/man/man7 /usr/share/man/man8 /usr/share/bash-completion /usr/share/bash-completion/completions
    /usr/share/fish /usr/share/fish/vendor_completions.d /usr/share/zsh /usr/share/zsh/site-functions)

# The tarball's name holds the system and the processor that it is for.
string(TOLOWER "${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}" CPACK_SYSTEM_NAME)
include(CPack)
