# Flags that hold for every target. x86-64-v2 is the floor; wider instructions live in
# src/kernel/variants and are picked at run time (DOLINE_SIMD=scalar|avx2|avx512).
if(NOT DEFINED CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g -DDOLINE_DEBUG=1")

add_compile_options(
  -march=x86-64-v2 -fno-plt -pthread
  -Wall -Wextra -Werror -Wno-unused-parameter -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety -Wshadow -Wno-missing-field-initializers)
  add_link_options(-fuse-ld=lld)
else()
  # g++ 12 warns about correct code in the standard library's own inlined bodies.
  add_compile_options(-Wno-missing-field-initializers -Wno-maybe-uninitialized -Wno-array-bounds
                      -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
endif()
if(DOLINE_SANITIZE)
  add_compile_options(-fsanitize=${DOLINE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DOLINE_SANITIZE})
  add_compile_definitions(DOLINE_SANITIZED=1)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  # The sloppiness is what precompiled headers need; their contents are hashed all the same.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
