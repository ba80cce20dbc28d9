# Running one libFuzzer target. Sourced.

# run_fuzzer TARGET SECONDS: what it learns is kept in .cache/fuzz/TARGET for the next run; the
# seeds in tests/fuzz/seeds/TARGET and the corpora are only read. A finding is left in .cache/fuzz/findings.
run_fuzzer() {
  local target=$1 seconds=$2 learned=$top/.cache/fuzz/$1 findings=$top/.cache/fuzz/findings/$1
  local seeds=$top/tests/fuzz/seeds/$1 folders
  mkdir -p "$learned" "$findings"
  folders=("$learned")
  if [[ -d $seeds ]]; then folders+=("$seeds"); fi
  local corpora=${DOLINE_CORPORA:-}
  if [[ -n $corpora ]]; then
    case $target in # files of other projects are the best start there is
      csv) folders+=("$corpora/csv/hostile") ;;
      json) folders+=("$corpora/json_test_suite") ;;
      parquet) folders+=("$corpora/parquet/bad" "$corpora/parquet/hostile") ;;
    esac
  fi
  ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
    UBSAN_OPTIONS=print_stacktrace=1 \
    "$top/build/fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 \
    -rss_limit_mb=2048 -artifact_prefix="$findings/" -print_final_stats=1 "${folders[@]}"
}
