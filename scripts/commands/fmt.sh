# ./dev fmt formats the C++ files: those git knows and those it would add.
step_total=1
ensure_packages lint
cd "$top"
git ls-files -z --cached --others --exclude-standard -- '*.cpp' '*.h' |
  while IFS= read -r -d '' file; do
    if [[ -f $file ]]; then printf '%s\0' "$file"; fi # not those just deleted
  done | xargs -0 --no-run-if-empty clang-format-19 -i
