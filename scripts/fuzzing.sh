# Running fuzz targets: libFuzzer's, which vary bytes, and programs in Python, which vary queries.
# Sourced.

list_byte_fuzzers() {
  local source
  for source in "$top"/tests/fuzz/*_fuzz.cpp; do
    if [[ -e $source ]]; then basename "$source" _fuzz.cpp; fi
  done
}

list_query_fuzzers() {
  local source
  for source in "$top"/tests/fuzz/*/__main__.py; do
    if [[ -e $source ]]; then basename "$(dirname "$source")"; fi
  done
}

# run_query_fuzzer TARGET SECONDS of processor time [OPTION…]: over the release build's library.
# Findings are left in .cache/fuzz/findings/TARGET, as SQL scripts.
run_query_fuzzer() {
  local target=$1 seconds=$2
  shift 2
  (cd "$top" && PYTHONDONTWRITEBYTECODE=1 .venv/bin/python -m "tests.fuzz.$target" run \
    --seconds "$seconds" "$@")
}

# cpu_seconds PID: the processor time it has used, in seconds with two decimals.
cpu_seconds() {
  local line fields hertz
  hertz=$(getconf CLK_TCK)
  line=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  read -ra fields <<<"${line##*) }" # behind the program's name
  awk -v ticks="$((fields[11] + fields[12]))" -v hertz="$hertz" 'BEGIN { printf "%.2f", ticks / hertz }'
}

# run_fuzzer TARGET SECONDS of processor time, so that a loaded machine does not shorten the work.
# What it learns is kept in .cache/fuzz/TARGET for the next run; the seeds in tests/fuzz/seeds/TARGET
# and the corpora are only read. A finding is left in .cache/fuzz/findings/TARGET.
run_fuzzer() {
  local target=$1 seconds=$2 learned=$top/.cache/fuzz/$1 findings=$top/.cache/fuzz/findings/$1
  local seeds=$top/tests/fuzz/seeds/$1 folders limits=() pid used=0 status=0
  mkdir -p "$learned" "$findings"
  folders=("$learned")
  if [[ -d $seeds ]]; then folders+=("$seeds"); fi
  local corpora=${DOLINE_CORPORA:-}
  if [[ -n $corpora ]]; then
    case $target in # files of other projects are the best start there is
      csv) # one of them is long and wide, as are some of JSON: they would be most of the work
        folders+=("$corpora/csv/hostile")
        limits=(-max_len=4096)
        ;;
      json)
        folders+=("$corpora/json_test_suite")
        limits=(-max_len=4096)
        ;;
      ipc) folders+=("$corpora/arrow_ipc/hostile_file" "$corpora/arrow_ipc/hostile_stream") ;;
      parquet) folders+=("$corpora/parquet/bad" "$corpora/parquet/hostile") ;;
    esac
  fi
  ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
    UBSAN_OPTIONS=print_stacktrace=1 \
    "$top/build/fuzz/tests/fuzz/fuzz_$target" -timeout="${DOLINE_FUZZ_TIMEOUT:-10}" \
    -rss_limit_mb=2048 -artifact_prefix="$findings/" -print_final_stats=1 \
    ${limits[@]+"${limits[@]}"} "${folders[@]}" &
  pid=$!
  local told=0 now
  while now=$(cpu_seconds "$pid"); do
    used=$now
    if ((!told && ${used%.*} >= seconds)); then
      kill -USR1 "$pid" || true # libFuzzer ends with its figures and code 0
      told=1
    fi
    sleep 1
  done
  wait "$pid" || status=$?
  printf 'stat::processor_seconds:       %s\n' "$used"
  return "$status"
}
