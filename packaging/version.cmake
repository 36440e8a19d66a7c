# Writes OUTPUT, which defines the version that the programs print. Runs with every build; OUTPUT changes only when the
# version does. cmake -D SOURCE=DIR -D RELEASE=X.Y.Z -D STATED=VERSION -D OUTPUT=FILE -P version.cmake
#
# If STATED is not empty, it is the version. Otherwise, on the tag vX.Y.Z: "X.Y.Z". On another commit: "X.Y.Z-dev+gCOMMIT",
# with ".dirty" if a tracked file differs from it. In what `git archive` has made of the tag: "X.Y.Z", because it replaces
# the text of archive-version. Without git, or where SOURCE is not the root of the checkout: "X.Y.Z-dev".
function(git result)
    execute_process(COMMAND git -C ${SOURCE} ${ARGN} OUTPUT_VARIABLE text RESULT_VARIABLE failed ERROR_QUIET
        OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(failed)
        set(text "")
    endif()
    set(${result} "${text}" PARENT_SCOPE)
endfunction()

set(version "${RELEASE}-dev")
git(inside rev-parse --show-prefix --short=9 HEAD)
if(inside MATCHES "^\n([0-9a-f]+)$") # the first line, the path below the root of the checkout, is empty
    set(version "${version}+g${CMAKE_MATCH_1}")
    git(tag describe --tags --exact-match --match v${RELEASE} HEAD)
    git(changes status --porcelain --untracked-files=no)
    if(NOT changes STREQUAL "")
        set(version "${version}.dirty")
    elseif(tag STREQUAL "v${RELEASE}")
        set(version "${RELEASE}")
    endif()
else()
    file(STRINGS ${SOURCE}/packaging/archive-version archived)
    if(archived STREQUAL "v${RELEASE}")
        set(version "${RELEASE}")
    endif()
endif()
if(STATED)
    set(version "${STATED}")
endif()
set(text "#include \"src/values/version.hpp\"\n\nconst char* const netrunner::version = \"${version}\";\n")
if(EXISTS ${OUTPUT})
    file(READ ${OUTPUT} before)
endif()
if(NOT text STREQUAL "${before}")
    file(WRITE ${OUTPUT} "${text}")
endif()
