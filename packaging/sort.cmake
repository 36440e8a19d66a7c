# Run by cpack after packing: packs the tarball again with sorted names, because cpack uses the file system's order.
if(CPACK_GENERATOR STREQUAL TGZ)
    get_filename_component(above ${CPACK_TEMPORARY_DIRECTORY} DIRECTORY)
    get_filename_component(name ${CPACK_TEMPORARY_DIRECTORY} NAME)
    execute_process(
        COMMAND tar --directory ${above} --sort=name --owner=0 --group=0 --numeric-owner --format=gnu -c ${name}
        COMMAND gzip -9n
        OUTPUT_FILE ${CPACK_PACKAGE_FILES}
        COMMAND_ERROR_IS_FATAL ANY)
endif()
