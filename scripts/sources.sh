# The C++ files of the project, separated by NUL: those git knows and those it would add.
cpp_sources() {
  (cd "$top" && git ls-files -z --cached --others --exclude-standard -- \
    '*.cpp' '*.h') | while IFS= read -r -d '' file; do
    if [[ -f $top/$file ]]; then printf '%s\0' "$top/$file"; fi
  done
}
