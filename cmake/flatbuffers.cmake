find_program(FLATC flatc REQUIRED)

# doline_flatbuffers(FOLDER SCHEMA): what flatc makes of src/FOLDER/…/NAME.fbs is <NAME_generated.h>
# for that folder's own files.
function(doline_flatbuffers folder schema)
  get_filename_component(name ${schema} NAME_WE)
  set(generated ${PROJECT_BINARY_DIR}/flatbuffers)
  add_custom_command(
    OUTPUT ${generated}/${name}_generated.h
    COMMAND ${FLATC} --cpp --scoped-enums -o ${generated} ${PROJECT_SOURCE_DIR}/src/${schema}
    DEPENDS ${PROJECT_SOURCE_DIR}/src/${schema})
  target_sources(doline_${folder} PRIVATE ${generated}/${name}_generated.h)
  target_include_directories(doline_${folder} SYSTEM PRIVATE ${generated})
endfunction()
