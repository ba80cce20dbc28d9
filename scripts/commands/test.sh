# ./dev test [--long] [FILTER]
# Stages: set-up, release, asan, tests; with --long also the tests that take gigabytes, thread
# sanitizer, g++ and fuzzing. With a filter and without --long, what it picks is built and run in
# the release build alone.
long=0
filter=""
for argument in "$@"; do
  case $argument in
    --long) long=1 ;;
    -*)
      printf 'dev: test knows --long and a filter, not "%s"\n' "$argument" >&2
      exit 2
      ;;
    *) filter=$argument ;;
  esac
done

source "$top/scripts/suites.sh"

stage_begin "set-up"
if ((long)); then
  ensure_packages build test package long tpc docs
  ensure_python python python_long python_docs
else
  ensure_packages build test package
  ensure_python
fi
stage_end

if [[ -n $filter ]] && ((!long)); then
  stage_begin "tests"
  run_python_tests "house rules" tests/tidy
  run_python_tests "test and benchmark tools" tests/harness
  find_filtered_targets
  if ((${#filtered_targets[@]} > 0)); then
    configure release DOLINE_BUILD_TESTS=ON DOLINE_BUILD_BENCH=OFF DOLINE_BUILD_PYTHON=ON
    compile release "${filtered_targets[@]}"
    if ((${#filtered_units[@]} > 0)); then run_unit_tests release; fi
    run_sql_corpus release default chunk_2 one_thread unoptimized spilling plan_bytes
    run_conformance release
    run_package_tests
  fi
  stage_end
  finish_tests
  exit 0
fi

stage_begin "release"
configure release DOLINE_BUILD_TESTS=ON DOLINE_BUILD_BENCH=ON DOLINE_BUILD_PYTHON=ON
compile release
link_program release
stage_end

stage_begin "asan"
configure asan DOLINE_BUILD_TESTS=ON
compile asan
stage_end

stage_begin "tests"
run_unit_tests release
run_unit_tests asan
run_sql_corpus release default chunk_2 one_thread unoptimized spilling plan_bytes
run_sql_corpus asan default
begin_beside run_conformance asan
run_python_tests "house rules" tests/tidy
run_python_tests "test and benchmark tools" tests/harness
run_conformance release
run_package_tests
end_beside
stage_end

if ((long)); then
  stage_begin "long tests"
  PYTHONPATH=$top/build/release/python python_seconds=20000 run_python_tests "long tests" tests/long
  configure asan DOLINE_BUILD_PYTHON=ON
  compile asan doline_python
  run_instrumented_package_tests
  stage_end

  stage_begin "tsan"
  configure tsan DOLINE_BUILD_TESTS=ON
  compile tsan
  run_unit_tests tsan
  run_sql_corpus tsan default
  stage_end

  stage_begin "gcc"
  configure gcc DOLINE_BUILD_TESTS=ON
  compile gcc
  run_unit_tests gcc
  stage_end

  stage_begin "fuzz"
  run_all_fuzzers 60
  stage_end
fi

finish_tests
