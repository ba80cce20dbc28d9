# ./dev demo [FILE…]: the program does the whole demonstration itself; here it is only built.
files=()
for file in "$@"; do
  if [[ ! -r $file ]]; then
    printf 'dev: cannot read %s\n' "$file" >&2
    exit 1
  fi
  files+=("$(realpath "$file")")
done

step_total=3
build_program
cd "$top"
exec ./doline --demo demo-out ${files[@]+"${files[@]}"}
