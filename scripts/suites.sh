# The suites of `./dev test`, one function each. A failing suite is reported at once and in the
# end; the others still run. Every runner's own closing line is printed. Sourced.
#
# DOLINE_REQUIRE_CORPORA=1 (set by .ci/run) turns whatever was skipped into a failure.

failures=()
ran=0
filtered_units=()
step_total=0
require_corpora=${DOLINE_REQUIRE_CORPORA:-0}
symbolizer=/usr/bin/llvm-symbolizer-19

export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:allocator_may_return_null=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}"
if [[ -x $symbolizer ]]; then
  export ASAN_SYMBOLIZER_PATH=$symbolizer UBSAN_SYMBOLIZER_PATH=$symbolizer
fi

suite_failed() { # NAME LOG: shows what the runner said and remembers the failure
  failures+=("$1")
  printf '%s FAILED\n' "$1"
  tail -n 200 "$2" | sed 's/^/  | /'
  printf '  the whole output is in %s\n' "$2"
}

# What has to be built for the tests that the filter picks: filtered_targets, and among them the
# unit tests' programs, filtered_units. Found in the sources, before anything is compiled.
find_filtered_targets() {
  local folder program tests
  filtered_targets=() filtered_units=()
  for folder in "$top"/tests/unit/*/ "$top/tests/library/"; do
    program=unit_$(basename "$folder")
    tests=$(sed -nE 's/^(TYPED_)?TEST(_F|_P)?\(([A-Za-z0-9_]+), *([A-Za-z0-9_]+).*/\3.\4/p' \
      "$folder"*.cpp 2>/dev/null || true)
    if [[ $program == *"$filter"* ]] || grep -qF -- "$filter" <<<"$tests"; then
      filtered_units+=("$program")
    fi
  done
  filtered_targets=("${filtered_units[@]}")
  if (cd "$top" && find tests/sql tests/fuzz/seeds/plans -name '*.test' -o -name '*.slt') | grep -qF -- "$filter"; then
    filtered_targets+=(slt_runner)
  fi
  if (cd "$top" && PYTHONDONTWRITEBYTECODE=1 .venv/bin/python -m pytest -q --collect-only \
    -p no:cacheprovider --only "$filter" tests/conformance) >/dev/null 2>&1; then
    filtered_targets+=(doline doline_library)
  fi
  # These cannot be collected before the package is built.
  tests=$(cd "$top" && grep -oE '^ *(def test_|class Test)[A-Za-z0-9_]*' -r --include='test_*.py' tests/python)
  if grep -qF -- "$filter" <<<"$tests"; then
    filtered_targets+=(doline_python doline) # the pages' shell blocks run the program
  fi
}

run_unit_tests() { # PRESET
  local preset=$1 name="unit tests ($1)" log=$logs/unit-$1.log folder=$top/build/$1
  local arguments=(--test-dir "$folder" --output-on-failure --timeout 900 -j "$(nproc)") line
  local status=0 gtest_filter="*"
  if [[ -n $filter ]]; then
    if ctest --test-dir "$folder" -N | grep -E '^ *Test +#' | grep -qF -- "$filter"; then
      arguments+=(-R "$(sed 's/[][\\.*^$+?(){}|]/\\&/g' <<<"$filter")")
    else
      gtest_filter="*$filter*" # not the name of a program: of tests inside them, then
      if ((${#filtered_units[@]} > 0)); then # the others need not be built
        arguments+=(-R "^($(IFS='|' && printf '%s' "${filtered_units[*]}"))\$")
      fi
    fi
  fi
  step_begin "$name"
  : >"$log"
  if ! GTEST_FILTER=$gtest_filter ctest "${arguments[@]}" </dev/null 2>&1 | {
    while IFS= read -r line; do
      printf '%s\n' "$line" >>"$log"
      if [[ $line =~ ^\ *([0-9]+)/([0-9]+)\ Test ]]; then
        step_update "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
      fi
    done
  }; then status=1; fi
  # ctest counts programs; what they ran is in the log that it keeps of them all.
  local whole=$folder/Testing/Temporary/LastTest.log passed=0
  if ((status == 0)); then
    passed=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) tests\?\.$/\1/p' "$whole" |
      awk '{ sum += $1 } END { print sum + 0 }')
  fi
  step_end "$passed tests passed"
  if ((status == 0 && passed == 0)); then
    if [[ -z $filter ]]; then suite_failed "$name" "$log"; fi
    return 0
  fi
  grep -E '^[0-9]+% tests passed' "$log" || true
  ran=$((ran + 1))
  if ((status)); then
    suite_failed "$name" "$log"
  elif ((require_corpora)) && grep -qE '^\[  SKIPPED \]' "$whole"; then
    grep -E '^\[  SKIPPED \]' "$whole" | sort -u >"$log.skipped"
    suite_failed "$name: skipped tests" "$log.skipped"
  fi
}

run_sql_corpus() { # PRESET CONFIGURATION…
  local preset=$1 name="SQL corpus ($1)" log=$logs/sql-$1.log status=0
  local arguments=(--runner "$top/build/$1/tests/slt_runner" --jobs "$(nproc)")
  shift
  if [[ -n ${DOLINE_CORPORA:-} ]]; then arguments+=(--corpora "$DOLINE_CORPORA"); fi
  if [[ -n $filter ]]; then arguments+=(--filter "$filter"); fi
  if ((require_corpora)); then arguments+=(--fail-on-skip); fi
  step_begin "$name"
  if ((on_terminal)); then printf '\n'; fi
  # What `./dev fuzz plans` found once lies beside the corpus, as scripts like its own.
  /usr/bin/python3 "$top/scripts/sql_corpus.py" "${arguments[@]}" --log "$log" \
    --also "$top/tests/fuzz/seeds/plans" "$top/tests/sql" "$@" </dev/null || status=$?
  step_end
  case $status in
    0) ran=$((ran + 1)) ;;
    3) # no file, or none that the filter takes
      if [[ -z $filter ]]; then
        printf 'NOT RUN: tests/sql has no file to run\n'
        if ((require_corpora)); then failures+=("$name: nothing to run"); fi
      fi
      ;;
    *) failures+=("$name") ;;
  esac
}

run_python_tests() { # NAME FOLDER [PYTEST ARGUMENT…]
  local name=$1 folder=$2 log status=0
  shift 2
  log=$logs/python-${name//[^a-z0-9]/-}.log
  if [[ ! -d $top/$folder ]]; then
    printf 'NOT RUN: there is no %s\n' "$folder"
    if ((require_corpora)); then failures+=("$name: nothing to run"); fi
    return 0
  fi
  step_begin "$name"
  (cd "$top" && PYTHONDONTWRITEBYTECODE=1 timeout "${python_seconds:-1500}" .venv/bin/python -m pytest -q -rs \
    -p no:cacheprovider ${filter:+--only "$filter"} "$@" "$folder") </dev/null >"$log" 2>&1 ||
    status=$?
  step_end
  tail -n 1 "$log"
  if ((status == 5)) && [[ -n $filter ]]; then return 0; fi # the filter takes none of these
  ran=$((ran + 1))
  if ((status)); then suite_failed "$name" "$log"; fi
}

run_conformance() { # PRESET: through the C ABI, and through the program of that preset
  local preset=$1
  DOLINE_PRESET=$preset DOLINE_PROGRAM=$top/build/$preset/app/doline \
    run_python_tests "conformance ($preset)" tests/conformance
}

run_package_tests() { # of the release build: an instrumented library loads into no plain Python
  PYTHONPATH=$top/build/release/python run_python_tests "Python package" tests/python
}

# The package's tests with the extension and the engine under asan, whose runtime the plain Python gets
# with C++'s, so that it sees exceptions. Comparisons of frames with Polars' are left to the release build,
# and types to whoever reads them.
run_instrumented_package_tests() {
  local preload file
  for file in libclang_rt.asan-x86_64.so libstdc++.so.6; do
    preload+="$(clang++-19 -print-file-name=$file) "
  done
  LD_PRELOAD=$preload PYTHONMALLOC=malloc ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 \
    PYTHONPATH=$top/build/asan/python python_seconds=6000 \
    run_python_tests "Python package (asan)" tests/python \
    --ignore tests/python/frames --ignore tests/python/test_types.py
}

run_all_fuzzers() { # SECONDS each
  local seconds=$1 target log
  source "$top/scripts/fuzzing.sh"
  configure fuzz
  compile fuzz
  for target in $(list_byte_fuzzers); do
    log=$logs/fuzz-$target.log
    step_begin "fuzz $target"
    if run_fuzzer "$target" "$seconds" </dev/null >"$log" 2>&1; then
      step_end "$(sed -n 's/^stat::number_of_executed_units: *\([0-9]*\)/\1 executions/p' "$log")"
    else
      suite_failed "fuzz $target" "$log"
    fi
  done
  for target in $(list_query_fuzzers); do
    log=$logs/fuzz-$target.log
    step_begin "fuzz $target"
    if run_query_fuzzer "$target" "$seconds" </dev/null >"$log" 2>&1; then
      step_end "$(sed -n 's/^\(statements: [0-9,]*\) .*/\1/p' "$log")"
    else
      suite_failed "fuzz $target" "$log"
    fi
  done
}

# Suites of one process leave a core idle: one of them may run beside the others.
begin_beside() { # SUITE ARGUMENT…: until end_beside, which tells what came of it
  rm -f "$logs/beside.outcome"
  (
    on_terminal=0 failures=() ran=0
    "$@"
    printf '%s\n' "$ran" "${failures[@]}" >"$logs/beside.outcome"
  ) </dev/null >"$logs/beside.log" 2>&1 &
  beside=("$!" "$*")
}

end_beside() {
  local failure outcome=(0 "${beside[1]} came to no end")
  wait "${beside[0]}" || true
  cat "$logs/beside.log"
  if [[ -f $logs/beside.outcome ]]; then mapfile -t outcome <"$logs/beside.outcome"; fi
  ran=$((ran + outcome[0]))
  for failure in "${outcome[@]:1}"; do
    if [[ -n $failure ]]; then failures+=("$failure"); fi
  done
}

finish_tests() {
  printf '\n'
  stage_summary
  local failure
  if ((${#failures[@]} > 0)); then
    printf '\nfailed:\n'
    for failure in "${failures[@]}"; do printf '  %s\n' "$failure"; done
    exit 1
  fi
  if ((ran == 0)); then
    printf '\nno test matches "%s"\n' "$filter"
    exit 1
  fi
  printf '\nall passed\n'
}
