# ./dev fuzz TARGET SECONDS
list_targets() {
  local source
  for source in "$top"/tests/fuzz/*_fuzz.cpp; do
    if [[ -e $source ]]; then basename "$source" _fuzz.cpp; fi
  done
}

if (($# != 2)) || ! [[ $2 =~ ^[0-9]+$ ]]; then
  printf 'usage: ./dev fuzz TARGET SECONDS\ntargets:\n' >&2
  list_targets | sed 's/^/  /' >&2
  exit 2
fi
target=$1 seconds=$2
if ! list_targets | grep -qx -- "$target"; then
  printf 'dev: no fuzz target "%s"; there are:\n' "$target" >&2
  list_targets | sed 's/^/  /' >&2
  exit 2
fi

step_total=3
ensure_packages build test
configure fuzz
compile fuzz "fuzz_$target"
source "$top/scripts/fuzzing.sh"
run_fuzzer "$target" "$seconds"
