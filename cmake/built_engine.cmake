# What the Python package takes of the engine, from a build folder in which it lies already.
add_library(doline_library SHARED IMPORTED)
set_target_properties(doline_library PROPERTIES IMPORTED_LOCATION ${DOLINE_ENGINE}/libdoline.so)
add_library(adbc_driver_doline SHARED IMPORTED)
set_target_properties(adbc_driver_doline PROPERTIES
                      IMPORTED_LOCATION ${DOLINE_ENGINE}/libadbc_driver_doline.so)
target_include_directories(doline_library INTERFACE ${PROJECT_SOURCE_DIR}/include)
add_executable(write_nodes IMPORTED)
set_target_properties(write_nodes PROPERTIES IMPORTED_LOCATION ${DOLINE_ENGINE}/python/write_nodes)
