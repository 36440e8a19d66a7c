# Run by cpack between installing and packing: adds the files that Debian requires and gives all files one date.
set(root ${CPACK_TEMPORARY_DIRECTORY})
string(TIMESTAMP epoch %s UTC) # SOURCE_DATE_EPOCH, if it is set

if(CPACK_GENERATOR STREQUAL DEB)
    set(doc ${root}/usr/share/doc/netrunner)
    file(READ ${CMAKE_CURRENT_LIST_DIR}/../LICENSE licence)
    file(WRITE ${doc}/copyright "netrunner, built from its own sources.\n\n${licence}")
    file(REMOVE ${doc}/LICENSE)
    string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
    file(WRITE ${doc}/changelog "netrunner (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n
  * What has changed is in CHANGELOG.md of the sources.\n
 -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
    file(WRITE ${root}/usr/share/lintian/overrides/netrunner
        "# Linked statically, so that no library of the command's environment is loaded into netrunner.\n"
        "netrunner: statically-linked-binary *\n")
    file(GLOB plain ${doc}/changelog ${root}/usr/share/man/man*/*)
    execute_process(COMMAND gzip -9n ${plain} COMMAND_ERROR_IS_FATAL ANY)
    file(CHMOD_RECURSE ${root}/usr FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ
        DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    file(CHMOD ${root}/usr/bin/netrunner ${root}/usr/libexec/netrunner/netrunner-shepherd
        FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endif()

# Debian alone searches vendor-completions.
if(CPACK_GENERATOR STREQUAL RPM AND EXISTS ${root}/usr/share/zsh/vendor-completions)
    file(RENAME ${root}/usr/share/zsh/vendor-completions ${root}/usr/share/zsh/site-functions)
endif()

execute_process(COMMAND find ${root} -exec touch -h -d @${epoch} {} + COMMAND_ERROR_IS_FATAL ANY)
