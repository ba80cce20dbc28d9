# The standard library's common headers, parsed once: three quarters of a compilation is spent in
# them otherwise. Only clang does so; the `gcc` preset compiles each file with its own includes
# alone, so that a missing one is noticed.
set(DOLINE_PRECOMPILE OFF)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(DOLINE_PRECOMPILE ON)
  # Without the time of day in them, ccache recognises equal precompiled headers.
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()

# doline_precompiled_set(NAME LINK target… HEADERS header…): a set of headers for other targets.
function(doline_precompiled_set name)
  cmake_parse_arguments(SET "" "" "LINK;HEADERS" ${ARGN})
  if(NOT DOLINE_PRECOMPILE)
    return()
  endif()
  set(source ${PROJECT_BINARY_DIR}/precompiled/${name}.cpp)
  if(NOT EXISTS ${source})
    file(WRITE ${source} "")
  endif()
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE ${SET_LINK})
  target_precompile_headers(${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.h
                                            ${SET_HEADERS})
endfunction()

function(doline_use_precompiled target name)
  if(DOLINE_PRECOMPILE)
    # Programs are PIE by default, which differs from PIC only in the wrong place: the header.
    target_compile_options(${target} PRIVATE -fPIC)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
