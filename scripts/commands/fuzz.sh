# ./dev fuzz TARGET SECONDS [OPTION…]
source "$top/scripts/fuzzing.sh"

fuzz_usage() {
  printf 'usage: ./dev fuzz TARGET SECONDS\n       ./dev fuzz %s SECONDS [--seed N] [--first N] [--end N]\ntargets:\n' \
    "$(list_query_fuzzers | paste -sd '|')" >&2
  { list_byte_fuzzers && list_query_fuzzers; } | sed 's/^/  /' >&2
  exit 2
}

if (($# < 2)) || ! [[ $2 =~ ^[0-9]+$ ]]; then fuzz_usage; fi
target=$1 seconds=$2
shift 2
if list_query_fuzzers | grep -qx -- "$target"; then
  step_total=4
  ensure_packages build test
  ensure_python
  configure release
  compile release doline_library
  run_query_fuzzer "$target" "$seconds" "$@"
elif list_byte_fuzzers | grep -qx -- "$target" && (($# == 0)); then
  step_total=3
  ensure_packages build test
  configure fuzz
  compile fuzz "fuzz_$target"
  run_fuzzer "$target" "$seconds"
else
  printf 'dev: no fuzz target "%s" that takes this\n' "$target" >&2
  fuzz_usage
fi
